"""ORU^R01 and ORU^R40 to readings (hl7-fhir-ble, sections 1.2 and 1.3).

A monitor sends what it shows, again and again: SpO2 and pulse are a reading each time, the last cuff measurement is
told once. When the cuff was deflated is told by the monitor's clock; of that only the age is believed, counted back
from the moment of receipt.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adapters.devices.hl7_mllp.alerts import CuffAlerts
from adapters.devices.hl7_mllp.options import Hl7Options, PressureUnit
from adapters.devices.hl7_mllp.rows import Row, RowReader
from adapters.devices.hl7_mllp.terms import OXIMETRY, PRESSURES, Contradiction, Scale, Term, Terms
from adapters.driver import Delivery
from adapters.hl7_message import Message, Unreadable, parse
from adapters.hl7_time import Moment, read_moment
from adapters.reading import CuffReading, Fault, FaultKind, OximeterReading, Reading
from adapters.replays import Replays
from config.instant import MINUTE, SECOND, Duration, Instant, from_datetime, seconds, to_datetime

REMEMBERED: Final = 256
"""Cuff measurements that are known to have been told; a monitor repeats its last one, or a page of them."""
LONGEST_REFERENCE: Final = 64
STEADY: Final[Duration] = 65 * SECOND
"""So far the lags of one clock lie apart: there are some that tell minutes only."""
SETTLE: Final[Duration] = 30 * SECOND
LONGEST_KEPT: Final[Duration] = 24 * 60 * MINUTE
"""A time further back than any monitor keeps what it could not send is a clock that was never set."""
HELD: Final = FaultKind.STALE
Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """A cuff measurement that was told."""

    at: Moment | None
    values: Values


class Hl7Decoder:
    """Implements `adapters.driver.DatedDecoder` for one monitor. The topic is only where it came from."""

    def __init__(self, options: Hl7Options | None = None) -> None:
        self._options = options or Hl7Options()
        self._terms = Terms(self._options.codes)
        self._pressure = Scale.KPA if self._options.pressure_unit is PressureUnit.KPA else Scale.MMHG
        self._held_after = timedelta(seconds=self._options.held_after_s)
        self._messages = 0
        self._alerts = CuffAlerts()
        self._zoned = Replays(seconds(self._options.held_after_s), STEADY, SETTLE)
        self._zoneless = Replays(None, STEADY, SETTLE)
        self._told: deque[_Told] = deque(maxlen=REMEMBERED)

    def feed_message(self, topic: str, payload: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.MessageDecoder`. Empty: a message without anything that we chart, and a repetition."""
        return self.feed_delivery(topic, payload, Delivery())

    def feed_delivery(self, topic: str, payload: bytes, delivery: Delivery) -> list[Reading | Fault]:
        """See `adapters.driver.DatedDecoder`."""
        offset = self._messages
        self._messages += 1
        try:
            message = parse(payload)
        except Unreadable as error:
            return [Fault(offset, FaultKind.MALFORMED, len(payload), f"no HL7 message: {error}")]
        refused = _refused(message)
        if refused is not None:
            return [Fault(offset, FaultKind.UNKNOWN_UNIT, len(payload), refused)]
        if message.kind == "ORU^R40":
            return self._alert(message, offset)
        return list(self._observations(message, offset, delivery.received_at))

    def tick(self, now: Instant) -> Iterable[Reading | Fault]:
        """Nothing is ever due."""
        return ()

    def next_deadline(self) -> Instant | None:
        """Never."""
        return None

    def finish(self) -> Iterable[Reading | Fault]:
        """Nothing is held back."""
        return ()

    def _alert(self, message: Message, offset: int) -> list[Reading | Fault]:
        try:
            error = self._alerts.news(message)
        except Contradiction as reason:
            return [Fault(offset, FaultKind.MALFORMED, 0, f"alert: {reason}")]
        if error is None:
            return []
        header = read_moment(message.header.raw(7))
        reading = CuffReading(
            offset, None, None, None, error=error, device_time=_aware(header), patient=_patient(message)
        )
        return [reading]

    def _observations(self, message: Message, offset: int, received_at: Instant | None) -> Iterator[Reading | Fault]:
        header = read_moment(message.header.raw(7))
        zone = header.at.tzinfo if header is not None and header.zoned else None
        reader = RowReader(message, self._terms, self._pressure, offset, zone)
        rows = list(reader.rows())
        patient = _patient(message)
        oximetry = self._oximetry(rows, reader, header, offset, patient, received_at)
        cuff = list(self._cuff(rows, reader, header, offset, patient, received_at))
        yield from reader.faults
        yield from oximetry
        yield from cuff

    def _oximetry(
        self,
        rows: Sequence[Row],
        reader: RowReader,
        header: Moment | None,
        offset: int,
        patient: str | None,
        received_at: Instant | None,
    ) -> list[Reading]:
        values: dict[Term, float | None] = {}
        newest: Moment | None = None
        for term in OXIMETRY:
            latest = _latest([row for row in rows if row.term is term])
            if not latest:
                continue
            values[term] = self._agreed(latest, reader)
            at = latest[0].at
            age = None if at is None or header is None else header.since(at)
            if age is not None and age > self._held_after:
                reader.fault(
                    f"{term} was measured {age.total_seconds():.0f} s before its message: it is merely held", HELD
                )
                values[term] = None
            newest = newest or at
        if Term.SPO2 not in values and values.get(Term.PULSE_RATE) is None:
            return []
        doubt = self._old(header, newest, received_at)
        if doubt is not None:
            reader.fault(doubt, HELD)
            return []
        spo2, pulse, perfusion = (values.get(term) for term in OXIMETRY)
        return [OximeterReading(offset, spo2, pulse, perfusion, device_time=_aware(newest), patient=patient)]

    def _old(self, header: Moment | None, newest: Moment | None, received_at: Instant | None) -> str | None:
        """Why an SpO2 is none of now: its monitor had kept the message, or shows a value that is merely held."""
        told = header or newest
        if told is None or received_at is None:
            return None
        lag = received_at - from_datetime(told.at)
        if header is None and told.zoned:
            # Without the time of the message nothing tells a held value from a slow clock.
            old = lag > seconds(self._options.held_after_s)
        elif abs(lag) > LONGEST_KEPT:
            return None
        else:
            old = (self._zoned if told.zoned else self._zoneless).old(lag, received_at)
        if not old:
            return None
        if not told.zoned:
            return "the monitor's clock tells no zone: its SpO2 counts once the clock has run even for half a minute"
        return f"SpO2 told {lag // SECOND} s before it came: set the monitor's clock, or it had kept the message"

    def _cuff(
        self,
        rows: Sequence[Row],
        reader: RowReader,
        header: Moment | None,
        offset: int,
        patient: str | None,
        received_at: Instant | None,
    ) -> Iterator[Reading]:
        sets: dict[Moment | None, list[Row]] = {}
        for row in rows:
            if row.term in (*PRESSURES, Term.PULSE_RATE_CUFF):
                sets.setdefault(row.at, []).append(row)
        for at in sorted(sets, key=lambda at: (at is not None, at and at.at)):
            values = tuple(
                self._agreed([row for row in sets[at] if row.term is term], reader)
                for term in (*PRESSURES, Term.PULSE_RATE_CUFF)
            )
            systolic, diastolic, mean, pulse = values
            if systolic is None or diastolic is None:
                if (systolic, diastolic, mean) != (None, None, None):
                    reader.fault("a cuff measurement without systolic or diastolic")
                continue
            if self._repeated(at, values, header, rows):
                continue
            self._told.append(_Told(at, values))
            yield CuffReading(
                offset,
                systolic,
                diastolic,
                mean,
                pulse_rate=pulse,
                device_time=_aware(header),
                measured_at=_measured_at(at, header, received_at),
                patient=patient,
            )

    def _repeated(self, at: Moment | None, values: Values, header: Moment | None, beside: Sequence[Row]) -> bool:
        """Whether this measurement was told before.

        One with a time of its own is known by it. Where the time is only that of the message, or of the SpO2 beside it,
        equal numbers are taken for the same measurement: one that is shown again must not look fresh.
        """
        dateless = at is None or at == header or any(row.at == at for row in beside if row.term in OXIMETRY)
        if dateless:
            return bool(self._told) and self._told[-1].values == values
        return _Told(at, values) in self._told

    def _agreed(self, rows: Sequence[Row], reader: RowReader) -> float | None:
        """The value of rows of one kind; None where they differ and the site does not say which channel is meant."""
        chosen = [row for row in rows if self._options.channel and row.channel == self._options.channel] or rows
        values = {row.value for row in chosen if row.value is not None}
        if len(values) > 1:
            channels = ", ".join(sorted({row.channel or "?" for row in chosen}))[:80]
            reader.fault(f"{chosen[0].term} comes with different values from {channels}: set the option channel")
            return None
        return values.pop() if values else None


