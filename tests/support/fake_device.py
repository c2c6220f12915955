"""A made-up device for tests of links: lines of text in, readings out, and a cuff that can be spoken to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adapters.driver import Cadence, Dialogue, Driver, LineSettings
from adapters.reading import CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading, Reading
from config.instant import SECOND, Instant


class LineDecoder:
    """`97` is a saturation, `cuff` the end of a measurement, `online` a status, `bug` a bug, other lines noise."""

    def __init__(self, _options: Any) -> None:
        self._held = b""
        self._offset = 0

    def feed(self, chunk: bytes) -> Iterator[Reading | Fault]:
        """Readings and faults of every line completed by `chunk`."""
        self._held += chunk
        while b"\n" in self._held:
            line, _, self._held = self._held.partition(b"\n")
            yield read_line(line, self._offset)
            self._offset += len(line) + 1


class LineMessages:
    """The same, one line a message."""

    def __init__(self, _options: Any) -> None:
        self._count = 0

    def feed_message(self, topic: str, payload: bytes) -> Iterator[Reading | Fault]:
        """The reading of one message."""
        self._count += 1
        yield read_line(payload, self._count)


def read_line(line: bytes, offset: int) -> Reading | Fault:
    """What one line says."""
    match line:
        case b"cuff":
            return CuffReading(offset, 120, 80, 93)
        case b"online":
            return DeviceStatus(offset, online=True)
        case b"bug":
            raise RuntimeError("a planted bug")
        case _ if line.isdigit():
            return OximeterReading(offset, spo2=float(line), pulse_rate=None)
        case _:
            return Fault(offset, FaultKind.GARBAGE, len(line))


class CuffDialogue:
    """Greets on opening, polls once a second, starts and stops one measurement on request, then is locked for 30 s."""

    LOCK_OUT = 30 * SECOND

    def __init__(self, _options: Any) -> None:
        self._poll_at: Instant | None = None
        self._locked_until: Instant = 0

    def opened(self, now: Instant) -> bytes:
        """Greet; never inflate."""
        self._poll_at = now + SECOND
        return b"hello\n"

    def tick(self, now: Instant) -> bytes:
        """Poll."""
        self._poll_at = now + SECOND
        return b"poll\n"

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """Thank for a result."""
        return b"thanks\n" if isinstance(reading, CuffReading) else b""

    def request_measurement(self, now: Instant) -> bytes:
        """Start, unless locked out."""
        if now < self._locked_until:
            return b""
        self._locked_until = now + self.LOCK_OUT
        return b"start\n"

    def cancel_measurement(self, now: Instant) -> bytes:
        """Stop."""
        return b"stop\n"

    def next_deadline(self) -> Instant | None:
        """The next poll."""
        return self._poll_at


def stream_driver(cadence: Cadence = Cadence.STREAM, dialogue: type[Dialogue] | None = None) -> Driver:
    """A driver that reads lines."""
    return Driver(
        name="fake-lines",
        title="line device",
        source="made up for tests",
        decoder=LineDecoder,
        cadence=cadence,
        nominal_interval=SECOND,
        line=LineSettings(9600),
        dialogue=dialogue,
    )


def message_driver(cadence: Cadence = Cadence.STREAM, dialogue: type[Dialogue] | None = None) -> Driver:
    """A driver that reads messages."""
    return Driver(
        name="fake-messages",
        title="message device",
        source="made up for tests",
        decoder=LineMessages,
        cadence=cadence,
        nominal_interval=SECOND,
        messages=True,
        dialogue=dialogue,
    )


@dataclass(frozen=True)
class Heard:
    """One call of a sink: `what` is up, down, reading or fault; `detail` the reason, the value or the kind."""

    device_id: str
    what: str
    at: Instant
    detail: object = None
