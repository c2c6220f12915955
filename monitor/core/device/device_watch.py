"""What is remembered of a device for the technical alarms about it, as plain values that a snapshot can hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.instant import Duration, Instant
from config.vocabulary import LinkState


@dataclass(slots=True)
class Charge:
    """BATTERY of one device.

    Attributes:
        flagged: an oximeter's own `battery_low`.
        low_from, empty_from: since when each level of the rule is met; None: it is not.
        told: levels announced; 0: none.
    """

    flagged: bool = False
    low_from: Instant | None = None
    empty_from: Instant | None = None
    told: int = 0


@dataclass(slots=True)
class Offset:
    """CLOCK of one device: how far its clock was ahead at the last message, and since when that is too far."""

    ahead: Duration = 0
    off_from: Instant | None = None
    told: bool = False


@dataclass(slots=True)
class Arrival:
    """ID_CONFLICT of one device: numbers that go on arriving when the patient has left.

    Attributes:
        at: when the last number came; None before the first.
        gap: the longest pause that does not end a run of numbers.
        left_at: the discharge that the present run was still going at; None: it began with the bed empty, or
            belongs to the patient.
        told: the conflict has been raised.
    """

    at: Instant | None = None
    gap: Duration = 0
    left_at: Instant | None = None
    told: bool = False


@dataclass(slots=True)
class Behind:
    """Samples in a row whose device time lies behind the latest one, all about as late as the first of them (V11).

    Attributes:
        since: when the first of them came.
        lag: its time of receipt - its device time.
        samples: how many.
    """

    since: Instant
    lag: Duration
    samples: int = 1


@dataclass(slots=True)
class DeviceState:
    """Whether a device lives.

    Attributes:
        heard_at: last good frame, or since when one is awaited.
        seq: last running number of its oximeter samples.
        cuff_told: running number and device time of its last cuff reading.
        cuff_shown: of its last cuff reading without a number: device time, time measured, and the four values. Kept
            over a lost connection, after which a device may send its last record again.
        device_time: the device's own clock at the last sample.
        repeats: messages that came twice or out of order (V11).
        behind: samples in a row that look like that now; None: the last one did not.
        lags: (received, received - device time), ascending in both; the first is the least of the last minutes (V12).
    """

    heard_at: Instant
    link: LinkState | None = None
    down_from: Instant | None = None
    spoke_since_up: bool = False
    reason: str | None = None
    battery: float | None = None
    seq: int | None = None
    cuff_told: tuple[int, Instant | None] | None = None
    cuff_shown: tuple[Instant, Instant | None, tuple[float | None, float | None, float | None, float | None]] | None = (
        None
    )
    device_time: Instant | None = None
    repeats: int = 0
    behind: Behind | None = None
    lags: list[tuple[Instant, Duration]] = field(default_factory=list)
    offline: bool = False
    charge: Charge = field(default_factory=Charge)
    offset: Offset = field(default_factory=Offset)
    arrival: Arrival = field(default_factory=Arrival)
