"""The table of alarm-system 4.1, cell by cell, and the book that moves instances by it."""

from __future__ import annotations

import pytest

from config.vocabulary import AlarmState, Priority
from monitor.core.alarm import TRANSITIONS, Alarm, AlarmBook, Cue
from monitor.core.errors import IllegalTransition
from monitor.core.preset.read import PHYSIOLOGICAL
from monitor.core.rules.rule_id import RuleId
from tests.support.ward import shipped_rules

IDLE, PENDING, ACTIVE = AlarmState.IDLE, AlarmState.PENDING, AlarmState.ACTIVE
ACKED, LATCHED, CLOSED = AlarmState.ACKED, AlarmState.LATCHED, AlarmState.CLOSED

ROWS: dict[tuple[AlarmState, Cue], tuple[AlarmState, str]] = {
    (IDLE, Cue.CANDIDATE): (PENDING, "1"),
    (IDLE, Cue.ONSET): (ACTIVE, "2"),
    (PENDING, Cue.DROPPED): (IDLE, "3 and 5; row 4 is no move"),
    (PENDING, Cue.ONSET): (ACTIVE, "6"),
    (ACTIVE, Cue.ACKNOWLEDGE): (ACKED, "7"),
    (ACTIVE, Cue.CLEARED_LATCHING): (LATCHED, "8"),
    (ACTIVE, Cue.CLEARED): (CLOSED, "9"),
    (ACKED, Cue.CLEARED): (CLOSED, "10, not latching"),
    (ACKED, Cue.CLEARED_LATCHING): (CLOSED, "10, latching"),
    (ACKED, Cue.RISEN): (ACTIVE, "11, the priority rises"),
    (ACTIVE, Cue.RISEN): (ACTIVE, "rulings 2.6: ACTIVE whose priority rises stays ACTIVE"),
    (ACKED, Cue.COMPANION): (ACTIVE, "11, a second parameter of the group"),
    (ACKED, Cue.REMIND): (ACTIVE, "12"),
    (LATCHED, Cue.ACKNOWLEDGE): (CLOSED, "13"),
    (LATCHED, Cue.ONSET): (ACTIVE, "14"),
    (PENDING, Cue.END): (IDLE, "rulings 2.7: PENDING is dropped"),
    (ACTIVE, Cue.END): (CLOSED, "16"),
    (ACKED, Cue.END): (CLOSED, "16"),
    (LATCHED, Cue.END): (CLOSED, "16"),
    (PENDING, Cue.RESTART): (PENDING, "17, restored"),
    (ACTIVE, Cue.RESTART): (ACTIVE, "17, announced again"),
    (ACKED, Cue.RESTART): (ACKED, "17, restored"),
    (LATCHED, Cue.RESTART): (LATCHED, "17, restored"),
}
"""The rows of alarm-system 4.1, with rulings 2.6 and 2.7; row 15 keeps the state and sets a mark."""


def book_with(state: AlarmState, *, latched: bool = True) -> tuple[AlarmBook, Alarm]:
    rule = RuleId("SPO2_CRIT", 0, latched=latched)
    alarm = Alarm("bay-1-0001", rule, None, state, Priority.HIGH, 0, 0)
    return AlarmBook("bay-1", "bay-1", 1, {"SPO2_CRIT": alarm}), alarm


def test_every_state_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == set(AlarmState)


@pytest.mark.parametrize("state", AlarmState)
@pytest.mark.parametrize("cue", Cue)
def test_each_pair_is_a_row_of_the_document_or_refused(state: AlarmState, cue: Cue) -> None:
    book, alarm = book_with(state)
    if (state, cue) in ROWS:
        book._move(alarm, cue)
        assert alarm.state is ROWS[state, cue][0], ROWS[state, cue][1]
    else:
        with pytest.raises(IllegalTransition, match=f"bay-1-0001 SPO2_CRIT: .* in {state}"):
            book._move(alarm, cue)
        assert alarm.state is state


def test_a_cue_without_a_cell_changes_and_tells_nothing() -> None:
    """A rise of a latched alarm would be a bug: nothing is told before it is refused."""
    book, alarm = book_with(LATCHED)
    alarm.priority = Priority.MEDIUM
    events = []  # type: ignore[var-annotated]
    with pytest.raises(IllegalTransition):
        book.rise(alarm, Priority.HIGH, 5, events)
    assert events == []
    assert alarm.priority is Priority.MEDIUM


def test_a_priority_never_falls() -> None:
    book, alarm = book_with(ACTIVE)
    book.rise(alarm, Priority.LOW, 5, [])
    assert alarm.priority is Priority.HIGH


def test_the_stale_mark_is_told_when_it_changes() -> None:
    """Row 15: the state is kept; saying it twice is no news."""
    book, alarm = book_with(ACTIVE)
    events = []  # type: ignore[var-annotated]
    for stale in (False, True, True, False):
        book.set_stale(alarm, stale, 5, events)
    assert [event.data["stale"] for event in events] == [True, False]
    assert alarm.state is ACTIVE


GROUPS = {  # rulings 2.4, the rules of this version, highest first
    "oxygenation": [{"SPO2_CRIT"}, {"SPO2_LOW"}, {"SPO2_DROP"}],
    "slow pulse": [{"PULSE_LOST"}, {"PR_XLOW"}, {"VASOVAGAL"}, {"PR_LOW"}],
    "fast pulse": [{"PR_XHIGH"}, {"PR_HIGH"}],
    "high pressure": [{"SBP_CRIT", "DBP_CRIT"}, {"SBP_HIGH", "DBP_HIGH"}, {"BP_REL"}],
    "low pressure": [{"SBP_XLOW", "MAP_XLOW"}, {"SBP_LOW"}],
    "cuff readings": [{"NIBP_FAIL"}, {"NIBP_OVERDUE"}, {"NIBP_20MIN_MISSING"}],
}


def test_the_groups_and_their_order() -> None:
    found: dict[str, dict[int, set[str]]] = {}
    for rule in shipped_rules().rule_ids():
        if rule.group is not None:
            found.setdefault(rule.group, {}).setdefault(rule.rank, set()).add(rule.name)
    assert {group: [ranks[rank] for rank in sorted(ranks, reverse=True)] for group, ranks in found.items()} == GROUPS


def test_which_rules_latch() -> None:
    """The L of table 3.1; technical alarms never latch (rulings 2.8)."""
    latched = {rule.name for rule in shipped_rules().rule_ids() if rule.latched}
    assert latched == {
        "SPO2_CRIT",
        "SPO2_LOW",
        "PULSE_LOST",
        "PR_XLOW",
        "VASOVAGAL",
        "PR_XHIGH",
        "SBP_CRIT",
        "DBP_CRIT",
        "SBP_XLOW",
        "MAP_XLOW",
        "SEDATION_DEEP",
        "SYMPTOM",
    }


def test_rules_stand_in_the_order_of_the_tables() -> None:
    """Equal due times are settled in this order (rulings 1.2)."""
    names = [rule.name for rule in shipped_rules().rule_ids()]
    patient, technical = names[: len(PHYSIOLOGICAL)], names[len(PHYSIOLOGICAL) :]
    assert patient == list(PHYSIOLOGICAL)
    table = [
        "RTB_OVERDUE",
        "RTB_REVOKED",
        "SPO2_NO_DATA",
        "DEVICE_OFFLINE",
        "NIBP_OVERDUE",
        "STORAGE",
        "PAGER_FAIL",
        "ID_CONFLICT",
    ]
    assert [name for name in technical if name in table] == table