def _refused(message: Message) -> str | None:
    """Why a message that can be read is nobody's reading."""
    if message.kind not in ("ORU^R01", "ORU^R40"):
        return f"message type {message.kind[:20]!r}: only ORU^R01 and ORU^R40 are read"
    purpose = message.header.parts(11)[1]
    if purpose not in ("", "P"):
        return f"processing id {purpose[:4]!r} (MSH-11): only P is a patient's"
    if sum(1 for _ in message.named("PID")) > 1:
        return "it speaks of several patients"
    return None


def _latest(rows: Sequence[Row]) -> list[Row]:
    """Those measured last; rows without a time are older than any."""
    newest = max((row.at.at for row in rows if row.at is not None), default=None)
    return [row for row in rows if newest is None or (row.at is not None and row.at.at == newest)]


def _measured_at(at: Moment | None, header: Moment | None, received_at: Instant | None) -> datetime | None:
    """When the cuff was deflated: as long before receipt as the monitor says it was before its message."""
    age = None if at is None or header is None else header.since(at)
    if received_at is None or age is None:
        return _aware(at)
    return to_datetime(received_at) - max(age, timedelta(0))


def _aware(moment: Moment | None) -> datetime | None:
    return moment.at if moment is not None and moment.zoned else None


def _patient(message: Message) -> str | None:
    """The reference of PID-3: the one that is a medical record number, else the first."""
    for segment in message.named("PID"):
        known = segment.repetitions(3)
        for each in [*(each for each in known if each[5] == "MR"), *known]:
            if each[1]:
                return each[1][:LONGEST_REFERENCE]
    return None
