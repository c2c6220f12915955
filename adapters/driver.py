"""The contract of a device file: with `adapters.reading` all that it needs to import.

A driver is a value. Its decoder is bytes in, readings out: it never reads a port, waits, logs or looks at
a clock. A device that must be spoken to has a dialogue, equally pure: the link does the sending.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from adapters.reading import Fault, Reading
from config.instant import Duration, Instant
from config.vocabulary import Flag


class Parity(StrEnum):
    """Parity bit of a serial line."""

    NONE = "N"
    ODD = "O"
    EVEN = "E"


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How the serial port is opened, unless the site file says otherwise. Always raw, no flow control."""

    baud: int
    parity: Parity = Parity.NONE
    data_bits: int = 8
    stop_bits: int = 1

    def __str__(self) -> str:
        """As people write it: 9600 8N1."""
        return f"{self.baud} {self.data_bits}{self.parity.value}{self.stop_bits}"


class Cadence(StrEnum):
    """How the device speaks, which decides what its silence means (alarm-system 3.2, DEVICE_OFFLINE)."""

    STREAM = "stream"
    """Speaks by itself all the time."""
    POLL = "poll"
    """Answers when asked."""
    EPISODIC = "episodic"
    """Speaks once per measurement; silence is not offline."""


class FrameCheck(StrEnum):
    """What tells a unit from noise: how much a bad line may cost."""

    SUM = "sum"
    """A check sum over every value: a byte turned into another never makes a value."""
    SHAPE = "shape"
    """Lines, keys, columns: noise does not look so, but a digit turned into another cannot be known."""
    SYNC_BITS = "sync bits"
    """Next to nothing: noise can look like a unit, and only agreement over several of them makes a value."""


class StreamDecoder(Protocol):
    """Bytes of any chunking in; the same readings whatever the chunking."""

    def feed(self, chunk: bytes) -> Iterable[Reading | Fault]:
        """Readings and faults completed by `chunk`, in stream order. Never raises on input."""
        ...

    def finish(self) -> Iterable[Reading | Fault]:
        """The stream is over: what was held back, undecided, as readings or faults."""
        ...


class MessageDecoder(Protocol):
    """Whole messages in (MQTT, HL7)."""

    def feed_message(self, topic: str, payload: bytes) -> Iterable[Reading | Fault]:
        """Readings of one message, or a fault with its reason. Never raises on input."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a message came.

    Attributes:
        received_at: None: it was read from a file, and nobody knows when it came.
        retained: the broker had kept it and gave it to a new subscriber.
    """

    received_at: Instant | None = None
    retained: bool = False


class DatedDecoder(MessageDecoder, Protocol):
    """A message decoder that also judges when a message came, and whether the broker had kept it.

    `feed_message` takes it as read from a file. Retained messages reach it, too: it says what they are worth.
    """

    def feed_delivery(self, topic: str, payload: bytes, delivery: Delivery) -> Iterable[Reading | Fault]:
        """As `feed_message`. Receipt times never go back."""
        ...

    def tick(self, now: Instant) -> Iterable[Reading | Fault]:
        """The moment given by `next_deadline` has come: what is due by then."""
        ...

    def next_deadline(self) -> Instant | None:
        """When `tick` wants to be called next; None: not at all."""
        ...

    def finish(self) -> Iterable[Reading | Fault]:
        """Nothing more will come: what was held back."""
        ...


class Dialogue(Protocol):
    """What to say to a device that must be spoken to. Pure: the link does the sending.

    `opened` and `tick` answer with bytes to send (possibly empty). Nothing sent on `opened` may start a
    measurement (blood-pressure, section 9.5).
    """

    def opened(self, now: Instant) -> bytes:
        """The link has just come up."""
        ...

    def tick(self, now: Instant) -> bytes:
        """The moment given by `next_deadline` has come."""
        ...

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """The device has spoken."""
        ...

    def request_measurement(self, now: Instant) -> bytes:
        """Start one measurement; empty when a lock-out forbids it now."""
        ...

    def cancel_measurement(self, now: Instant) -> bytes:
        """Stop the running measurement."""
        ...

    def next_deadline(self) -> Instant | None:
        """When `tick` wants to be called next; None: not at all."""
        ...


@dataclass(frozen=True)
class NoOptions:
    """For drivers without options."""


@dataclass(frozen=True, slots=True)
class Driver:
    """One device protocol, found by its name.

    Attributes:
        name: as in the site file (interfaces, section 1).
        title: for people.
        source: where the protocol is documented, with its trust mark.
        decoder: makes a fresh decoder from checked options.
        messages: True when the decoder takes whole messages instead of a byte stream.
        carrier: what brings its messages: `mqtt` (a broker), `mllp` (a connection that the monitor makes) or `ble`.
        dated: its decoder is a `DatedDecoder`.
        topics: topic filters that its messages come on beside that of the device's URL, from checked options.
        cadence: what its silence means.
        cadence_by: the same from checked options, for a driver of several kinds; None: as `cadence` says.
        doubts: what a site should look at in checked options, in words.
        apart: whether two devices of this driver tell their messages apart on one topic, from the options of both.
        nominal_interval: time between two readings of a healthy device.
        line: serial settings; None for message drivers.
        other_lines: further settings the family is met with, most usual first; `bedwatch probe` tries them.
        dialogue: makes a fresh dialogue from checked options; None for a device that only talks.
        starts: the dialogue can start a cuff measurement.
        options: dataclass of the driver's options with defaults; the site file is checked against it.
        mask: a whole raw capture with every identity in it (serial number, patient, address) made unreadable,
            as long as before, so that offsets stay; the same bytes where the protocol carries none.
        family: drivers of one family read the same bytes, and nothing in these tells which is right; empty for a
            driver that is alone.
        probe_options: further tables of options under which `bedwatch probe` tries it.
        resync_bytes: most bytes of good traffic that noise before it may cost, as the document says; None: it does not
            say, and two copies of the capture `clean` are enough.
        frame_check: what tells a unit from noise.
        flags: what the protocol can say about its values; None: not declared, each absent value has some flag.
    """

    name: str
    title: str
    source: str
    decoder: Callable[[Any], Any]
    cadence: Cadence
    nominal_interval: Duration
    messages: bool = False
    line: LineSettings | None = None
    dialogue: Callable[[Any], Dialogue] | None = None
    starts: bool = False
    resync_bytes: int | None = None
    frame_check: FrameCheck = FrameCheck.SHAPE
    flags: frozenset[Flag] | None = None
    options: type = field(default=NoOptions)
    other_lines: tuple[LineSettings, ...] = ()
    mask: Callable[[bytes], bytes] = bytes
    carrier: Literal["mqtt", "mllp", "ble"] = "mqtt"
    dated: bool = False
    topics: Callable[[Any], tuple[str, ...]] = lambda options: ()
    cadence_by: Callable[[Any], Cadence | None] = lambda options: None
    doubts: Callable[[Any], Iterable[str]] = lambda options: ()
    apart: Callable[[Any, Any], bool] = lambda one, other: False
    family: str = ""
    probe_options: tuple[Mapping[str, object], ...] = ()
