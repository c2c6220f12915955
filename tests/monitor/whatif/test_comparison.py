"""Two presets over the same inputs: what is counted, and how it is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.presets import merge
from config.vocabulary import Priority
from monitor.cli import main
from monitor.cli.terminal import OK, USAGE
from monitor.core.inputs import OximeterSample
from monitor.core.lines.reader import read_input, read_time
from monitor.core.preset.read import build_ruleset
from monitor.core.rules.ruleset import Ruleset
from monitor.whatif.comparison import compare
from monitor.whatif.tables import comparison_lines
from tests.support.ward import preset_table, shipped_rules

HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW


def rules(name: str, difference: dict[str, Any]) -> Ruleset:
    table = preset_table()
    merge(table, difference | {"preset": {"name": name}})
    return build_ruleset(table, name)


def night() -> list[dict[str, Any]]:
    """Ten minutes with a dip of 12 s and a desaturation of 40 s."""
    lines: list[dict[str, Any]] = [{"t": 0, "bed": "bay-1", "input": "open_session", "patient": "P-1"}]
    for t in range(1, 601):
        spo2 = 89 if 100 <= t < 112 or 300 <= t < 340 else 94
        lines.append({"t": t, "bed": "bay-1", "input": "spo2", "device": "ox", "spo2": spo2, "pulse_rate": 70})
    return lines


def test_what_changes_is_counted_by_rule() -> None:
    inputs = [(read_time(line), read_input(line)) for line in night()]
    found = compare(inputs, shipped_rules(), rules("quick", {"rules": {"SPO2_LOW": {"delay_s": 5}}}))
    assert (found.before.raised["SPO2_LOW", MEDIUM], found.after.raised["SPO2_LOW", MEDIUM]) == (1, 2)
    assert (found.before.dropped["SPO2_LOW"], found.after.dropped["SPO2_LOW"]) == (1, 0)
    assert [event.start // 10**6 for event in found.events] == [300]
    assert (list(found.before.delays), list(found.after.delays)) == (
        [15_000_000],
        [5_000_000],
    )
    assert found.before.per_hour(("SPO2_LOW", MEDIUM)) == pytest.approx(6)
    assert sum(isinstance(item, OximeterSample) for _, item in inputs) == 600
    text = "\n".join(comparison_lines(found))
    assert "ketamine-adult against quick, 0.17 bed-hours" in text
    assert "bay-1 from 300 s" in text
    assert "after 15 s" in text
    assert "no verdict changes in 1 session(s)" in text


def test_an_alarm_made_quieter_is_seen() -> None:
    """By rule alone nothing would change: the alarm is raised as often, but calls nobody any more."""
    inputs = [(read_time(line), read_input(line)) for line in night()]
    found = compare(inputs, shipped_rules(), rules("quiet", {"rules": {"SPO2_LOW": {"priority": "low"}}}))
    assert (found.before.raised["SPO2_LOW", MEDIUM], found.after.raised["SPO2_LOW", MEDIUM]) == (1, 0)
    assert found.after.raised["SPO2_LOW", LOW] == 1
    assert (found.before.delays, found.after.delays) == ([15_000_000], [None])
    lines = list(comparison_lines(found, [("rules.SPO2_LOW.priority", "medium", "low")]))
    settings, alarm = (next(at for at, line in enumerate(lines) if word in line) for word in ("differ", "alarms"))
    assert lines[settings + 1].split() == ["rules.SPO2_LOW.priority", "medium", "low"]
    assert settings < alarm
    assert ["SPO2_LOW", "medium", "1", "0"] in [line.split()[:4] for line in lines]
    assert ["SPO2_LOW", "low", "0", "1"] in [line.split()[:4] for line in lines]


def test_a_rise_counts_at_its_new_priority() -> None:
    """A low alarm that rises has called somebody from the rise on."""
    lines = [line for line in night() if line["t"] < 300]
    lines += [{**line, "t": t, "spo2": 88} for t in range(300, 420) for line in night()[1:2]]
    inputs = [(read_time(line), read_input(line)) for line in lines]
    quiet = rules("quiet", {"rules": {"SPO2_LOW": {"priority": "low"}}})
    night_of_it = compare(inputs, quiet, quiet).before
    assert (night_of_it.raised["SPO2_LOW", LOW], night_of_it.raised["SPO2_LOW", HIGH]) == (1, 1)
    assert night_of_it.delays == [60_000_000]


def recovery(path: Path) -> str:
    """A session whose pressure comes down to 10 % above its baseline and stays there."""
    lines: list[dict[str, Any]] = [{"t": 0, "bed": "bay-1", "input": "open_session", "patient": "P-1"}]

    def cuff(t: float, systolic: float) -> dict[str, Any]:
        values = {"systolic": systolic, "diastolic": 76, "mean": None, "pulse_rate": 70}
        return {"t": t, "bed": "bay-1", "input": "nibp", "device": "cuff", **values}

    commands = {600: "start_infusion", 3000: "end_infusion"}
    pressures = {100: 120, 200: 120, 300: 120, 900: 150, 1200: 150, 3300: 136, 3600: 136, 3900: 136, 4200: 136}
    for t in range(1, 4400):
        lines.append({"t": t, "bed": "bay-1", "input": "spo2", "device": "ox", "spo2": 97, "pulse_rate": 70})
        if t in pressures:
            lines.append(cuff(t, pressures[t]))
        if t in commands:
            lines.append({"t": t, "bed": "bay-1", "input": "command", "command": commands[t], "by": "nurse-a"})
    path.write_text("\n".join(map(json.dumps, lines)))
    return str(path)


SITE = """
[site]
id = "harbour"

[preset.wide]
based_on = "ketamine-adult"

[preset.wide.return]
tolerance = 0.15

[[bed]]
id = "bay-1"
"""


def test_a_verdict_that_changes_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.toml"
    site.write_text(SITE)
    file = recovery(tmp_path / "night.jsonl")
    assert main(["replay", file, "--site", str(site), "--compare", "ketamine-adult", "wide"]) == OK
    out = capfd.readouterr().out
    assert any(line.startswith("return.tolerance ") for line in out.splitlines())
    assert "sessions whose verdict changes" in out
    [line] = [line for line in out.splitlines() if line.startswith("bay-1-s0001")]
    assert line.split() == ["bay-1-s0001", "OVERDUE", "RETURNED_WITHIN_20"]


def test_compare_wants_two_presets_that_exist(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = recovery(tmp_path / "night.jsonl")
    assert main(["replay", file, "--compare", "ketamine-adult", "ketamin"]) == USAGE
    assert "unknown preset 'ketamin'" in capfd.readouterr().err
    assert main(["replay", file, "--preset", "x", "--compare", "a", "b"]) == USAGE
    assert "leave out --preset" in capfd.readouterr().err
