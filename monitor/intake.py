"""Device readings to inputs of a bed. Who lies where is monitor's business, not the adapters'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from adapters.reading import (
    CuffProgress,
    CuffReading,
    DeviceStatus,
    Fault,
    OximeterReading,
    PlethChunk,
    Reading,
)
from config.instant import SECOND, Duration, Instant, from_datetime
from config.vocabulary import LinkState
from monitor.core.inputs import (
    BatteryLevel,
    CuffActivity,
    CuffMeasurement,
    Input,
    LinkChange,
    OximeterSample,
    SystemState,
)

CUFF_PERIOD: Duration = SECOND
"""A cuff tells its pressure several times a second; once is enough for everybody but the wire."""
UNBOUND_PERIOD: Duration = 10 * SECOND
"""The same unbound device is reported so often at most."""
MAX_UNBOUND = 100
"""Different unbound devices in one such period; more than that is one trouble, not a hundred."""
FURTHER_UNBOUND = "further devices"
"""What they are called together, as when something floods the broker with ever new names."""
QUARANTINE_BYTES = 512

Submit = Callable[[Input, Instant], None]
Pleth = Callable[[str, str, Instant, float, tuple[int | None, ...]], None]
Quarantine = Callable[[Instant, str, bytes], None]


@dataclass(slots=True)
class IntakeStats:
    """What the intake left out, since start: cuff pressures between two seconds, unbound messages.

    `unbound_together`: those of devices too many to be told one by one.
    """

    cuff_thinned: int = 0
    unbound: int = 0
    unbound_together: int = 0


class Intake:
    """The sink of every link. Calls return at once: an input goes straight into the loop, so no queue can fill.

    Args:
        beds: device id to bed id.
        submit: the loop's way in.
        pleth: where waves go, with bed and device; they are drawn and measured, not journaled.
        quarantine: keeps an unbound value apart: time, topic, the first bytes.
    """

    def __init__(self, beds: Mapping[str, str], submit: Submit, pleth: Pleth, quarantine: Quarantine) -> None:
        self._beds = beds
        self._submit = submit
        self._pleth = pleth
        self._quarantine = quarantine
        self._cuff_told: dict[str, tuple[object, Instant]] = {}
        self._said_offline: set[str] = set()
        self._unbound: dict[str, Instant] = {}
        self.stats = IntakeStats()

    def reading(self, device_id: str, reading: Reading, received_at: Instant) -> None:
        """A good reading of a bound device."""
        bed = self._beds[device_id]
        if device_id in self._said_offline and not isinstance(reading, DeviceStatus):
            self._said_offline.discard(device_id)
            self._submit(LinkChange(bed, device_id, LinkState.UP, "the device speaks again"), received_at)
        match reading:
            case OximeterReading():
                self._submit(_sample(bed, device_id, reading), received_at)
            case PlethChunk():
                length = round(len(reading.samples) * SECOND / reading.rate_hz)
                self._pleth(bed, device_id, received_at - length, reading.rate_hz, reading.samples)
            case CuffReading():
                self._cuff_told.pop(device_id, None)
                self._submit(_measurement(bed, device_id, reading), received_at)
            case CuffProgress():
                self._progress(bed, device_id, reading, received_at)
            case DeviceStatus():
                self._status(bed, device_id, reading, received_at)
            case _:
                assert_never(reading)

    def fault(self, device_id: str, fault: Fault, received_at: Instant) -> None:
        """Noise on the line: the link counts it; a device that yields nothing else falls silent for the core."""

    def link_up(self, device_id: str, at: Instant) -> None:
        """The connection stands."""
        self._submit(LinkChange(self._beds[device_id], device_id, LinkState.UP), at)

    def link_down(self, device_id: str, at: Instant, reason: str) -> None:
        """The connection is gone."""
        self._said_offline.discard(device_id)
        self._submit(LinkChange(self._beds[device_id], device_id, LinkState.DOWN, reason), at)

    def unbound(self, topic: str, payload: bytes, received_at: Instant) -> None:
        """A message of the own scheme that no device of the site file binds: told, kept apart, never charted."""
        self.stats.unbound += 1
        subject = topic.rpartition("/")[0] or topic
        if subject not in self._unbound and len(self._unbound) >= MAX_UNBOUND:
            self._forget_unbound(received_at)
            if len(self._unbound) >= MAX_UNBOUND:
                self.stats.unbound_together += 1
                subject = FURTHER_UNBOUND
        last = self._unbound.get(subject)
        if last is not None and received_at - last < UNBOUND_PERIOD:
            return
        self._unbound[subject] = received_at
        self._quarantine(received_at, topic, payload[:QUARANTINE_BYTES])
        detail = "not bound in the site file; its values are kept apart"
        self._submit(SystemState("binding", ok=False, subject=subject, detail=detail), received_at)

    def _forget_unbound(self, now: Instant) -> None:
        """Forget whoever may be reported again anyway; in a flood that is looked for at most once a period."""
        together = self._unbound.get(FURTHER_UNBOUND)
        if together is None or now - together >= UNBOUND_PERIOD:
            self._unbound = {who: at for who, at in self._unbound.items() if now - at < UNBOUND_PERIOD}

    def _progress(self, bed: str, device_id: str, reading: CuffProgress, at: Instant) -> None:
        told = self._cuff_told.get(device_id)
        if told is not None and told[0] is reading.state and at - told[1] < CUFF_PERIOD:
            self.stats.cuff_thinned += 1
            return
        self._cuff_told[device_id] = (reading.state, at)
        self._submit(CuffActivity(bed, device_id, reading.state, reading.pressure), at)

    def _status(self, bed: str, device_id: str, reading: DeviceStatus, at: Instant) -> None:
        """What a device, or the broker in its name, says about it: news of the link, never a sign of life."""
        if reading.online is False and device_id not in self._said_offline:
            self._said_offline.add(device_id)
            self._submit(LinkChange(bed, device_id, LinkState.DOWN, "the device says it is offline"), at)
        elif reading.online is True and device_id in self._said_offline:
            self._said_offline.discard(device_id)
            self._submit(LinkChange(bed, device_id, LinkState.UP, "the device says it is online"), at)
        if reading.battery is not None:
            self._submit(BatteryLevel(bed, device_id, reading.battery), at)


def _sample(bed: str, device_id: str, reading: OximeterReading) -> OximeterSample:
    return OximeterSample(
        bed,
        device_id,
        reading.spo2,
        reading.pulse_rate,
        reading.flags,
        reading.perfusion_index,
        reading.seq,
        None if reading.device_time is None else from_datetime(reading.device_time),
        reading.patient,
    )


def _measurement(bed: str, device_id: str, reading: CuffReading) -> CuffMeasurement:
    return CuffMeasurement(
        bed,
        device_id,
        reading.systolic,
        reading.diastolic,
        reading.mean,
        reading.pulse_rate,
        reading.error,
        measured_at=None if reading.measured_at is None else from_datetime(reading.measured_at),
        irregular=reading.irregular,
        map_computed=reading.map_computed,
        seq=reading.seq,
        device_t=None if reading.device_time is None else from_datetime(reading.device_time),
        patient=reading.patient,
    )
