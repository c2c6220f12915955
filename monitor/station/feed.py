"""The stream to every page (interfaces, section 6; performance, section 3).

An alarm goes out alone and at once; numerics go out as one frame a tick for all changed beds, encoded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from starlette.types import Receive, Send

from config.instant import SECOND, Clock, Duration, Instant, to_rfc3339
from monitor.station import wire
from monitor.station.browser import POLICY, TRY_LATER, Browser, Station
from monitor.station.frame import Frame
from monitor.station.ports import Count, WardView
from monitor.station.rights import Caller

MOST_PAGES = 256
BEDS_AT_ONCE = 10
"""Pictures made for a tick before whatever is more urgent may pass: about 0.2 ms of work (17 to 25 µs a bed)."""


class FeedHub:
    """Knows every connected page. All calls come from the event loop's thread; none waits.

    `tick` and `heartbeat` are lengths on the clock. `patience`, how long a page may accept nothing before it is
    closed with 1013, is a length of the page's own time: it stretches with a demo's speed.
    """

    def __init__(
        self,
        view: WardView,
        clock: Clock,
        *,
        tick: Duration = SECOND,
        heartbeat: Duration = 2 * SECOND,
        patience: Duration = 10 * SECOND,
    ) -> None:
        self._view = view
        self._clock = clock
        self._tick = tick
        self._heartbeat = heartbeat
        self._patience = round(patience * max(1.0, view.site().speed))
        self._pages: dict[Browser, Callable[[], bool]] = {}
        self._changed: set[str] = set()
        self._snapshot: Frame | None = None
        self._tick_beds: dict[str, wire.Bed] = {}
        self._tick_frame: Frame | None = None
        self._given_up = 0
        self._refused = 0
        self._alarm_frames = 0
        self._left_on_purpose = False

    async def run(self) -> None:
        """The ticker: one a second for all pages, until cancelled."""
        due = self._clock.now()
        beat_due = due + self._heartbeat
        while True:
            # After a pause of the machine the missed ticks are not made up for.
            due = max(due + self._tick, self._clock.now())
            await self._clock.sleep_until(due)
            await self._send_changed()
            self._give_up_hopeless()
            if self._clock.now() >= beat_due:
                beat_due = self._clock.now() + self._heartbeat
                self._send_heartbeat()

    async def serve(
        self, caller: Caller, receive: Receive, send: Send, *, still_allowed: Callable[[], bool] = lambda: True
    ) -> None:
        """One page's connection, from the snapshot to its end.

        Args:
            caller: who is looking.
            receive: the accepted WebSocket's ASGI side.
            send: likewise.
            still_allowed: asked at every heartbeat; once false, the page is closed with 1008.
        """
        browser = Browser(caller, send, self._clock, self._update)
        try:
            await browser.run(receive, lambda page: self._welcome(page, still_allowed))
        finally:
            self._pages.pop(browser, None)
            self._left_on_purpose = not still_allowed()
            self._refused += browser.refused
            self._given_up += browser.given_up

    @property
    def full(self) -> bool:
        """Whether no further page may connect."""
        return len(self._pages) >= MOST_PAGES

    @property
    def left_on_purpose(self) -> bool:
        """Whether the page that went last went because its person had signed out."""
        return self._left_on_purpose

    def alarms_changed(self, alarms: Sequence[wire.Alarm]) -> None:
        """Tell every page of these alarms now, together with the beds they are on."""
        beds = {alarm.bed for alarm in alarms if alarm.bed is not None}
        pictures = self._pictures(beds)
        frame = self._frame(pictures, alarms)
        self._changed -= beds
        self._snapshot = None
        # Pages that still wait for a tick must not get older pictures after these.
        self._tick_beds |= {bed.id: bed for bed in pictures if bed.id in self._tick_beds}
        self._tick_frame = None
        self._alarm_frames += 1
        for page in list(self._pages):
            page.alarm(frame)

    def station_changed(self) -> None:
        """Tell every page at once what is paused or off for the whole station."""
        self._snapshot = self._tick_frame = None
        frame = self._frame([])
        for page in list(self._pages):
            page.alarm(frame)

    def bed_changed(self, bed_id: str) -> None:
        """The bed's picture goes out with the next tick."""
        self._changed.add(bed_id)

    def pleth(self, bed: str, at: Instant, rate_hz: float, samples: Sequence[float | None]) -> None:
        """A stretch of wave, `at` its first sample, to the pages that draw this bed's."""
        watching = [page for page in self._pages if bed in page.pleth_beds]
        if not watching:
            return
        frame = Frame(wire.Pleth(0, bed, to_rfc3339(at), rate_hz, list(samples)))
        for page in watching:
            page.wave(bed, frame)

    def stations(self) -> list[Station]:
        """What every connected page last said about its sound and sight."""
        return [page.station for page in self._pages]

    def counts(self) -> Iterable[Count]:
        """For `/metrics`."""
        refused = self._refused + sum(page.refused for page in self._pages)
        yield Count("bedwatch_pages", "Pages connected to the stream.", len(self._pages), "gauge")
        yield Count("bedwatch_pages_given_up_total", "Pages closed because they were too slow.", self._given_up)
        yield Count("bedwatch_page_messages_refused_total", "Messages from pages that were refused.", refused)
        yield Count("bedwatch_alarm_updates_total", "Updates with alarms sent to the pages.", self._alarm_frames)

    def _welcome(self, page: Browser, still_allowed: Callable[[], bool]) -> None:
        # Whatever changes after this snapshot is in the next tick or in an alarm update: one snapshot serves
        # every page that comes before those.
        if self._snapshot is None:
            self._snapshot = Frame(
                wire.Snapshot(
                    0,
                    self._now(),
                    self._view.beds(),
                    self._view.alarms(),
                    self._view.site(),
                    self._view.inactivations(),
                )
            )
        self._pages[page] = still_allowed
        page.alarm(self._snapshot)

    async def _send_changed(self) -> None:
        self._snapshot = None
        changed, self._changed = self._changed, set()
        # A page that comes from here on gets a snapshot, which is newer than what is made here.
        pages = list(self._pages)
        if not changed or not pages:
            return
        waiting = sorted(changed)
        for start in range(0, len(waiting), BEDS_AT_ONCE):
            made = self._pictures(waiting[start : start + BEDS_AT_ONCE])
            self._tick_beds |= {bed.id: bed for bed in made}
            await self._let_pass()
        self._tick_frame = None
        for page in pages:
            if self._tick_frame is None:
                self._tick_frame = self._frame(list(self._tick_beds.values()))
            page.numerics(self._tick_frame, changed)
            # Fifty pages of a hundred beds are 10 MB.
            await self._let_pass()
        self._tick_beds = {}
        self._tick_frame = None

    async def _let_pass(self) -> None:
        """Whatever is more urgent goes first: an alarm, a message from a device."""
        await self._clock.sleep_until(self._clock.now())

    def _send_heartbeat(self) -> None:
        frame = Frame(wire.Heartbeat(0, self._now()))
        for page, still_allowed in list(self._pages.items()):
            if still_allowed():
                page.heartbeat(frame)
            else:
                page.close(POLICY, "signed out")

    def _give_up_hopeless(self) -> None:
        now = self._clock.now()
        for page in list(self._pages):
            if page.hopeless(now, self._patience):
                page.close(TRY_LATER, "too slow: nothing was accepted for a while")

    def _update(self, bed_ids: Iterable[str]) -> Frame:
        return self._frame(self._pictures(bed_ids))

    def _pictures(self, bed_ids: Iterable[str]) -> list[wire.Bed]:
        return [bed for bed_id in sorted(bed_ids) if (bed := self._view.bed(bed_id)) is not None]

    def _frame(self, beds: list[wire.Bed], alarms: Sequence[wire.Alarm] = ()) -> Frame:
        return Frame(wire.Update(0, self._now(), beds, list(alarms), self._view.inactivations()))

    def _now(self) -> str:
        return to_rfc3339(self._clock.now())
