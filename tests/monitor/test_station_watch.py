"""STATION_LOST and STATION_MUTE: what the pages' answers, or their absence, are reported as (alarm-system 3.2, 5.5)."""

from __future__ import annotations

from config.instant import SECOND, Instant, seconds
from monitor.core.inputs import SystemState
from monitor.station.browser import Station
from monitor.station_watch import StationWatch
from tests.support.clock import ManualClock

NURSE, DESK = "nurse-a", "10.0.0.7"
HEARD = f"{NURSE} at {DESK}"


class Ward:
    """Pages that a test opens and closes; `told` is what was reported."""

    def __init__(self, *, speed: float = 1.0, lost: bool = False) -> None:
        self.clock = ManualClock(100 * SECOND)
        self.pages: list[Station] = []
        self.patient = False
        self.signed_out = False
        self.told: list[SystemState] = []
        self.watch = StationWatch(
            lambda: self.pages,
            lambda: self.signed_out,
            lambda: self.patient,
            self.told.append,
            self.clock,
            delay=10 * SECOND,
            speed=speed,
            lost=lost,
        )

    def page(self, at: Instant, audio: str | None = "ok", visible: bool | None = True, name: str = NURSE) -> None:
        """A page that answered last at `at`."""
        self.pages.append(Station(name, DESK, audio, visible, at, at))

    async def look(self, after_s: float) -> list[SystemState]:
        """What is reported `after_s` later."""
        before = len(self.told)
        await self.clock.advance(seconds(after_s))
        self.watch.look()
        return self.told[before:]


def lost(since: Instant) -> list[SystemState]:
    return [SystemState("station", ok=False, since=since)]


FOUND = [SystemState("station", ok=True)]


async def test_a_ward_that_nobody_has_looked_at_has_lost_nothing() -> None:
    """No page, no patient: a fresh installation stays silent."""
    ward = Ward()
    for _ in range(60):
        assert await ward.look(1) == []


async def test_station_lost_once_a_page_had_answered() -> None:
    """Also with every bed empty (3.3). It counts from the last answer, so that the delay is the document's 10 s."""
    ward = Ward()
    ward.page(100 * SECOND)
    assert await ward.look(4) == []
    assert await ward.look(1) == lost(100 * SECOND)
    assert await ward.look(60) == []
    ward.pages.clear()
    ward.page(165 * SECOND)
    assert await ward.look(1) == FOUND
    ward.pages.clear()
    assert await ward.look(1) == lost(165 * SECOND)


async def test_station_lost_with_a_patient_and_no_page_ever() -> None:
    """A session that a program opened, or that a restart found: nobody sees it."""
    ward = Ward()
    await ward.look(5)
    ward.patient = True
    assert await ward.look(1) == lost(106 * SECOND)


async def test_one_page_is_enough() -> None:
    ward = Ward()
    ward.page(100 * SECOND, name="nurse-b")
    ward.page(110 * SECOND)
    assert await ward.look(11) == []


async def test_a_page_that_never_answered_is_none() -> None:
    """A program that only listens cannot ring."""
    ward = Ward()
    ward.patient = True
    ward.pages.append(Station("display", DESK, None, None, None, 100 * SECOND))
    assert await ward.look(1) == lost(101 * SECOND)


async def test_going_home_is_no_loss() -> None:
    """The last person signs out and no patient is there; with one it is a loss whoever signed out."""
    ward = Ward()
    ward.page(100 * SECOND)
    await ward.look(1)
    ward.pages.clear()
    ward.signed_out = True
    assert await ward.look(30) == []
    ward.patient = True
    assert await ward.look(1) == lost(132 * SECOND)
    ward.patient = False
    assert await ward.look(1) == FOUND


async def test_a_loss_from_before_a_restart_ends_with_the_first_answer() -> None:
    ward = Ward(lost=True)
    assert await ward.look(30) == []
    ward.page(130 * SECOND)
    assert await ward.look(1) == FOUND


async def test_at_a_demos_speed_pages_answer_by_their_own_time() -> None:
    """Every 2 s of theirs is every minute of a ward at thirty times the speed."""
    ward = Ward(speed=30)
    ward.page(100 * SECOND)
    assert await ward.look(119) == []
    assert await ward.look(170) == []
    (told,) = await ward.look(1)
    assert told.since == (100 + 29 * 10) * SECOND, "raised 300 s of the ward after the last answer: 10 s of the page"


async def test_station_mute_muted_blocked_hidden() -> None:
    """Each is told once with its reason, and is over when the page can be heard."""
    ward = Ward()
    ward.page(100 * SECOND, audio="blocked")
    assert await ward.look(0) == [SystemState("station", ok=False, subject=HEARD, detail="blocked")]
    assert await ward.look(1) == []
    ward.pages.clear()
    ward.page(102 * SECOND)
    assert await ward.look(1) == [SystemState("station", ok=True, subject=HEARD)]
    for audio, visible, reason in (("muted", True, "muted"), ("ok", False, "hidden")):
        ward = Ward()
        ward.page(100 * SECOND, audio, visible)
        assert [told.detail for told in await ward.look(0)] == [reason]


async def test_a_second_tab_of_the_same_person_may_be_hidden() -> None:
    """The station is heard when one of its pages is; somebody else's page does not help."""
    ward = Ward()
    ward.page(100 * SECOND, visible=False)
    ward.page(100 * SECOND)
    assert await ward.look(0) == []
    ward.pages.pop()
    ward.page(100 * SECOND, name="nurse-b")
    assert [told.subject for told in await ward.look(0)] == [HEARD]


async def test_a_mute_page_that_goes_is_mute_no_more() -> None:
    """That it is gone is another alarm."""
    ward = Ward()
    ward.page(100 * SECOND, audio="muted")
    await ward.look(0)
    ward.pages.clear()
    assert await ward.look(11) == [*lost(100 * SECOND), SystemState("station", ok=True, subject=HEARD)]
