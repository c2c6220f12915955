"""Values of Bluetooth LE characteristics to readings (hl7-fhir-ble, section 3).

The topic of a message is the short number of its characteristic. Cuffs tell at each connection what they kept: by its
time stamp, held against the moment of receipt, a value is a reading or history. History proves that the device speaks,
and carries no value on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from adapters.cuff_slope import CuffSlope
from adapters.devices.ble_vitals.blood_pressure import Implausible, PressureValue, read_cuff_pressure, read_pressure
from adapters.devices.ble_vitals.options import BleOptions
from adapters.devices.ble_vitals.oximeter import OximeterValue, read_continuous, read_spot_check
from adapters.driver import Delivery
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading, Reading
from config.instant import Instant, to_datetime
from config.vocabulary import CuffError

PRESSURE: Final = "2A35"
CUFF_PRESSURE: Final = "2A36"
SPOT_CHECK: Final = "2A5E"
CONTINUOUS: Final = "2A5F"
CHARACTERISTICS: Final = (PRESSURE, CUFF_PRESSURE, SPOT_CHECK, CONTINUOUS)
VALUE_LIMIT: Final = 512
"""Bytes of an attribute's value at most (Bluetooth core specification)."""
EMPTY: Final = 5.0
"""Pressure in mmHg up to which the cuff counts as empty."""
REMEMBERED: Final = 64
"""Stamped measurements that were told; a cuff tells them again at each connection."""
AHEAD: Final = timedelta(minutes=2)
"""So far a device's clock may be ahead of ours and its new measurement still be new."""


class BleDecoder:
    """Implements `adapters.driver.DatedDecoder` for one device."""

    def __init__(self, options: BleOptions | None = None) -> None:
        self._options = options or BleOptions()
        self._offset = timedelta(minutes=self._options.utc_offset_min)
        self._fresh = timedelta(seconds=self._options.fresh_within_s)
        self._messages = 0
        self._slope = CuffSlope(EMPTY)
        self._told: deque[PressureValue | OximeterValue] = deque(maxlen=REMEMBERED)
        self._undated: PressureValue | None = None

    def feed_message(self, topic: str, payload: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.MessageDecoder`. From a file every stamped measurement is taken as new."""
        return self.feed_delivery(topic, payload, Delivery())

    def feed_delivery(self, topic: str, payload: bytes, delivery: Delivery) -> list[Reading | Fault]:
        """See `adapters.driver.DatedDecoder`."""
        offset = self._messages
        self._messages += 1
        if len(payload) > VALUE_LIMIT:
            return [Fault(offset, FaultKind.OVERFLOW, len(payload), f"more than {VALUE_LIMIT} bytes")]
        characteristic = short_number(topic)
        try:
            match characteristic:
                case "2A35":
                    return self._pressure(offset, read_pressure(payload), delivery.received_at)
                case "2A36":
                    return self._cuff(offset, read_cuff_pressure(payload))
                case "2A5E":
                    return self._spot_check(offset, read_spot_check(payload), delivery.received_at)
                case "2A5F":
                    return self._oximeter(offset, read_continuous(payload))
        except Implausible as error:
            detail = f"{characteristic}: not the standard's layout: {error}"
            return [Fault(offset, FaultKind.MALFORMED, len(payload), detail)]
        detail = f"unknown characteristic {topic[:40]!r}: known are {', '.join(CHARACTERISTICS)}"
        return [Fault(offset, FaultKind.UNKNOWN_UNIT, len(payload), detail)]

    def tick(self, now: Instant) -> Iterable[Reading | Fault]:
        """Nothing is ever due."""
        return ()

    def next_deadline(self) -> Instant | None:
        """Never."""
        return None

    def finish(self) -> Iterable[Reading | Fault]:
        """Nothing is held back."""
        return ()

    def _cuff(self, offset: int, pressure: float | None) -> list[Reading | Fault]:
        self._undated = None
        if pressure is None:
            return [DeviceStatus(offset, online=True)]
        return [CuffProgress(offset, self._slope.follow(pressure), pressure)]

    def _pressure(self, offset: int, value: PressureValue, received_at: Instant | None) -> list[Reading | Fault]:
        self._slope = CuffSlope(EMPTY)
        past = self._past(offset, value, received_at)
        if past is not None:
            return past
        if value.stamp is None:
            # Nothing tells a value that is sent again at the next connection from a new one, but a cuff at work.
            if value == self._undated:
                detail = "the same numbers again without a date: set the device's clock, so that it dates them"
                return [Fault(offset, FaultKind.STALE, 0, detail)]
            self._undated = value
        measured_at = value.stamp
        if received_at is not None and value.stamp is not None:
            measured_at = to_datetime(received_at) - max(self._age(value.stamp, received_at), timedelta(0))
        error = None if self._options.accept_doubtful else value.doubt
        if error is None and (value.systolic is None or value.diastolic is None):
            error = value.doubt or CuffError.DEVICE
        if error is not None:
            return [CuffReading(offset, None, None, None, error=error, measured_at=measured_at)]
        reading = CuffReading(
            offset,
            value.systolic,
            value.diastolic,
            value.mean,
            pulse_rate=value.pulse_rate,
            irregular=value.irregular,
            measured_at=measured_at,
        )
        return [reading]

    def _spot_check(self, offset: int, value: OximeterValue, received_at: Instant | None) -> list[Reading | Fault]:
        return self._past(offset, value, received_at) or self._oximeter(offset, value)

    def _oximeter(self, offset: int, value: OximeterValue) -> list[Reading | Fault]:
        if value.artificial:
            return [Fault(offset, FaultKind.UNKNOWN_UNIT, 0, "a demonstration or test of the oximeter: no patient's")]
        if value.kept:
            return [DeviceStatus(offset, online=True)]
        return [OximeterReading(offset, value.spo2, value.pulse_rate, value.index, value.flags)]

    def _past(
        self, offset: int, value: PressureValue | OximeterValue, received_at: Instant | None
    ) -> list[Reading | Fault] | None:
        """What to tell instead of a reading when this is history, or may be; None: it is new."""
        if not value.stamped:
            return None
        history: list[Reading | Fault] = [DeviceStatus(offset, online=True)]
        if value.stamp is None:
            if self._options.accept_undated:
                return None
            detail = "its time stamp is unknown: set the device's clock, or the option accept_undated"
            return [Fault(offset, FaultKind.STALE, 0, detail)]
        if value in self._told:
            return history
        self._told.append(value)
        if received_at is None:
            return None
        age = self._age(value.stamp, received_at)
        if age < -AHEAD:
            minutes = -age // timedelta(minutes=1)
            detail = f"the device's clock is {minutes} min ahead: set it, or the option utc_offset_min"
            return [Fault(offset, FaultKind.STALE, 0, detail)]
        return history if age > self._fresh else None

    def _age(self, stamp: datetime, received_at: Instant) -> timedelta:
        return to_datetime(received_at) + self._offset - stamp


def short_number(topic: str) -> str:
    """`2A35` of that itself, of the whole UUID, and of a topic that ends with either."""
    name = topic.rpartition("/")[2].upper()
    head, base, _ = name.partition("-0000-1000-8000-00805F9B34FB")
    return head.removeprefix("0000") if base else name
