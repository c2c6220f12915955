"""CORE_STALLED from outside: when the watchdog cries out, and when it is quiet."""

from __future__ import annotations

import pytest

from config.instant import SECOND, Duration, Instant, seconds
from monitor.heartbeat import Beat
from monitor.watchdog.watch import LONGEST, Watchdog
from tests.support.clock import ManualClock

OWN = 4711


class Ears:
    """What was heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []

    def begin(self, since: Instant) -> None:
        """As `Alarm.begin`."""
        self.heard.append(("begin", since // SECOND))

    def end(self, lasted: Duration) -> None:
        """As `Alarm.end`."""
        self.heard.append(("end", lasted // SECOND))


class Night:
    """A service whose heart a test moves, and its watchdog; one look a second."""

    def __init__(self, beside: int | None = None) -> None:
        self.clock = ManualClock(0)
        self.ears = Ears()
        self.beat: Beat | None = None
        self.count = 0
        self.watchdog = Watchdog(lambda: self.beat, self.ears, self.clock, patience=10 * SECOND, beside=beside)

    def beats(self, pid: int = OWN, *, stopped: bool = False) -> None:
        """The service lives, or says that it was stopped."""
        self.count += 1
        self.beat = Beat(pid, stopped, str(self.count))

    async def goes_on(self, duration_s: int, *, beating: bool = False) -> list[tuple[str, int]]:
        """Time passes; what was heard meanwhile."""
        before = len(self.ears.heard)
        for second in range(duration_s):
            await self.clock.advance(seconds(1))
            if beating and second % 2 == 0:
                self.beats()
            self.watchdog.look()
        return self.ears.heard[before:]


async def test_core_stalled_after_ten_seconds() -> None:
    """Not before; once; until the heart beats again, however long that is."""
    night = Night()
    assert await night.goes_on(20, beating=True) == []
    assert await night.goes_on(8) == []
    assert await night.goes_on(1) == [("begin", 19)]
    assert await night.goes_on(600) == []
    assert await night.goes_on(1, beating=True) == [("end", 611)]


async def test_a_service_that_nobody_has_started_is_not_missed() -> None:
    night = Night()
    assert await night.goes_on(100) == []


async def test_one_that_died_before_the_watchdog_came_is_missed() -> None:
    """Its last beat stands in the file and does not change."""
    night = Night()
    night.beats()
    assert await night.goes_on(11) == [("begin", 1)]


async def test_one_that_was_stopped_in_order_is_not_missed() -> None:
    """Neither then, nor when it is stopped while the watchdog cries."""
    night = Night()
    await night.goes_on(5, beating=True)
    night.beats(stopped=True)
    assert await night.goes_on(100) == []
    night.beats()
    assert [word for word, _ in await night.goes_on(20)] == ["begin"]
    night.beats(stopped=True)
    assert [word for word, _ in await night.goes_on(1)] == ["end"]


async def test_a_machine_that_slept_gets_its_time_anew() -> None:
    """Service and watchdog stood still together."""
    night = Night()
    await night.goes_on(5, beating=True)
    await night.clock.advance(3600 * SECOND)
    assert await night.goes_on(9) == []
    assert len(await night.goes_on(5)) == 1


async def test_one_that_belongs_to_a_service_ends_with_its_successor() -> None:
    """The next service has a watchdog of its own; an earlier one's beat is not taken for the own one's."""
    night = Night(beside=OWN)
    night.beats(pid=1)
    assert await night.goes_on(30) == []
    await night.goes_on(4, beating=True)
    assert [word for word, _ in await night.goes_on(15)] == ["begin"]
    night.beats(pid=2)
    night.watchdog.look()
    await night.watchdog.run()
    assert [word for word, _ in night.ears.heard] == ["begin", "end"]


@pytest.mark.parametrize("beside", [None, OWN])
async def test_one_whose_service_is_gone_for_good_falls_silent_after_an_hour(beside: int | None) -> None:
    """One that something else has started goes on."""
    night = Night(beside)
    night.beats()
    await night.goes_on(15)
    assert night.watchdog.crying
    await night.clock.advance(LONGEST)
    night.watchdog.look()
    if beside is None:
        assert night.watchdog.crying
    else:
        await night.watchdog.run()
        assert not night.watchdog.crying
