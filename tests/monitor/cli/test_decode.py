"""`bedwatch decode` through the real drivers."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.capture import toml
from tests.adapters.captures import SHARED, Capture, captures

CAPTURES = Path(__file__).parents[2] / "captures"


@pytest.mark.parametrize("case", ["nonin-df2/bad-frame", "par-nibp/damaged", "mqtt-vitals/every-kind"])
def test_a_capture_decodes_as_expected(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines are those of the capture's expected.jsonl, in JSON; the summary stands on standard error."""
    (file,) = (CAPTURES / case).glob("input.*")
    assert main(["decode", case.partition("/")[0], str(file), "--pleth"]) == 0
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    readings = [line for line in lines if "pleth" not in line]
    expected = [json.loads(line) for line in (CAPTURES / case / "expected.jsonl").read_text("utf-8").splitlines()]
    assert [line for line in expected if "pleth" not in line] == readings
    assert err.startswith(f"{file}: {file.stat().st_size} bytes, ")


@pytest.mark.parametrize("capture", captures(), ids=lambda capture: capture.name)
def test_every_capture_decodes_with_its_options(capture: Capture, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every driver, given as a site file would have them."""
    (file,) = capture.folder.glob("input.*")
    options = [f"--option={key}={toml(value)}" for key, value in capture.about.get("options", {}).items()]
    pleth = ["--pleth"] if capture.about["pleth"] else []
    assert main(["decode", capture.driver, str(file), *options, *pleth]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    expected = (capture.folder / "expected.jsonl").read_text("utf-8").splitlines()
    assert lines == [json.loads(line) for line in expected]


@pytest.mark.parametrize(
    ("name", "recording", "readings"),
    [
        ("nonin-df2", "nonin-ipod-df2-one-packet.bin", 1),
        ("masimo-ascii1", "masimo-rad7-color-ascii1.txt", 1),
        ("nellcor-ascii", "nellcor-n560-ascii.txt", 56),
    ],
)
def test_real_recordings_decode(name: str, recording: str, readings: int, capsys: pytest.CaptureFixture[str]) -> None:
    file = SHARED / "oximeters" / recording
    if not file.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    assert main(["decode", name, str(file)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == readings


@pytest.mark.parametrize("option", ["layout=terumo", "layout=7", "lay=terumo-bp500", "layout"])
def test_an_option_that_does_not_fit_is_named(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "delimited-cuff", "-", "--option", option]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "layout" in err or "KEY=VALUE" in err


def test_the_lines_of_the_interfaces(capsys: pytest.CaptureFixture[str]) -> None:
    """A reading and a fault to the letter (interfaces, section 1); no wave unless asked for."""
    assert main(["decode", "nonin-df2", str(CAPTURES / "nonin-df2" / "bad-frame" / "input.bin")]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == '{"offset": 0, "spo2": 97, "pulse_rate": 72, "flags": []}'
    assert out.splitlines()[2] == '{"offset": 310, "fault": "checksum", "discarded": 5}'
    assert "pleth" not in out
    assert "1 faults (checksum 1; 5 bytes discarded)" in err


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data = (CAPTURES / "nonin-df2" / "clean" / "input.bin").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["decode", "nonin-df2", "-"]) == 0
    out, err = capsys.readouterr()
    assert '"spo2"' in out
    assert err.startswith(f"-: {len(data)} bytes")


def test_an_unknown_driver_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "nonin-df22", "x"]) == 2
    assert capsys.readouterr().err.startswith("bedwatch: unknown driver 'nonin-df22': did you mean nonin-df2")


@pytest.mark.parametrize("name", ["none.bin", "."])
def test_a_file_that_cannot_be_read(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "nonin-df2", str(tmp_path / name)]) == 3
    assert "cannot be read" in capsys.readouterr().err
