"""`bedwatch decode` through the real drivers."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from monitor.cli import main

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
