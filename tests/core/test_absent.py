"""Numbers of a device that are none: whatever a driver of somebody else's delivers, the core goes on (V1, V2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.instant import SECOND
from config.vocabulary import CuffState, Flag, Metric
from monitor.core.absent import NUMBERS, without_nonsense
from monitor.core.bed_state import BedState
from monitor.core.events import plain, to_line
from monitor.core.inputs import (
    BatteryLevel,
    BedInput,
    CuffActivity,
    CuffMeasurement,
    OximeterSample,
    PlethMeasures,
    Tick,
)
from monitor.core.lines.writer import write_input
from tests.support.ward import BED, CUFF, OXIMETER, Story

NAN, INF = float("nan"), float("inf")
NO_NUMBERS: tuple[Any, ...] = (NAN, INF, -INF, 10**400, -(10**400), True)

any_number = st.none() | st.floats() | st.sampled_from(NO_NUMBERS) | st.integers() | st.sampled_from((97, 88, 72, 120))
bed, ox, cuff = st.just(BED), st.just(OXIMETER), st.just(CUFF)
flags = st.frozensets(st.sampled_from(Flag), max_size=2)
sure_number = any_number.filter(lambda value: value is not None)

INPUTS: st.SearchStrategy[BedInput] = st.one_of(
    st.builds(OximeterSample, bed, ox, any_number, any_number, flags, any_number),
    st.builds(OximeterSample, bed, ox, st.just(97), st.just(72), st.just(frozenset()), any_number),
    st.builds(CuffMeasurement, bed, cuff, any_number, any_number, any_number, any_number),
    st.builds(CuffActivity, bed, cuff, st.sampled_from(CuffState), any_number),
    st.builds(PlethMeasures, bed, ox, sure_number, st.booleans(), any_number, any_number, any_number, any_number),
    st.builds(BatteryLevel, bed, ox, sure_number),
)


@given(items=st.lists(INPUTS, min_size=1, max_size=40), gap=st.sampled_from((1, 4, 20)))
@settings(deadline=None, max_examples=150)
def test_no_number_of_a_device_whatever_stops_the_core(items: list[BedInput], gap: int) -> None:
    """What comes out can be written, and the state goes through a snapshot unchanged."""
    story = Story().open().start(1)
    for index, item in enumerate(items, start=1):
        for event in story.ward.feed(item, (1 + index * gap) * SECOND):
            msgspec.json.encode(to_line(event))
    story.tick(1 + len(items) * gap + 900)
    state = story.bed.state
    assert msgspec.json.decode(msgspec.json.encode(state), type=BedState) == state


@pytest.mark.parametrize("odd", NO_NUMBERS, ids=lambda odd: str(odd)[:6])
def test_a_sample_with_a_number_that_is_none_is_a_sample_without_it(odd: Any) -> None:
    """As the journal writes it down: absent; the other number counts, and SPO2_LOW with it."""
    told = []
    for value in (odd, None):
        story = Story().open().start(1)
        story.samples(2, 10)
        for t in range(10, 40):
            story.ward.feed(OximeterSample(BED, OXIMETER, 88, value, frozenset(), value), t * SECOND)
        told.append((story.bed.state, [alarm.rule.name for alarm in story.bed.state.book.open.values()]))
    assert told[0] == told[1]
    assert "SPO2_LOW" in told[0][1]


@pytest.mark.parametrize("odd", NO_NUMBERS, ids=lambda odd: str(odd)[:6])
def test_a_cuff_pressure_that_is_no_number_is_absent(odd: Any) -> None:
    story = Story().open()
    story.ward.feed(CuffMeasurement(BED, CUFF, odd, 76, 91, odd), 5 * SECOND)
    judged = {metric: value.judgement.reason for metric, value in story.bed.state.cuff.values.items()}
    assert judged[Metric.SYSTOLIC] == "absent"
    assert story.bed.state.cuff.values[Metric.SYSTOLIC].value is None


@pytest.mark.parametrize("odd", NO_NUMBERS, ids=lambda odd: str(odd)[:6])
def test_a_message_with_nothing_else_in_it_says_nothing(odd: Any) -> None:
    """A charge or a signal quality that is none; what is said of the rest of the device stands."""
    assert without_nonsense(BatteryLevel(BED, OXIMETER, odd)) == Tick()
    assert without_nonsense(PlethMeasures(BED, OXIMETER, odd, pulse_present=True)) == Tick()


def test_what_is_whole_is_passed_on_as_it_is() -> None:
    for item in (
        OximeterSample(BED, OXIMETER, 97, None, frozenset(), 2.5),
        CuffActivity(BED, CUFF, CuffState.INFLATING, 140.5),
        Tick(),
    ):
        assert without_nonsense(item) is item


def test_every_number_of_every_device_input_is_looked_at() -> None:
    whole = {
        OximeterSample: OximeterSample(BED, OXIMETER, 97, 72),
        CuffMeasurement: CuffMeasurement(BED, CUFF, 120, 76, 91),
        CuffActivity: CuffActivity(BED, CUFF, CuffState.INFLATING),
        PlethMeasures: PlethMeasures(BED, OXIMETER, 0.9, pulse_present=True),
        BatteryLevel: BatteryLevel(BED, OXIMETER, 80),
    }
    assert whole.keys() == NUMBERS.keys()
    for kind, item in whole.items():
        numeric = {name for name, hint in kind.__annotations__.items() if "float" in hint}
        assert numeric == set(NUMBERS[kind])
        for name in numeric:
            changed: Any = replace(item, **{name: NAN})  # type: ignore[type-var]
            sure = without_nonsense(changed)
            assert write_input(sure, 0)["input"] == "tick" or getattr(sure, name) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (88.0, 88),
        (88.5, 88.5),
        (-0.0, 0),
        (NAN, None),
        (INF, None),
        (-INF, None),
        (10**400, None),
        (1e300, 1e300),
        (9007199254740991.0, 9007199254740991),
    ],
)
def test_plain_never_raises(value: Any, shown: Any) -> None:
    found = plain(value)
    assert (found, type(found)) == (shown, type(shown))
