"""The command `bedwatch drill`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from monitor.cli import main
from monitor.cli.terminal import FAULT, MISSING, OK, USAGE
from monitor.drill.story import drill_names

QUICK = "oximeter-unplugged-before"
FAILING = """
title = "Nothing happens, and something is expected"
document = "d"
section = "s"
sentence = "S"
length_min = 1
[[expect]]
alarm = "SPO2_CRIT"
by_min = 1
"""


def test_the_list_names_every_drill_and_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each."""
    assert main(["drill", "--list"]) == OK
    listed = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in listed] == drill_names()
    assert all("section" in line for line in listed)


def test_at_least_forty_are_shipped() -> None:
    """The number that was promised."""
    assert len(drill_names()) >= 40


def test_a_drill_passes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 0, the result on standard output, progress beside it, JUnit where asked for."""
    junit = tmp_path / "drills.xml"
    assert main(["drill", QUICK, "--prove", "--junit", str(junit), "--seed", "3"]) == OK
    told = capsys.readouterr()
    assert told.out.startswith(f"PASS  {QUICK}")
    assert "1 of 1 drills as expected" in told.out
    assert f"[1/1] {QUICK}" in told.err
    assert ElementTree.parse(junit).getroot().get("failures") == "0"  # noqa: S314 - made here


def test_a_drill_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 1, and what happened instead."""
    file = tmp_path / "mine.toml"
    file.write_text(FAILING)
    assert main(["drill", str(file)]) == FAULT
    assert "SPO2_CRIT was never announced" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], USAGE, "which drill?"),
        (["spo2-critcal"], USAGE, 'did you mean "spo2-critical"?'),
        (["./nowhere.toml"], USAGE, "cannot be read"),
        ([QUICK, "--junit", "/nowhere/at/all.xml"], MISSING, "cannot be written"),
    ],
)
def test_what_the_user_can_mend(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A message with the remedy, no traceback."""
    assert main(["drill", *arguments]) == code
    assert said in capsys.readouterr().err


SITE = """
[site]
id = "harbour"
[preset.ours]
based_on = "ketamine-adult"
[preset.ours.technical.DEVICE_OFFLINE]
other = [{ after_s = 10, priority = "medium" }]
[[bed]]
id = "bay-1"
"""


def test_a_drill_under_the_site_s_own_preset(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What another preset changes fails the expectation that names it."""
    site = tmp_path / "site.toml"
    site.write_text(SITE)
    assert main(["drill", QUICK, "--site", str(site), "--preset", "ketamine-adult"]) == OK
    assert main(["drill", QUICK, "--site", str(site), "--preset", "ours"]) == FAULT
    assert main(["drill", QUICK, "--site", str(site)]) == USAGE
    assert "--site belongs to --preset" in capsys.readouterr().err
    assert main(["drill", QUICK, "--preset", "ours"]) == USAGE
    assert "unknown preset 'ours'" in capsys.readouterr().err
    assert main(["drill", QUICK, "--preset", "ketamine-adult", "--prove"]) == USAGE
    assert "leave out --preset" in capsys.readouterr().err
