"""A play is the same each time, goes through the real parts, and tells what the service did."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree

import pytest

from monitor.clock import SystemClock
from monitor.core.errors import ConfigError
from monitor.drill.check import check
from monitor.drill.report import junit, lines, total_lines
from monitor.drill.rules import drill_rules
from monitor.drill.run import run_drill
from monitor.drill.stage import play
from monitor.drill.story import Breaker, Drill, load_drill, parse_drill
from simulator.scenario import ScenarioError

SHORT = """
title = "A pulse that races"
document = "clinical/alarm-system.md"
section = "3.1"
sentence = "S"
length_min = 4

[visit]
readings = 1

[devices]
oximeter = "nonin-df2"
cuff = "par-nibp"

[[event]]
at_min = 1
kind = "tachycardia"
highest = 165
hold_s = 60

[[expect]]
alarm = "PR_XHIGH"
of = "true pulse_rate >= 150"
within_s = 30
"""


def drill(more: str = "") -> Drill:
    """A short story on serial devices."""
    return parse_drill(SHORT + more, name="races", origin="races.toml")


async def test_the_same_play_twice_is_the_same() -> None:
    """Events, pages and board, to the microsecond; another seed is another patient."""
    first = await play(load_drill("spo2-critical"), drill_rules())
    again = await play(load_drill("spo2-critical"), drill_rules())
    other = await play(load_drill("spo2-critical"), drill_rules(), seed=99)
    assert first.told == again.told
    assert first.paged == again.paged
    assert first.shown == again.shown
    assert first.truth == again.truth
    assert first.told != other.told


async def test_serial_devices_speak_their_own_bytes() -> None:
    """A Nonin oximeter and a PAR cuff at the real decoders and the real dialogue."""
    record = await play(drill(), drill_rules())
    assert [finding.met for finding in check(drill(), record)] == [True]
    assert not list(record.of("device_lost", "value_rejected"))


def test_a_drill_that_fails_shows_what_happened() -> None:
    """With its rule off it is not as expected: the report and the JUnit file say so."""
    failed = run_drill(drill(), SystemClock(), rules=drill_rules(Breaker(off=("PR_XHIGH",))))
    good = run_drill(load_drill("probe-off-briefly"), SystemClock(), prove=True)
    assert not failed.passed
    assert good.passed
    text = "\n".join(lines(failed))
    assert text.startswith("FAIL  races")
    assert "NOT PR_XHIGH" in text
    assert "begins: tachycardia" in text
    root = ElementTree.fromstring(junit([failed, good]))  # noqa: S314 - made here
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "0")
    assert [suite.get("name") for suite in root] == ["races", "probe-off-briefly"]
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert "PR_XHIGH was never announced" in str(failure.text)
    assert "1 of 2 drills as expected" in "\n".join(total_lines([failed, good]))


def test_a_drill_that_cannot_fail_fails() -> None:
    """With --prove, passing although the rule is off is a failure; so is a file that names no proof."""
    idle = run_drill(drill('[fails_when]\noff = "SPO2_LOW"\n'), SystemClock(), prove=True)
    unproven = run_drill(drill(), SystemClock(), prove=True)
    assert idle.proves_nothing
    assert not idle.passed
    assert not unproven.passed
    assert "NOT a proof" in "\n".join(lines(idle))


@pytest.mark.parametrize(
    ("breaker", "said"),
    [
        (Breaker(off=("SPO2_LOWW",)), "cannot be taken out"),
        (Breaker(changed={"rules.SPO2_LOW.dellay_s": 3}), "has no key"),
        (Breaker(changed={"rules.SPO2_LOW.delay_s": "x"}), "a number is wanted"),
    ],
)
def test_a_proof_must_change_something_that_is_there(breaker: Breaker, said: str) -> None:
    """A slip of the pen would prove nothing."""
    with pytest.raises(ConfigError, match=said):
        drill_rules(breaker)


async def test_of_must_name_something_in_the_story() -> None:
    """An anchor that is not there is the file's mistake, not a failure of the service."""
    story = drill()
    record = await play(story, drill_rules())
    for of in ("desaturation", "nurse discharge", "true spo < 3"):
        window = dataclasses.replace(story.expectations[0].window, of=of)
        wrong = dataclasses.replace(story, expectations=(dataclasses.replace(story.expectations[0], window=window),))
        with pytest.raises(ScenarioError):
            check(wrong, record)


STALL = """
[[system]]
at_s = 60
happens = "core_stalls"
for_s = 30
"""


async def test_nothing_reaches_a_service_that_stands_still() -> None:
    """A nurse who enters something meanwhile is a mistake of the file."""
    told = drill(STALL + '[[nurse]]\nat_s = 75\ndoes = "take_cuff"\nby = "nurse-a"\n')
    with pytest.raises(ScenarioError, match="at 75 s the service stands still"):
        await play(told, drill_rules())


async def test_a_service_that_stood_still_finds_that_it_is_late() -> None:
    """Nothing is journaled with a time of the pause but what had been due in it; then it goes on."""
    record = await play(drill(STALL), drill_rules())
    stalled = next(record.of("alarm_raised", alarm="CORE_STALLED"))
    assert stalled.t == 90
    assert [page.type for page in record.paged if page.alarm == "CORE_STALLED"][:1] == ["alarm.raised"]
    assert record.paged[0].t == pytest.approx(68, abs=2)


async def test_a_page_that_is_open_from_the_beginning_is_not_lost() -> None:
    record = await play(drill('[[system]]\nat_s = 200\nhappens = "station_back"\n'), drill_rules())
    assert not list(record.of("alarm_raised", alarm="STATION_LOST"))
    assert not list(record.of("alarm_raised", alarm="STATION_MUTE"))
