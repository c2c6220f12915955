"""Alarm-system 4.1, grouping: more than 3 new MEDIUM/HIGH instances on one bed in 60 s make one announcement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Alert, AlertKind
from alerts.combine import Combiner
from alerts.route import ChannelSpec, Standing, recipients
from config.instant import SECOND
from config.vocabulary import Priority
from tests.alerts.builders import ONSET, alert

HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW
PAGER = ChannelSpec("pager", "webhook")
RECORD = ChannelSpec("log", "log", keeps_record=True)


def raised(combiner: Combiner, t: float, number: int, priority: Priority = MEDIUM, **more: object) -> Alert:
    fields = {"at": ONSET + round(t * SECOND), "priority": priority, "text": f"alarm {number}"} | more
    return combiner.take(alert(alarm_id=f"bay-1-{number:04d}", **fields), f"what {number}")


def told(one: Alert) -> bool:
    return recipients(one, [PAGER], Standing())[0].told


def test_4_1_three_are_called_for_one_by_one_and_the_fourth_names_them_all() -> None:
    combiner = Combiner()
    found = [raised(combiner, t, t) for t in range(4)]
    assert [one.text for one in found[:3]] == ["alarm 0", "alarm 1", "alarm 2"]
    assert found[3].text == "alarm 3; 4 new alarms within 60 s, also: what 0, what 1, what 2"
    assert all(told(one) for one in found)


def test_4_1_further_medium_ones_are_kept_from_people_and_told_to_the_record() -> None:
    combiner = Combiner()
    for t in range(4):
        raised(combiner, t, t)
    fifth = raised(combiner, 5, 5)
    assert fifth.combined
    assert not told(fifth)
    assert recipients(fifth, [RECORD], Standing())[0].told


def test_2_9_every_high_is_paged() -> None:
    combiner = Combiner()
    assert all(told(raised(combiner, t, t, HIGH)) for t in range(8))


def test_2_9_a_high_may_be_the_announcement() -> None:
    combiner = Combiner()
    for t in range(3):
        raised(combiner, t, t)
    assert "4 new alarms" in raised(combiner, 3, 3, HIGH).text
    assert not told(raised(combiner, 4, 4))


def test_4_1_only_what_is_new_within_60_s_counts() -> None:
    combiner = Combiner()
    found = [raised(combiner, t, t) for t in (0, 20, 40, 60, 80)]
    assert [one.text for one in found] == [f"alarm {t}" for t in (0, 20, 40, 60, 80)]
    assert "4 new alarms" in raised(combiner, 81, 81).text


def test_4_1_once_it_is_calmer_there_may_be_another_announcement() -> None:
    combiner = Combiner()
    for t in range(5):
        raised(combiner, t, t)
    again = [raised(combiner, 100 + t, 100 + t) for t in range(4)]
    assert not any(one.combined for one in again)
    assert "4 new alarms" in again[3].text


@pytest.mark.parametrize(
    "more",
    [
        {"kind": AlertKind.ESCALATED},
        {"kind": AlertKind.CLOSED},
        {"occurrence": 2},
        {"priority": LOW},
        {"bed": None},
        {"bed": "bay-2"},
    ],
)
def test_4_1_what_is_no_new_medium_or_high_of_the_bed_does_not_count(more: dict[str, object]) -> None:
    combiner = Combiner()
    for t in range(3):
        raised(combiner, t, t)
        combiner.take(alert(at=ONSET + t * SECOND, **more), "other")  # type: ignore[arg-type]
    assert raised(combiner, 3, 3).text.startswith("alarm 3; 4 new alarms")


def test_4_1_one_that_a_higher_alarm_covers_counts_but_announces_nothing() -> None:
    combiner = Combiner()
    for t in range(3):
        raised(combiner, t, t)
    assert raised(combiner, 3, 3, audible=False).text == "alarm 3"
    assert "5 new alarms" in raised(combiner, 4, 4).text


def test_while_no_station_answers_each_is_called_for() -> None:
    combiner = Combiner()
    assert not any(raised(combiner, t, t, unattended=True).combined for t in range(6))


def test_4_1_who_is_folded_is_named_by_the_next_combined_call() -> None:
    """A bed that stays busy is announced again after a minute: nothing is folded into a call of long ago."""
    combiner = Combiner()
    found = [raised(combiner, 14 * number, number) for number in range(12)]
    assert [number for number, one in enumerate(found) if "new alarms within" in one.text] == [3, 8]
    assert [number for number, one in enumerate(found) if one.combined] == [4, 5, 6, 7, 9, 10, 11]
    for number in (4, 5, 6, 7):
        assert f"what {number}" in found[8].text


def test_4_1_who_is_folded_and_not_named_is_given_back_when_the_minute_is_over() -> None:
    combiner = Combiner()
    for t in range(6):
        raised(combiner, t, t)
    assert combiner.due() == ONSET + 63 * SECOND
    assert combiner.release(ONSET + 63 * SECOND - 1) == {}
    assert combiner.release(ONSET + 63 * SECOND) == {"bay-1": ["bay-1-0004", "bay-1-0005"]}
    assert (combiner.release(ONSET + 90 * SECOND), combiner.due()) == ({}, None)


def test_4_1_who_is_too_old_for_the_next_combined_call_is_given_back_and_nobody_else() -> None:
    """Folded at 4; at 64 that is a minute ago and not named, while those of 10 are."""
    combiner = Combiner()
    for number, t in enumerate((0, 1, 2, 3, 4, 10, 10, 10)):
        raised(combiner, t, number)
    call = raised(combiner, 64, 8)
    assert call.text == "alarm 8; 4 new alarms within 60 s, also: what 5, what 6, what 7"
    assert combiner.release(ONSET + 64 * SECOND) == {"bay-1": ["bay-1-0004"]}


def test_4_1_one_that_is_folded_alone_waits_for_the_whole_minute() -> None:
    combiner = Combiner()
    for t in range(5):
        raised(combiner, t, t)
    assert combiner.due() == ONSET + 63 * SECOND
    assert combiner.release(ONSET + 62 * SECOND) == {}


@pytest.mark.parametrize(("t", "folded"), [(62.999, True), (63, False)])
def test_4_1_nothing_is_folded_into_a_call_of_a_minute_ago(t: float, folded: bool) -> None:
    combiner = Combiner()
    for number, before in enumerate((0, 1, 2, 3, 10, 10, 10)):
        raised(combiner, before, number)
    call = raised(combiner, t, 7)
    assert (call.combined, "new alarms within" in call.text) == (folded, not folded)


def test_4_1_who_was_folded_is_given_back_also_when_it_has_become_calm() -> None:
    combiner = Combiner()
    for t in (0, 0, 0, 50, 55):
        raised(combiner, t, t)
    raised(combiner, 111, 9)
    assert combiner.release(ONSET + 111 * SECOND) == {"bay-1": ["bay-1-0055"]}


@given(
    st.lists(
        st.tuples(
            st.one_of(st.floats(0, 8), st.floats(0, 90)),
            st.sampled_from([LOW, MEDIUM, HIGH]),
            st.sampled_from([True, True, True, False]),
        ),
        max_size=40,
    )
)
def test_of_every_alarm_somebody_is_told_within_a_minute(steps: list[tuple[float, Priority, bool]]) -> None:
    """Every HIGH by itself; every MEDIUM by itself, in a combined call, or given back to be called for."""
    combiner, t, untold = Combiner(), 0.0, dict[str, tuple[float, str]]()

    def give_back(until: float) -> None:
        while (due := combiner.due()) is not None and due <= ONSET + round(until * SECOND):
            for alarm_id in combiner.release(due)["bay-1"]:
                since, _ = untold.pop(alarm_id)
                assert due <= ONSET + round((since + 60) * SECOND)

    for number, (gap, priority, audible) in enumerate(steps):
        t += gap
        give_back(t)
        one = raised(combiner, t, number, priority, audible=audible)
        if one.combined:
            assert priority is MEDIUM
            assert audible
            untold[one.alarm_id] = (t, f"what {number}")
        elif "new alarms within" in one.text:
            named = one.text.partition("also: ")[2].split(", ")
            untold = {alarm_id: entry for alarm_id, entry in untold.items() if entry[1] not in named}
            assert untold == {}
    give_back(t + 60)
    assert untold == {}
