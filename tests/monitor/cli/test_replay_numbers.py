"""A malformed number anywhere in a recorded file: a message with the line's number and exit 2, never a traceback."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.cli.terminal import USAGE
from monitor.core.errors import InputError
from monitor.replay import event_bytes, open_ward, replay_lines
from tests.support.ward import shipped_rules

OPEN = {"t": 0, "bed": "bay-1", "input": "open_session", "patient": "P-1", "by": "nurse-a"}
SAMPLE = {"input": "spo2", "device": "ox-1", "spo2": 97, "pulse_rate": 72}
READING = {"input": "nibp", "device": "cuff-1", "systolic": 120, "diastolic": 76, "mean": 91}
PLETH = {"input": "pleth_measures", "device": "ox-1", "sqi": 0.9, "pulse_present": True}
START = {"input": "command", "command": "start_infusion", "by": "nurse-a", "override_by": "dr-x", "reason": "r"}

FIELDS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (OPEN, ("t", "weight_kg", "planned_min", "deadline_min")),
    (SAMPLE, ("t", "spo2", "pulse_rate", "perfusion_index", "seq", "device_t")),
    (READING, ("t", "systolic", "diastolic", "mean", "pulse_rate", "measured_t", "seq", "device_t")),
    ({"input": "cuff", "device": "cuff-1", "state": "inflating"}, ("t", "pressure")),
    (PLETH, ("t", "sqi", "pulse_rate_pleth", "resp_rate_pleth", "rr_quality", "amplitude")),
    ({"input": "nibp_refused", "device": "cuff-1", "reason": "busy"}, ("t",)),
    ({"input": "link", "device": "ox-1", "state": "up"}, ("t",)),
    ({"input": "battery", "device": "ox-1"}, ("t", "percent")),
    ({"input": "command", "command": "end_infusion", "by": "nurse-a"}, ("t", "at")),
    ({"input": "acknowledge", "alarm": "SPO2_LOW", "by": "nurse-a"}, ("t",)),
    ({"input": "system", "system": "clock", "ok": False}, ("t", "since")),
    ({"input": "restart"}, ("t",)),
    ({"input": "tick"}, ("t",)),
]
OWN_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    (START, "planned_min", "{}"),
    (START, "dose_mg", "{}"),
    ({"input": "command", "command": "set_limit", "by": "nurse-a", "alarm": "SPO2_LOW"}, "low", "{}"),
    ({"input": "command", "command": "set_limit", "by": "nurse-a", "alarm": "PR_HIGH"}, "high", "{}"),
    ({"input": "command", "command": "discharge", "by": "nurse-a"}, "checklist", '{{"escort": {}}}'),
    *(
        ({"input": "command", "command": "record_reading", "by": "nurse-a"}, "values", f'{{{{"{name}": {{}}}}}}')
        for name in ("systolic", "diastolic", "mean", "pulse_rate_cuff", "spo2", "pulse_rate", "resp_rate", "moaas")
    ),
]

BEYOND_BOUNDS = ("1" + "0" * 400, "-1" + "0" * 400, "1" + "0" * 5000, "1e400", "-1e400", "NaN", "Infinity", "-Infinity")
NO_NUMBERS = ("true", '"97"', '"nan"', "[97]", '{"a": 97}')
FAR = ("null", "1e308", "-1e308", "1" + "0" * 300, "9223372036854775807", "1e300", "-0.0", "1e-320")


def night(line: dict[str, Any], key: str, token: str) -> list[bytes]:
    """A file whose second line has `token` under `key`."""
    fields = {"t": 30, "bed": "bay-1"} | line
    if line is OPEN:
        fields |= {"t": 30, "bed": "bay-2"}
    fields[key] = None
    text = ", ".join(f'"{name}": {token if name == key else json.dumps(value)}' for name, value in fields.items())
    return [json.dumps(OPEN).encode(), f"{{{text}}}".encode(), b'{"t": 90, "input": "tick"}']


def replay(lines: list[bytes]) -> tuple[list[dict[str, Any]], str | None]:
    """The event lines that came out, and the error, if any."""
    told: list[dict[str, Any]] = []
    try:
        for event in replay_lines(open_ward(shipped_rules()), lines, "night.jsonl"):
            told.append(json.loads(event_bytes(event)))
    except InputError as error:
        return told, str(error)
    return told, None


@pytest.mark.parametrize(("line", "keys"), FIELDS, ids=lambda part: part["input"] if isinstance(part, dict) else "")
def test_a_field_that_is_no_finite_number_is_named_with_its_line(line: dict[str, Any], keys: tuple[str, ...]) -> None:
    for key, token in product(keys, (*BEYOND_BOUNDS, *NO_NUMBERS)):
        error = replay(night(line, key, token))[1]
        assert error is not None, (key, token)
        assert error.startswith("night.jsonl, line 2: "), (key, token)


@pytest.mark.parametrize(("line", "key", "form"), OWN_FIELDS)
def test_a_number_beyond_all_bounds_in_a_command_is_named_with_its_line(
    line: dict[str, Any], key: str, form: str
) -> None:
    for token in BEYOND_BOUNDS:
        error = replay(night(line, key, form.format(token)))[1]
        assert error is not None, token
        assert error.startswith("night.jsonl, line 2: "), token


@pytest.mark.parametrize(("line", "key", "form"), OWN_FIELDS)
def test_a_commands_field_that_makes_no_sense_is_refused_and_the_file_goes_on(
    line: dict[str, Any], key: str, form: str
) -> None:
    """The core's own refusal, as for a person at the page: a recorded session holds such commands."""
    for token in (*NO_NUMBERS, "1e308", "-1e308", "1e300", "1" + "0" * 300):
        told, error = replay(night(line, key, form.format(token)))
        assert error is None, token
        assert "command_refused" in [event["event"] for event in told], token


@pytest.mark.parametrize(("line", "keys"), FIELDS, ids=lambda part: part["input"] if isinstance(part, dict) else "")
def test_a_number_that_is_far_off_is_read_or_named(line: dict[str, Any], keys: tuple[str, ...]) -> None:
    """What no clock and no body can show gets a verdict, or the message with the line."""
    for key, token in product(keys, FAR):
        told, error = replay(night(line, key, token))
        assert error is None or error.startswith("night.jsonl, line 2: "), (key, token)
        assert told[0]["event"] == "session_opened"


@pytest.mark.parametrize(
    ("line", "key", "form"),
    [(SAMPLE, "pulse_rate", "{}"), (READING, "measured_t", "{}"), OWN_FIELDS[2], OWN_FIELDS[5]],
)
def test_the_command_ends_with_2_and_names_the_line(
    tmp_path: Path, capfdbinary: Any, line: dict[str, Any], key: str, form: str
) -> None:
    path = tmp_path / "night.jsonl"
    path.write_bytes(b"\n".join(night(line, key, form.format("1" + "0" * 400))))
    assert main(["replay", str(path)]) == USAGE
    err = capfdbinary.readouterr().err
    assert b"night.jsonl, line 2: " in err
    assert b"Traceback" not in err
