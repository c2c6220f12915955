"""What holds for every night with pauses in it (alarm-system 4.2; rulings 2.7)."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.instant import seconds
from monitor.core.events import to_line
from monitor.core.lines.reader import read_input
from monitor.core.rules.sections import InactivationRule
from tests.core.test_bed_properties import feed, new_ward, play, tick
from tests.support.nights import RULES, nights
from tests.support.ward import BED, NURSE, Line, shipped_rules

RULE: InactivationRule = shipped_rules().inactivation
LONGEST = {"AUDIO_PAUSED": RULE.audio_pause / 1e6, "ALARM_PAUSED": RULE.alarm_pause / 1e6}
REMINDED = {"AUDIO_OFF": RULE.audio_off_reminder / 1e6, "ALARM_OFF": RULE.alarm_off_reminder / 1e6}

PAUSES: list[dict[str, Any]] = [
    {"command": "audio_pause"},
    {"command": "audio_pause", "scope": "station"},
    {"command": "audio_off"},
    {"command": "alarm_pause", "at_bed": True},
    {"command": "alarm_pause"},
    {"command": "resume_alarms"},
    {"command": "resume_alarms", "scope": "station"},
]
MASKS = st.sampled_from(PAUSES)
CHANGES = st.one_of(
    MASKS,
    st.sampled_from(RULES).map(lambda name: {"command": "alarm_off", "alarm": name, "reason": "a random night"}),
    st.sampled_from(RULES).map(lambda name: {"command": "resume_alarms", "alarm": name}),
    st.sampled_from(
        [("SPO2_LOW", "low", 88), ("SPO2_LOW", "low", 93), ("PR_HIGH", "high", 110), ("SBP_HIGH", "high", 150)]
    ).map(lambda one: {"command": "set_limit", "alarm": one[0], one[1]: one[2]}),
)


@st.composite
def with_commands(draw: st.DrawFn, commands: st.SearchStrategy[dict[str, Any]]) -> tuple[list[Line], list[Line]]:
    """A night, and the same with commands in it that come just behind some of its inputs."""
    plain = draw(nights(15))
    mixed: list[Line] = []
    for line in plain:
        mixed.append(line)
        if draw(st.integers(0, 3)) == 0:
            command = draw(commands)
            mixed.append({"t": line["t"], "bed": BED, "input": "command", "by": NURSE, **command})
    return plain, mixed


def key(line: Line) -> tuple[str | None, str | None]:
    return line["bed"], line.get("alarm")


@given(night=with_commands(CHANGES), rest=st.floats(0, 4000))
@settings(deadline=None, max_examples=40)
def test_no_inactivation_outlives_its_maximum(night: tuple[list[Line], list[Line]], rest: float) -> None:
    """Every pause ends within its time; what has no end is reminded of, and goes with the session."""
    lines = play([*night[1], tick(night[1][-1]["t"] + round(rest, 3))])
    end = night[1][-1]["t"] + round(rest, 3)
    begun: dict[tuple[str, str | None, str | None], float] = {}
    reminders: dict[tuple[str, str | None, str | None], float] = {}
    for line in lines:
        if line["event"] == "inactivation_changed":
            begun.pop((line["from"], *key(line)), None)
            if line["to"] != "ON":
                begun[(line["to"], *key(line))] = reminders[(line["to"], *key(line))] = line["t"]
        elif line["event"] == "inactivation_reminder":
            reminders[(line["state"], *key(line))] = line["t"]
        elif line["event"] == "phase_changed" and line["to"] == "DISCHARGED":
            discharged = line["t"]
            assert all(state != "ALARM_OFF" or since <= discharged for (state, _, _), since in begun.items())
        for (state, _, _), since in begun.items():
            assert line["t"] - since <= LONGEST.get(state, 1e9) + 1e-6
    for (state, bed, alarm), since in begun.items():
        assert end - since <= LONGEST.get(state, 1e9)
        if state in REMINDED:
            assert end - reminders[(state, bed, alarm)] <= REMINDED[state]


@given(night=with_commands(MASKS))
@settings(deadline=None, max_examples=40)
def test_a_pause_never_changes_what_is_recorded(night: tuple[list[Line], list[Line]]) -> None:
    """AUDIO_PAUSED, ALARM_PAUSED and AUDIO_OFF mask what is announced: every alarm event of the night is the same.

    Hints before the start are looked at with every entry, so that a pause may bring one earlier: they are no alarms.
    """

    def of_alarms(lines: list[Line]) -> list[Line]:
        return [line for line in lines if line["event"].startswith("alarm_")]

    assert of_alarms(play(night[1])) == of_alarms(play(night[0]))


@given(night=with_commands(CHANGES))
@settings(deadline=None, max_examples=40)
def test_a_rule_that_is_off_raises_nothing_and_leaves_nothing_open(night: tuple[list[Line], list[Line]]) -> None:
    """Rulings 2.7: while it is off there is neither a new onset nor an open instance."""
    off: set[str] = set()
    for line in play(night[1]):
        if line["event"] == "inactivation_changed" and "alarm" in line:
            (off.add if line["to"] == "ALARM_OFF" else off.discard)(line["alarm"])
        elif line.get("alarm") in off and line["event"].startswith("alarm_"):
            assert (line["event"], line["reason"]) in {
                ("alarm_closed", "alarm_off"),
                ("alarm_pending_dropped", "alarm_off"),
            }


@given(night=with_commands(CHANGES), data=st.data())
@settings(deadline=None, max_examples=40)
def test_extra_ticks_change_nothing_with_pauses_either(
    night: tuple[list[Line], list[Line]], data: st.DataObject
) -> None:
    ticking: list[Line] = []
    before = 0.0
    for line in night[1]:
        places = data.draw(st.lists(st.floats(0, 1), max_size=2))
        ticking += [tick(round(before + place * (line["t"] - before), 6)) for place in sorted(places)]
        ticking += [line, tick(line["t"])]
        before = line["t"]
    assert play(ticking) == play(night[1])


@given(night=with_commands(CHANGES))
@settings(deadline=None, max_examples=40)
def test_waking_at_every_deadline_equals_waking_at_inputs_with_pauses(night: tuple[list[Line], list[Line]]) -> None:
    """A service that comes back has woken at none of those that passed meanwhile: it hears of no silence in them."""
    ward = new_ward()
    found = []
    for line in night[1]:
        now = seconds(line["t"])
        while line["input"] != "restart" and (due := ward.next_deadline()) is not None and due <= now:
            found += [to_line(event) for event in ward.settle(due)]
        found += feed(ward, line)
    assert found == play(night[1])


@given(night=with_commands(CHANGES))
@settings(deadline=None, max_examples=40)
def test_limits_are_the_presets_again_without_a_session(night: tuple[list[Line], list[Line]]) -> None:
    ward = new_ward()
    for line in night[1]:
        ward.feed(read_input(line), seconds(line["t"]))
        for bed in ward.beds.values():
            if bed.state.session is None:
                assert bed.rules is bed.setup.rules
