"""The core never stands still: no preset makes deadlines of one moment bring each other about without end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.instant import SECOND, seconds
from monitor.core import bed as bed_module
from monitor.core.bed import new_bed, next_deadline
from monitor.core.bed_state import Bed, DeviceSetup, Due, Setup
from monitor.core.errors import ConfigError, EndlessDeadlines
from monitor.core.events import Event
from monitor.core.lines.reader import read_input
from monitor.core.preset.read import build_ruleset
from monitor.core.ward import Ward
from tests.support.nights import nights
from tests.support.ward import CUFF, OXIMETER, Line, Story, preset_table, shipped_rules


class Restless:
    """A part that is never done."""

    def due(self, bed: Bed) -> Due:
        return Due(bed.state.clock, 0, "")

    def settle(self, bed: Bed, due: Due, out: list[Event]) -> None:
        pass


def test_deadlines_without_end_are_a_fault_and_no_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story().open()
    monkeypatch.setattr(bed_module, "MOVING", (Restless(),))
    monkeypatch.setattr(bed_module, "STEADY", ())
    with pytest.raises(EndlessDeadlines, match=r"bay-1 at 1000000 us: None settles without end"):
        story.sample(1)
    assert story.bed.state.faulty == ["Restless"]
    story.ward.settle(seconds(400))
    assert story.ward.take_faults() == []


def numbers(table: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the numbers of a preset stand."""
    entries = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in entries:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield (*path, key)
        yield from numbers(value, (*path, key))


NUMBERS = sorted(numbers(preset_table()), key=str)
LATE = [path for path in NUMBERS if str(path[-1]).endswith("_s")]


@given(
    paths=st.lists(st.sampled_from(NUMBERS) | st.sampled_from(LATE), min_size=1, max_size=4),
    values=st.lists(st.sampled_from((0, 0.000001, 0.5, 1.6, 3, 30, 100_000)), min_size=4, max_size=4),
    stand=st.sampled_from((1, 4, 25)),
    night=nights(12),
)
@settings(deadline=None, max_examples=150)
def test_no_number_of_a_preset_makes_a_step_without_end(
    paths: list[tuple[str | int, ...]], values: list[float], stand: int, night: list[Line]
) -> None:
    """Whatever the preset lets through, every step comes back, and no part is given up for it."""
    table = preset_table()
    for path, value in zip(paths, values, strict=False):
        place: Any = table
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    try:
        rules = build_ruleset(table, "changed")
    except ConfigError:
        return
    devices = (
        DeviceSetup(OXIMETER, stand * SECOND, 10 * SECOND),
        DeviceSetup(CUFF, 4 * SECOND, 60 * SECOND, startable=True),
    )
    ward = Ward(rules, 0, adopt=lambda bed: Setup(bed, rules, devices))
    for line in night:
        ward.feed(read_input(line, 0), seconds(line["t"]))
        assert ward.take_faults() == []


def test_a_bed_that_waits_for_nothing_has_no_deadline() -> None:
    assert next_deadline(new_bed(Setup("bay-1", shipped_rules()), 5)) is None
    story = Story().open()
    assert next_deadline(story.bed) == story.bed.wake
