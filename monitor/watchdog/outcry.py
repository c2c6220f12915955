"""How the watchdog makes itself heard: by means that share nothing with the service but the site file.

The terminal and its bell, a command of the site's own, and the site's channels, each over a connection of its own.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Sequence

import structlog

from alerts.alert import Alert, AlertKind
from alerts.channel import Channel, Delivered, Rejected
from alerts.ledger import Page
from alerts.page_id import page_id
from config.instant import SECOND, Clock, Duration, Instant, to_rfc3339
from config.vocabulary import Priority

RING_EVERY: Duration = 7 * SECOND
"""Between two bursts of a HIGH alarm (alarm-system 1.1). It rings for as long as the failure lasts: the 120 s of
section 5.4 are the least that a failure tone must be able to."""
TRY_AGAIN: Duration = 5 * SECOND
SEND_BOUND_S = 20.0
HUSH_S = 1.0
LAST_WORDS_S = 5.0
"""How long the news of the end may hold up the watchdog's own end."""

BANNER = """\a
***********************************************************************
***  NOT MONITORING: the bedwatch service has stood still for {lasting:>4} s ***
***  Watch the patients and the devices themselves. Restart bedwatch. ***
***********************************************************************
"""

log = structlog.get_logger("bedwatch.watchdog")


class Outcry:
    """`monitor.watchdog.watch.Alarm`: rings, runs a command, and pages.

    Args:
        channels: those that call people.
        command: run again and again while it rings; empty: none.
        write: the terminal.
    """

    def __init__(
        self, channels: Sequence[Channel], command: Sequence[str], write: Callable[[str], None], clock: Clock
    ) -> None:
        self._channels = channels
        self._command = command
        self._write = write
        self._clock = clock
        self._crying: list[asyncio.Task[None]] = []
        self._telling: set[asyncio.Task[str | None]] = set()
        self._told: list[Channel] = []
        self._since: Instant = 0
        self._sound: subprocess.Popen[bytes] | None = None

    def begin(self, since: Instant) -> None:
        """Cry out until `end`."""
        self._since, self._told = since, []
        call = self._alert(AlertKind.RAISED, "*** bedwatch stands still: watch the patients and the devices themselves")
        self._crying = [asyncio.create_task(self._ring())]
        self._crying += [asyncio.create_task(self._page(channel, call)) for channel in self._channels]

    def end(self, lasted: Duration) -> None:
        """Silence; whoever was called hears that it is over."""
        for task in self._crying:
            task.cancel()
        self._crying = []
        self._hush()
        self._write(f"bedwatch: the heartbeat is back after {lasted // SECOND} s\n")
        over = self._alert(AlertKind.CLOSED, f"*** bedwatch works again, after {lasted // SECOND} s - ended")
        for channel in self._told:
            telling = asyncio.create_task(self._try(channel, over))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def aclose(self) -> None:
        """Say what is still to be said, in bounded time, and give back the connections."""
        if self._telling:
            await asyncio.wait(self._telling, timeout=LAST_WORDS_S)
        for task in [*self._crying, *self._telling]:
            task.cancel()
        self._hush()
        for channel in self._channels:
            await channel.aclose()

    async def test(self) -> dict[str, str | None]:
        """Ring once and send `service.test` to every channel; what went wrong on each, None where nothing did."""
        self._since = self._clock.now()
        self._write("\abedwatch watchdog: test\n")
        self._play()
        probe = self._alert(AlertKind.TEST, "bedwatch: test of the watchdog")
        return {channel.id: await self._try(channel, probe) for channel in self._channels}

    async def _ring(self) -> None:
        while True:
            self._write(BANNER.format(lasting=(self._clock.now() - self._since) // SECOND))
            self._play()
            await self._clock.sleep_until(self._clock.now() + RING_EVERY)

    def _play(self) -> None:
        """Start the command, unless it still runs."""
        if not self._command or (self._sound is not None and self._sound.poll() is None):
            return
        try:
            self._sound = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - the site's own
        except OSError as error:
            log.warning("command_not_run", command=self._command[0], reason=error.strerror)

    def _hush(self) -> None:
        if self._sound is None:
            return
        self._sound.terminate()
        try:
            self._sound.wait(timeout=HUSH_S)
        except subprocess.TimeoutExpired:
            self._sound.kill()
            self._sound.wait()
        self._sound = None

    async def _page(self, channel: Channel, call: Alert) -> None:
        """Until it is delivered, or the receiver wants nothing more."""
        while (reason := await self._try(channel, call)) is not None:
            log.warning("page_not_delivered", channel=channel.id, reason=reason)
            await self._clock.sleep_until(self._clock.now() + TRY_AGAIN)
        self._told.append(channel)

    async def _try(self, channel: Channel, alert: Alert) -> str | None:
        """One try; the reason why it failed, None when it is done with."""
        page = Page(page_id(alert, channel.id), channel.id, alert)
        try:
            async with asyncio.timeout(SEND_BOUND_S):
                outcome = await channel.send(page, self._clock.now())
        except TimeoutError:
            return f"no outcome within {SEND_BOUND_S:g} s"
        except Exception as error:
            # A channel's bug must not end the others' calls.
            log.exception("channel_raised", channel=channel.id)
            return f"the channel raised {type(error).__name__}"
        if isinstance(outcome, Delivered):
            log.info("page_delivered", channel=channel.id, type=alert.kind.value)
            return None
        if isinstance(outcome, Rejected):
            log.error("channel_off", channel=channel.id, reason=outcome.reason)
            return None if alert.kind is not AlertKind.TEST else outcome.reason
        return outcome.reason

    def _alert(self, kind: AlertKind, text: str) -> Alert:
        now = self._clock.now()
        return Alert(
            kind=kind,
            at=now,
            alarm_id=f"watchdog-{to_rfc3339(self._since)}",
            step=1,
            bed=None,
            bed_label=None,
            alarm="CORE_STALLED",
            priority=Priority.HIGH,
            text=text,
            raised_at=self._since,
            over=kind is AlertKind.CLOSED,
        )
