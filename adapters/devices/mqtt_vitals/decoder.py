"""Messages of the own scheme to readings (design/interfaces.md, section 3).

The last topic level is the kind of the message. A payload is decoded strictly at this edge: a bool is no number,
NaN and Infinity are no JSON, an unknown word in `flags`, `error` or `state` is refused with the known ones named.
Unknown further keys are tolerated, so that a newer gateway can talk to an older service.

A retained reading is history (protocols/mqtt-payloads.md, section 4). Whether a message was retained is not part
of the decoder's contract, so the transport drops retained messages of every kind but `status`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Annotated, Final, TypeVar

import msgspec

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

PAYLOAD_LIMIT: Final = 64 * 1024
"""Bytes; one second of pleth has a few hundred."""

Aware = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Sample = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Word = TypeVar("Word", bound=StrEnum)


class OximeterValues(msgspec.Struct, frozen=True):
    """`values` of kind `spo2`: per cent, per minute, per cent; a missing one is none."""

    spo2: float | None = None
    pulse_rate: float | None = None
    perfusion_index: float | None = None


class OximeterMessage(msgspec.Struct, frozen=True):
    """Kind `spo2`."""

    values: OximeterValues
    t: Aware | None = None
    seq: Count | None = None
    flags: list[str] = []


class CuffValues(msgspec.Struct, frozen=True):
    """`values` of kind `nibp`: mmHg, and the cuff's own pulse per minute."""

    systolic: float | None = None
    diastolic: float | None = None
    mean: float | None = None
    pulse_rate: float | None = None


class CuffMessage(msgspec.Struct, frozen=True):
    """Kind `nibp`."""

    values: CuffValues
    t: Aware | None = None
    seq: Count | None = None
    error: str | None = None
    irregular: bool = False
    map_computed: bool = False


class ProgressMessage(msgspec.Struct, frozen=True):
    """Kind `cuff`; mmHg."""

    state: str
    t: Aware | None = None
    pressure: float | None = None


class PlethMessage(msgspec.Struct, frozen=True):
    """Kind `pleth`; null where a sample was lost."""

    rate_hz: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    samples: list[Sample | None]
    t: Aware | None = None
    seq: Count | None = None


class StatusMessage(msgspec.Struct, frozen=True):
    """Kind `status`; battery in per cent."""

    state: str
    t: Aware | None = None
    battery: float | None = None


class State(StrEnum):
    """`state` of kind `status`."""

    ONLINE = "online"
    OFFLINE = "offline"


class Refused(Exception):
    """Why a payload that is well-formed JSON gives no reading. Never leaves this module."""


def _word(kind: type[Word], said: str, what: str) -> Word:
    try:
        return kind(said)
    except ValueError:
        raise Refused(f"unknown {what} {said[:40]!r}: known are {', '.join(kind)}") from None


def _moment(t: datetime | None) -> datetime | None:
    if t is not None and not 1 < t.year < 9999:
        # The ends of the calendar overflow in the first sum that somebody does with them.
        raise Refused(f"t lies in the year {t.year}")
    return t


class VitalsDecoder:
    """One message in, at most one reading out.

    QoS 1 delivers a message twice now and then. A repeated `nibp` would count as a second reading and a repeated
    `pleth` would double the wave, so a message of these kinds that repeats the last one's `seq` and `t` is dropped.
    Repeated `spo2` is left to the rules (V11), which count it.
    """

    def __init__(self) -> None:
        self._messages = 0
        self._last: dict[str, tuple[int, datetime | None]] = {}

    def feed_message(self, topic: str, payload: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.MessageDecoder`. `command` is what the service itself sends: no reading, no fault."""
        offset = self._messages
        self._messages += 1
        kind = topic.rpartition("/")[2]
        if kind == "command":
            return []
        if len(payload) > PAYLOAD_LIMIT:
            return [Fault(offset, FaultKind.OVERFLOW, len(payload), f"more than {PAYLOAD_LIMIT} bytes")]
        read = KINDS.get(kind)
        if read is None:
            detail = f"unknown kind {kind[:40]!r}: known are {', '.join(KINDS)}"
            return [Fault(offset, FaultKind.UNKNOWN_UNIT, len(payload), detail)]
        try:
            reading = read(offset, payload)
        except RecursionError:
            return [Fault(offset, FaultKind.MALFORMED, len(payload), f"{kind}: nested too deeply")]
        except (msgspec.DecodeError, UnicodeDecodeError, Refused) as error:
            return [Fault(offset, FaultKind.MALFORMED, len(payload), f"{kind}: {error}")]
        return [] if self._repeated(kind, reading) else [reading]

    def _repeated(self, kind: str, reading: Reading) -> bool:
        if not isinstance(reading, CuffReading | PlethChunk) or reading.seq is None:
            return False
        device_time = reading.device_time if isinstance(reading, CuffReading) else None
        before = self._last.get(kind)
        self._last[kind] = (reading.seq, device_time)
        return before == self._last[kind]


def _oximeter(offset: int, payload: bytes) -> Reading:
    message = msgspec.json.decode(payload, type=OximeterMessage)
    flags = frozenset(_word(Flag, said, "flag") for said in message.flags)
    values = message.values
    return OximeterReading(
        offset, values.spo2, values.pulse_rate, values.perfusion_index, flags, message.seq, _moment(message.t)
    )


def _cuff(offset: int, payload: bytes) -> Reading:
    message = msgspec.json.decode(payload, type=CuffMessage)
    values = message.values
    if message.error is not None:
        # Numbers beside an error are not a measurement, whatever they are.
        error = _word(CuffError, message.error, "error")
        return CuffReading(offset, None, None, None, error=error, seq=message.seq, device_time=_moment(message.t))
    if values.systolic is None or values.diastolic is None:
        raise Refused("systolic or diastolic is missing and no error says why")
    return CuffReading(
        offset,
        values.systolic,
        values.diastolic,
        values.mean,
        pulse_rate=values.pulse_rate,
        irregular=message.irregular,
        map_computed=message.map_computed,
        seq=message.seq,
        device_time=_moment(message.t),
    )


def _progress(offset: int, payload: bytes) -> Reading:
    message = msgspec.json.decode(payload, type=ProgressMessage)
    return CuffProgress(offset, _word(CuffState, message.state, "state"), message.pressure)


def _pleth(offset: int, payload: bytes) -> Reading:
    message = msgspec.json.decode(payload, type=PlethMessage)
    if len(message.samples) > ceil(message.rate_hz):
        raise Refused(f"{len(message.samples)} samples at {message.rate_hz:g} Hz are more than a second")
    return PlethChunk(offset, message.rate_hz, tuple(message.samples), message.seq)


def _status(offset: int, payload: bytes) -> Reading:
    if payload in (b"online", b"offline"):
        # Gateways whose last will is a bare word (mqtt-payloads, section 3).
        return DeviceStatus(offset, online=payload == b"online")
    message = msgspec.json.decode(payload, type=StatusMessage)
    state = _word(State, message.state, "state")
    return DeviceStatus(offset, online=state is State.ONLINE, battery=message.battery)


KINDS: Final[dict[str, Callable[[int, bytes], Reading]]] = {
    "spo2": _oximeter,
    "nibp": _cuff,
    "cuff": _progress,
    "pleth": _pleth,
    "status": _status,
}
