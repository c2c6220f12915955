"""Bytes of the module to readings (protocols/blood-pressure.md, section 5).

How a new result is told from a repeated one is described at the top of this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from adapters.cuff_guard import ADULT, NEONATE, STALL_PRESSURE
from adapters.cuff_slope import CuffSlope
from adapters.devices.pm6750.options import Pm6750Options
from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Spoilt, Unit, sum_mod_256
from adapters.reading import (
    CuffProgress,
    CuffReading,
    DeviceStatus,
    Fault,
    FaultKind,
    OximeterReading,
    PlethChunk,
    Reading,
)
from config.vocabulary import CuffError, CuffState, Flag

HEAD: Final = (0x55, 0xAA)
LENGTHS: Final = range(4, 33)
"""What the length byte may say; the longest known frame has 8."""

NIBP, SPO2, PLETH = 0x03, 0x04, 0xFE
OTHERS: Final = frozenset({0x01, 0x02, 0x05, 0x30, 0xFF})
"""ECG wave and parameters, temperature, beat mark, respiration: known and not used."""
DATA_LENGTH: Final = MappingProxyType({NIBP: 5, SPO2: 3, PLETH: 1})

FINISHED, MEASURING, INITIALISED = 0, 1, 10
AT_REST: Final = frozenset({FINISHED, 2, 9, INITIALISED})
"""Finished, stopped, initialising, initialised: without a measurement before them they say nothing."""
ERRORS: Final = MappingProxyType(
    {
        3: CuffError.OVERPRESSURE,
        4: CuffError.CUFF,
        5: CuffError.TIMEOUT,
        6: CuffError.DEVICE,
        7: CuffError.MOTION,
        8: CuffError.WEAK_SIGNAL,
    }
)
"""Section 5; a state above 10 is a fault of the device."""

PROBE_FLAGS: Final = MappingProxyType({1: Flag.SENSOR_OFF, 2: Flag.NO_FINGER, 3: Flag.SEARCHING, 4: Flag.SEARCHING})
NO_SPO2: Final = frozenset({0x00, 0x7F, 0xFF})
NO_PULSE: Final = frozenset({0x00, 0xFF})
"""7F is "none" as well, but is also a pulse of 127: it counts as none where there is no SpO2 either."""

PLETH_PIECE_S: Final = 0.5


class Pm6750Decoder:
    """Frames `55 AA N type data.. ck`, ck the complement of the sum from N on."""

    def __init__(self, options: Pm6750Options) -> None:
        self._scanner: Scanner[bytes] = Scanner(_judge, unit_limit=2 + LENGTHS[-1])
        self._highest = (NEONATE if options.patient == "neonate" else ADULT).highest
        self._slope = CuffSlope(STALL_PRESSURE)
        self._state: int | None = None
        self._measuring = False
        self._peak = 0.0
        self._spo2 = options.spo2
        self._pleth_hz = options.pleth_hz
        self._pleth: list[int] = []
        self._pleth_offset = 0

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return [*self._read(self._scanner.finish()), *self._end_pleth()]

    def _read(self, units: Iterator[Framed[bytes] | Fault]) -> Iterator[Reading | Fault]:
        for unit in units:
            if isinstance(unit, Fault):
                # What the pleth lost is not known: the piece ends here.
                yield from self._end_pleth()
                yield unit
                continue
            kind, data = unit.value[0], unit.value[1:]
            match kind:
                case 0x03:
                    yield from self._nibp(unit.offset, data)
                case 0x04:
                    yield from self._end_pleth()
                    yield _oximeter(unit.offset, *data) if self._spo2 else DeviceStatus(unit.offset, online=True)
                case 0xFE:
                    yield from self._place(unit.offset, data[0])

    def _nibp(self, offset: int, data: bytes) -> Iterator[Reading]:
        status, cuff, systolic, mean, diastolic = data
        state, pressure = status >> 2 & 0x0F, 2.0 * cuff
        before, self._state = self._state, state
        slope = self._slope.follow(pressure)
        if state == MEASURING:
            if not self._measuring:
                self._measuring, self._peak = True, 0.0
            self._peak = max(self._peak, pressure)
            # It measures already while the cuff is still nearly empty, and again at the end.
            filling = CuffState.INFLATING if self._peak <= STALL_PRESSURE else CuffState.DEFLATING
            yield CuffProgress(offset, filling if slope is CuffState.IDLE else slope, pressure)
            return
        yield CuffProgress(offset, CuffState.IDLE, pressure)
        measured, self._measuring = self._measuring, False
        if state == FINISHED and measured:
            yield self._result(offset, systolic, diastolic, mean)
        elif measured or (state not in AT_REST and before not in (None, state)):
            yield CuffReading(offset, None, None, None, error=_error(state))

    def _result(self, offset: int, systolic: int, diastolic: int, mean: int) -> CuffReading:
        if self._peak > self._highest:
            return CuffReading(offset, None, None, None, error=CuffError.OVERPRESSURE)
        if not (systolic and diastolic and mean):
            return CuffReading(offset, None, None, None, error=CuffError.WEAK_SIGNAL)
        return CuffReading(offset, float(systolic), float(diastolic), float(mean))

    def _place(self, offset: int, sample: int) -> Iterator[Reading]:
        if self._pleth_hz is None:
            return
        if not self._pleth:
            self._pleth_offset = offset
        self._pleth.append(sample)
        if len(self._pleth) >= self._pleth_hz * PLETH_PIECE_S:
            yield from self._end_pleth()

    def _end_pleth(self) -> Iterator[Reading]:
        if self._pleth and self._pleth_hz is not None:
            yield PlethChunk(self._pleth_offset, float(self._pleth_hz), tuple(self._pleth))
        self._pleth = []


def _judge(data: bytearray, at: int, end: int, skipped: int) -> Judgement[bytes]:
    if data[at] != HEAD[0]:
        return Noise(FaultKind.GARBAGE)
    if end - at < 3:
        return MORE if end - at < 2 or data[at + 1] == HEAD[1] else Noise(FaultKind.GARBAGE)
    if data[at + 1] != HEAD[1]:
        return Noise(FaultKind.GARBAGE)
    count = data[at + 2]
    length = 2 + count
    if count not in LENGTHS:
        return Noise(FaultKind.FRAMING, f"frame of impossible length {count}")
    if end - at < length:
        return MORE
    if sum_mod_256(data[at + 2 : at + length]) != 0xFF:
        return Noise(FaultKind.CHECKSUM)
    kind = data[at + 3]
    if kind in DATA_LENGTH:
        if count != DATA_LENGTH[kind] + 3:
            return Spoilt(length, FaultKind.MALFORMED, f"frame of type {kind:02X} with {count - 3} bytes of data")
    elif kind not in OTHERS:
        return Spoilt(length, FaultKind.UNKNOWN_UNIT, f"frame of type {kind:02X}")
    return Unit(length, bytes(data[at + 3 : at + length - 1]))


def _error(state: int) -> CuffError:
    """Why a measurement that ended in `state` gave no pressures: stopped, or begun anew, is aborted."""
    return ERRORS.get(state, CuffError.ABORTED if state <= INITIALISED else CuffError.DEVICE)


def _oximeter(offset: int, status: int, spo2: int, pulse_rate: int) -> OximeterReading:
    if status:
        # A status that the document does not name is no valid sign either.
        return OximeterReading(offset, None, None, flags=frozenset({PROBE_FLAGS.get(status, Flag.OUT_OF_TRACK)}))
    saturation = None if spo2 in NO_SPO2 else float(spo2)
    no_pulse = pulse_rate in NO_PULSE or (saturation is None and pulse_rate == 0x7F)
    return OximeterReading(offset, saturation, None if no_pulse else float(pulse_rate))
