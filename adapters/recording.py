"""What a device sends, kept as a capture: the very bytes, when they came, and no identity in them.

The decoder that a link makes is wrapped, so that a capture is what the service itself would have heard, whatever
brings it and whatever has to be said to the device meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.driver import Driver
from adapters.message_lines import MessageLines, message_line
from adapters.reading import Fault, Reading
from config.instant import Clock, Instant

LIMIT: Final = 16 * 1024 * 1024
"""Bytes of one capture; then it is full."""
SAME_PLACE: Final = 9
"""Masked bytes that lie no further apart belong to one identity: some of its characters may be masks by nature."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """`length` bytes from `offset` on came at `at`; of messages, one line each."""

    at: Instant
    offset: int
    length: int


class Recorder:
    """Collects until it is full, which sets `full`; what comes later is not taken."""

    def __init__(self, clock: Clock, limit: int = LIMIT) -> None:
        self.data = bytearray()
        self.arrivals: list[Arrival] = []
        self.full = asyncio.Event()
        self._clock = clock
        self._limit = limit

    def take(self, chunk: bytes) -> None:
        """The next bytes: all of them or none, so that no message is cut."""
        if self.full.is_set() or len(self.data) + len(chunk) > self._limit:
            self.full.set()
        elif chunk:
            self.arrivals.append(Arrival(self._clock.now(), len(self.data), len(chunk)))
            self.data += chunk

    def listening_as(self, driver: Driver) -> Driver:
        """The driver whose every decoder is heard here, too."""
        return replace(driver, decoder=lambda options: _Tap(driver.decoder(options), self))


class _Tap:
    """A decoder of any kind that writes down what it is given."""

    def __init__(self, decoder: Any, recorder: Recorder) -> None:
        self._decoder = decoder
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decoder, name)

    def feed(self, chunk: bytes) -> Iterable[Reading | Fault]:
        self._recorder.take(chunk)
        found: Iterable[Reading | Fault] = self._decoder.feed(chunk)
        return found

    def feed_message(self, topic: str, payload: bytes) -> Iterable[Reading | Fault]:
        self._recorder.take(message_line(topic, payload))
        found: Iterable[Reading | Fault] = self._decoder.feed_message(topic, payload)
        return found

    def feed_delivery(self, topic: str, payload: bytes, delivery: Any) -> Iterable[Reading | Fault]:
        self._recorder.take(message_line(topic, payload))
        found: Iterable[Reading | Fault] = self._decoder.feed_delivery(topic, payload, delivery)
        return found


class MaskError(ValueError):
    """A driver's mask does not keep the length: nothing of the capture may be shown."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A capture fit to be handed on.

    Attributes:
        data: with every identity that the driver knows made unreadable.
        arrivals: of this data.
        places: how many identities were masked, bytes near each other counted as one.
        cut: bytes left out at either end: pieces of units, in which an identity could not have been known.
        items: what the driver reads in it.
    """

    data: bytes
    arrivals: tuple[Arrival, ...]
    places: int
    cut: int
    items: tuple[Reading | Fault, ...]


def mask_capture(driver: Driver, options: Any, data: bytes, arrivals: Sequence[Arrival]) -> Masked:
    """The capture without identities.

    Raises:
        MaskError: the driver's mask is wrong.
    """
    start, end = _whole_units(driver, options, data) if carries_identity(driver) else (0, len(data))
    kept = data[start:end]
    masked = driver.mask(kept)
    if len(masked) != len(kept):
        raise MaskError(f"the mask of driver {driver.name} makes {len(masked)} bytes of {len(kept)}")
    return Masked(
        data=masked,
        arrivals=tuple(_cut(arrivals, start, end)),
        places=_places(kept, masked),
        cut=len(data) - len(kept),
        items=tuple(decoded(driver, options, masked)),
    )


def carries_identity(driver: Driver) -> bool:
    """Whether the driver has a mask; one without says that its protocol carries no identity."""
    return driver.mask is not bytes


def decoded(driver: Driver, options: Any, data: bytes) -> list[Reading | Fault]:
    """All that the driver reads in a capture."""
    decoder = driver.decoder(options)
    stream = MessageLines(decoder) if driver.messages else decoder
    return [*stream.feed(data), *stream.finish()]


def _whole_units(driver: Driver, options: Any, data: bytes) -> tuple[int, int]:
    """Where the first whole unit begins and the last one ends; messages are whole always."""
    if driver.messages:
        return 0, len(data)
    decoder = driver.decoder(options)
    items = list(decoder.feed(data))
    first = items[0] if items else None
    start = first.discarded if isinstance(first, Fault) and first.offset == 0 else 0
    open_ends = [item.offset for item in decoder.finish() if isinstance(item, Fault)]
    return start, max(start, min(open_ends, default=len(data)))


def _cut(arrivals: Iterable[Arrival], start: int, end: int) -> Iterable[Arrival]:
    for each in arrivals:
        first, last = max(each.offset, start), min(each.offset + each.length, end)
        if first < last:
            yield Arrival(each.at, first - start, last - first)


def _places(before: bytes, after: bytes) -> int:
    count, last = 0, -SAME_PLACE - 1
    for at, (one, other) in enumerate(zip(before, after, strict=True)):
        if one != other:
            count += at - last > SAME_PLACE
            last = at
    return count
