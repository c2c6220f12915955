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
    assert lines[0] == "1 source(s), 0.05 bed-hours, preset ketamine-adult"
    assert [line.partition("what is named")[0].strip() for line in lines[2:4]] == ["SPO2_LOW", "SPO2_CRIT + SPO2_LOW"]
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


def test_simulated_sessions_come_beside_what_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each is told apart, and then both together."""
    assert main(["sweep", seconds_file(tmp_path / "night.jsonl"), "--simulated", "1"]) == OK
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "2 source(s), 1.93 bed-hours, preset ketamine-adult"
    parts = ("what is named", "simulated sessions", "both")
    assert [next(part for part in parts if part in line) for line in lines[2:8]] == [*parts, *parts]


@pytest.mark.parametrize("asked", [[], ["--simulated", "0"], ["--simulated", "-1"]])
def test_something_must_be_named(asked: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", *asked]) == USAGE
    assert "name recordings" in capfd.readouterr().err


def test_the_site_s_own_preset(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its name is known with the site file alone."""
    site, night = tmp_path / "site.toml", seconds_file(tmp_path / "night.jsonl")
    site.write_text('[site]\nid = "harbour"\n[preset.ours]\nbased_on = "ketamine-adult"\n[[bed]]\nid = "bay-1"\n')
    assert main(["sweep", night, "--preset", "ours", "--site", str(site)]) == OK
    assert "preset ours" in capfd.readouterr().out
    assert main(["sweep", night, "--preset", "ours"]) == USAGE
