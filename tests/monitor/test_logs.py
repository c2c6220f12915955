"""The log: one line an event on standard error, without patients."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from monitor.logs import configure


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    kept = root.handlers, root.level
    ours = {name: logging.getLogger(name).level for name in ("bedwatch", "monitor", "adapters", "alerts", "simulator")}
    yield
    root.handlers, root.level = kept
    for name, level in ours.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


def fail_beside_a_patient() -> None:
    patient = "P-17"
    raise RuntimeError(f"a planted bug after {len(patient)} letters")


def test_a_person_reads_one_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error: standard output belongs to results."""
    configure()
    structlog.get_logger("bedwatch.loop").info("alarm_raised", bed="bay-1", alarm="SPO2_LOW")
    logging.getLogger("adapters.link").info("ox-1: plug pulled")
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = captured.err.splitlines()
    assert "alarm_raised" in first
    assert "bed=bay-1" in first
    assert "ox-1: plug pulled" in second


def test_a_program_reads_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Ours and the libraries' alike."""
    configure(json=True)
    structlog.get_logger("bedwatch.loop").info("alarm_raised", bed="bay-1")
    logging.getLogger("adapters.link").info("ox-1: plug pulled")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["level"], line["logger"]) for line in lines] == [
        ("alarm_raised", "info", "bedwatch.loop"),
        ("ox-1: plug pulled", "info", "adapters.link"),
    ]


def test_libraries_are_heard_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody wants each connection of each page in the ward's log."""
    configure()
    logging.getLogger("uvicorn.access").info("GET /healthz")
    logging.getLogger("uvicorn.error").warning("something to know")
    (line,) = capsys.readouterr().err.splitlines()
    assert "something to know" in line


@pytest.mark.parametrize("as_json", [False, True])
def test_the_traceback_of_a_bug_shows_no_variables(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    """They hold patients; no patient data in the log."""
    configure(json=as_json)
    try:
        fail_beside_a_patient()
    except RuntimeError:
        structlog.get_logger("bedwatch.loop").exception("the core failed")
    told = capsys.readouterr().err
    assert "a planted bug after 4 letters" in told
    assert "fail_beside_a_patient" in told
    assert "P-17" not in told.replace('patient = "P-17"', "")


def test_the_level_holds_for_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    """Quiet when asked to be."""
    configure(level=logging.WARNING)
    structlog.get_logger("bedwatch.loop").info("alarm_raised")
    logging.getLogger("adapters.link").info("ox-1: plug pulled")
    assert capsys.readouterr().err == ""


def test_a_refused_stream_is_no_error_of_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    """uvicorn logs one for every page that is not signed in; its true errors go on being heard."""
    configure()
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.error("ASGI callable returned without completing handshake.")
    uvicorn.error("Exception in ASGI application")
    (only,) = capsys.readouterr().err.splitlines()
    assert "Exception in ASGI application" in only
