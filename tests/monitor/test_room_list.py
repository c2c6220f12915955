"""The clinic's room list: who is expected, and what is told of whoever is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.instant import SECOND
from monitor.core.inputs import RoomCheck, SystemState
from monitor.room_list import MOST_BYTES, Bound, RoomListWatch, listed, parse
from tests.support.clock import ManualClock


def test_a_line_is_a_patient_or_a_patient_and_a_bed() -> None:
    places = parse("# Monday\nP-17\n\n p-18 , bay-2  # moved\n")
    assert listed(places, "bay-1", "P-17")
    assert listed(places, "bay-2", "P-18")
    assert not listed(places, "bay-1", "P-18")
    assert not listed(places, "bay-1", "P-1")


class Kept:
    """A watch over a file, with whom it finds bound and what it told."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rooms.txt"
        self.bound = {"bay-1": Bound("P-17", "s1")}
        self.told: list[RoomCheck | SystemState] = []
        self.clock = ManualClock()
        self.watch = RoomListWatch(self.path, lambda: self.bound, self.told.append, self.clock)

    async def look(self) -> list[RoomCheck | SystemState]:
        """What one more look tells."""
        self.told.clear()
        await self.watch.look()
        return list(self.told)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


async def test_3_2_a_patient_who_is_not_on_the_list_is_told_and_one_who_comes_onto_it_too(kept: Kept) -> None:
    """Once each; another patient on the bed is looked up anew."""
    kept.path.write_text("P-1\n")
    assert await kept.look() == [RoomCheck("bay-1", "P-17", listed=False)]
    assert await kept.look() == []
    kept.path.write_text("P-1\nP-17\n")
    assert await kept.look() == [RoomCheck("bay-1", "P-17", listed=True)]
    kept.bound = {}
    assert await kept.look() == []
    kept.bound = {"bay-1": Bound("P-17", "s1"), "bay-2": Bound("P-2", "s2")}
    assert await kept.look() == [
        RoomCheck("bay-1", "P-17", listed=True),
        RoomCheck("bay-2", "P-2", listed=False),
    ]


async def test_the_same_patient_in_another_session_is_looked_up_anew(kept: Kept) -> None:
    """The alarm ended with the first session; discharged and opened again between two looks it must come back."""
    kept.path.write_text("P-1\n")
    await kept.look()
    kept.bound = {"bay-1": Bound("P-17", "s2")}
    assert await kept.look() == [RoomCheck("bay-1", "P-17", listed=False)]


async def test_a_list_that_cannot_be_read_is_told_again_and_again_and_then_over(kept: Kept) -> None:
    (found,) = await kept.look()
    assert isinstance(found, SystemState)
    assert (found.system, found.ok, found.subject) == ("binding", False, "room list")
    assert found.detail is not None
    assert "No such file" in found.detail
    assert await kept.look() == []
    await kept.clock.advance(30 * SECOND)
    assert len(await kept.look()) == 1
    kept.path.write_text("P-17\n")
    assert await kept.look() == [
        SystemState("binding", ok=True, subject="room list"),
        RoomCheck("bay-1", "P-17", listed=True),
    ]


async def test_what_was_read_before_counts_on_while_the_list_cannot_be_read(kept: Kept) -> None:
    kept.path.write_text("P-17\n")
    await kept.look()
    kept.path.unlink()
    kept.bound = {"bay-1": Bound("P-17", "s1"), "bay-2": Bound("P-2", "s2")}
    found = await kept.look()
    assert [type(one).__name__ for one in found] == ["SystemState", "RoomCheck"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00P", b"P" * (MOST_BYTES + 1)])
async def test_what_is_no_list_cannot_be_read(kept: Kept, content: bytes) -> None:
    kept.path.write_bytes(content)
    (found,) = await kept.look()
    assert isinstance(found, SystemState)
    assert not found.ok


async def test_a_list_that_names_nobody_is_one_being_written(kept: Kept) -> None:
    """Not everybody is a stranger because another system has just opened its file for writing."""
    kept.path.write_text("P-17\n")
    await kept.look()
    kept.path.write_text("# the list of Monday\n")
    (found,) = await kept.look()
    assert isinstance(found, SystemState)
    assert found.detail is not None
    assert "it names nobody" in found.detail
