"""The command `bedwatch sweep`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.terminal import OK, USAGE


def seconds_file(path: Path) -> str:
    """Three minutes with one desaturation of 40 s."""
    lines = [
        {"t": t, "bed": "b", "input": "spo2", "device": "ox", "spo2": 88 if 60 <= t < 100 else 94, "pulse_rate": 70}
        for t in range(180)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return str(path)


def test_the_preset_comes_first_and_then_every_setting(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", seconds_file(tmp_path / "night.jsonl")]) == OK
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "1 source(s), 0.05 bed-hours"
    assert lines[2].split()[:2] == ["ketamine-adult:", "SPO2_LOW"]
    assert "1 of 1" in lines[2]
    assert len([line for line in lines if line.startswith(("8", "9"))]) == 108


def test_what_holds_no_seconds_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    coarse = tmp_path / "coarse.jsonl"
    minute = {"bed": "b", "input": "spo2", "device": "ox", "spo2": 97, "pulse_rate": 70}
    coarse.write_text("\n".join(json.dumps({"t": t * 60} | minute) for t in range(20)))
    assert main(["sweep", str(coarse)]) == USAGE
    assert "delays cannot be tried on it" in capfd.readouterr().err
    assert main(["sweep", "nosuch"]) == USAGE
    assert main(["sweep", str(coarse), seconds_file(tmp_path / "night.jsonl")]) == OK
    assert "left out: coarse" in capfd.readouterr().err
