"""What a device's connection tells the rest of the service, and what it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from adapters.driver import Cadence
from adapters.reading import DeviceStatus, Fault, FaultKind, Reading
from config.instant import SECOND, Duration, Instant
from config.vocabulary import LinkState

PATIENCE: Final[dict[Cadence, Duration]] = {Cadence.STREAM: 5 * SECOND, Cadence.POLL: 30 * SECOND}
"""Without a reading for so long a connection is in trouble, before the device counts as offline. Silence of a device
that speaks once per measurement is none."""

SILENT: Final = "connected, but the device says nothing (switched off, or another cable?)"
UNREADABLE: Final = "what comes cannot be read (wrong baud rate, or another device?)"
FLOODED: Final = "far more comes than any device says; it is being held back"


class LinkSink(Protocol):
    """Where readings go. Called on the event loop, must return at once; an exception is a bug of the sink."""

    def reading(self, device_id: str, reading: Reading, received_at: Instant) -> None:
        """A good reading."""
        ...

    def fault(self, device_id: str, fault: Fault, received_at: Instant) -> None:
        """Noise on the line."""
        ...

    def link_up(self, device_id: str, at: Instant) -> None:
        """The connection stands; always before the first reading over it."""
        ...

    def link_down(self, device_id: str, at: Instant, reason: str) -> None:
        """The connection is gone, or could not be made at first; once per gap."""
        ...


@dataclass(slots=True)
class LinkStats:
    """One device's connection in numbers, since the service started.

    Attributes:
        state: None until the connection stood or failed for the first time.
        reason: why it is down, in words; kept up to date while it stays down.
        bytes_received: message drivers: payload bytes.
        faults: how often, by kind.
        faults_in_a_row: since the last good reading; a port with nothing but garbage shows here.
        reconnects: how often it came up again.
        patience: how long it may be without a reading; None: silence says nothing.
        opened_at: since when its port is open or its broker there; None while it is not.
        last_flood_at: when more came than is taken in (`adapters.link.FLOOD`).
    """

    state: LinkState | None = None
    reason: str | None = None
    bytes_received: int = 0
    readings: int = 0
    faults: Counter[FaultKind] = field(default_factory=Counter)
    faults_in_a_row: int = 0
    reconnects: int = 0
    last_reading_at: Instant | None = None
    last_fault: Fault | None = None
    last_fault_at: Instant | None = None
    patience: Duration | None = None
    opened_at: Instant | None = None
    last_bytes_at: Instant | None = None
    last_flood_at: Instant | None = None

    def trouble(self, now: Instant) -> str | None:
        """What is wrong, in words for people: why it is down, or why a connection that stands is of no use."""
        opened_at, patience = self.opened_at, self.patience or PATIENCE[Cadence.STREAM]

        def lately(at: Instant | None, since: Instant = 0) -> bool:
            return at is not None and at > since and now - at < patience

        if opened_at is None:
            return self.reason
        if lately(self.last_flood_at):
            return FLOODED
        good_at = max(opened_at, self.last_reading_at or opened_at)
        if now - good_at < patience:
            return None
        if lately(self.last_fault_at, good_at):
            return UNREADABLE
        return SILENT if self.patience is not None and not lately(self.last_bytes_at) else None


class LinkReport:
    """Turns the life of one connection into calls of the sink, and counts.

    Up means: an episodic device's connection is open; a device that speaks by itself or when asked has given
    its first good reading since the connection opened (alarm-system 3.2, rulings 8: up and a good frame).
    An open port that only yields garbage, or nothing, therefore never comes up.
    """

    def __init__(self, device_id: str, cadence: Cadence, sink: LinkSink) -> None:
        self.device_id = device_id
        self.stats = LinkStats(patience=PATIENCE.get(cadence))
        self._up_when_opened = cadence is Cadence.EPISODIC
        self._sink = sink
        self._ever_up = False

    def opened(self, at: Instant) -> None:
        """The pipe is open."""
        self.stats.opened_at = at
        if self._up_when_opened:
            self._up(at)

    def received(self, count: int, at: Instant) -> None:
        """So many bytes have come."""
        self.stats.bytes_received += count
        self.stats.last_bytes_at = at

    def item(self, item: Reading | Fault, at: Instant) -> None:
        """The decoder has yielded `item` from what was received at `at`."""
        stats = self.stats
        if isinstance(item, Fault):
            stats.faults[item.kind] += 1
            stats.faults_in_a_row += 1
            stats.last_fault, stats.last_fault_at = item, at
            self._sink.fault(self.device_id, item, at)
            return
        if stats.state is not LinkState.UP and not isinstance(item, DeviceStatus):
            # What a device says about itself proves nothing: a broker keeps an old `online` for ever.
            self._up(at)
        stats.readings += 1
        stats.faults_in_a_row = 0
        stats.last_reading_at = at
        self._sink.reading(self.device_id, item, at)

    def down(self, reason: str, at: Instant) -> None:
        """The connection is gone or cannot be made. Told once per gap; `reason` stays current in the figures."""
        self.stats.reason = reason
        self.stats.opened_at = None
        if self.stats.state is not LinkState.DOWN:
            self.stats.state = LinkState.DOWN
            self._sink.link_down(self.device_id, at, reason)

    def _up(self, at: Instant) -> None:
        if self.stats.state is LinkState.UP:
            return
        self.stats.state = LinkState.UP
        self.stats.reason = None
        self.stats.reconnects += self._ever_up
        self._ever_up = True
        self._sink.link_up(self.device_id, at)
