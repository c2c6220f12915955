"""Packages of the device to readings (protocols/pulse-oximeters.md, section 10).

The first byte of a package is its type, the only byte with bit 7 clear; the type tells the length. The second byte
holds the true bits 7 of those that follow. Programs that mask the pulse rate with 7F instead are wrong above 127/min.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit
from adapters.reading import DeviceStatus, Fault, FaultKind, Reading
from adapters.sample_stream import Numbers, SampleStream, Shown
from config.vocabulary import Flag

LIVE: Final = 0x01
DISCONNECT_NOTICE: Final = 0x0D
LENGTHS: Final = {
    LIVE: 9,
    0x02: 9,
    0x03: 9,
    0x04: 9,
    0x05: 9,
    0x06: 4,
    0x07: 8,
    0x08: 8,
    0x09: 6,
    0x0A: 4,
    0x0B: 4,
    0x0C: 2,
    DISCONNECT_NOTICE: 3,
    0x0E: 3,
    0x0F: 8,
    0x10: 3,
    0x11: 9,
    0x12: 8,
    0x13: 9,
    0x14: 9,
    0x15: 9,
}
"""Bytes of each type of package, the undocumented ones that were seen included (02, 03, 06, 13, 14)."""
LONGEST: Final = max(LENGTHS.values())
GOOD_BYES: Final = tuple(bytes((DISCONNECT_NOTICE, 0x80, 0x80 | reason)) for reason in (1, 2, 3))
"""Disconnect notices: shutdown, user change, recording."""
RATE_HZ: Final = 60.0

STRENGTH: Final = 0x0F
SEARCHING_LONG: Final = 0x10
BEEP: Final = 0x40
PROBE_ERROR: Final = 0x80
SEARCHING: Final = 0x80
PI_INVALID: Final = 0x10
RATES: Final = range(1, 255)
SATURATIONS: Final = range(1, 101)
PERFUSIONS: Final = range(1, 2201)
"""Hundredths of a per cent; FFFF is "none"."""

IDENTITY: Final = re.compile(rb"([\x02-\x05\x13\x14])[\x80-\xff]{8}")
"""Device identifier, user's name, and the unknown ones that look like them."""
BLANKS: Final = b"\x80" + b"\xa0" * 7


@dataclass(frozen=True, slots=True)
class V7Options:
    """Options of `contec-v7`.

    Attributes:
        strength: what signal strength 0 says; `ignored` for a clone that never fills it in.
    """

    strength: Literal["trusted", "ignored"] = "trusted"


class V7Decoder:
    """One stream of a V7.0 device."""

    def __init__(self, options: V7Options | None = None) -> None:
        self._trusts_strength = options is None or options.strength == "trusted"
        self._scanner: Scanner[bytes] = Scanner(_judge, unit_limit=LONGEST + 1)
        self._stream = SampleStream(RATE_HZ, LENGTHS[LIVE], first_alone=True)
        self._spoke = False
        self._key: tuple[int, ...] = ()
        self._shown = Shown(Numbers(None, None), frozenset())

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return [*self._read(self._scanner.finish()), *self._stream.finish()]

    def _read(self, units: Iterator[Framed[bytes] | Fault]) -> Iterator[Reading | Fault]:
        for unit in units:
            if isinstance(unit, Fault):
                yield from self._stream.lose(unit)
            elif unit.value[0] == LIVE:
                yield from self._live(unit.offset, unit.value)
            elif unit.value in GOOD_BYES and self._spoke:
                # Before it has spoken, three such bytes are more likely noise. Live data are its return.
                self._spoke = False
                yield from self._stream.finish()
                yield DeviceStatus(unit.offset, online=False)

    def _live(self, offset: int, package: bytes) -> Iterator[Reading | Fault]:
        self._spoke = True
        high = package[1]
        status = package[2] & 0x7F | (high & 0x01) << 7
        wave = package[3] & 0x7F
        key = (status & ~BEEP, high, package[4] & PI_INVALID, *package[5:9])
        if key != self._key:
            self._key = key
            self._shown = _show(package, status, self._trusts_strength)
        yield from self._stream.add(offset, wave, beat=bool(status & BEEP), shown=self._shown)


def _show(package: bytes, status: int, trusts_strength: bool) -> Shown:
    """What a live package shows; with the probe off or while searching it shows nothing."""
    high = package[1]
    rate = package[5] & 0x7F | (high & 0x08) << 4
    spo2 = package[6] & 0x7F | (high & 0x10) << 3
    perfusion = package[7] & 0x7F | (high & 0x20) << 2 | (package[8] & 0x7F | (high & 0x40) << 1) << 8
    flags = set()
    if status & PROBE_ERROR:
        flags.add(Flag.NO_FINGER)
    if high & 0x02 or status & SEARCHING_LONG:
        flags.add(Flag.SEARCHING)
    if flags:
        numbers = Numbers(None, None)
    else:
        valid = not package[4] & PI_INVALID and perfusion in PERFUSIONS
        numbers = Numbers(
            spo2=float(spo2) if spo2 in SATURATIONS else None,
            pulse_rate=float(rate) if rate in RATES else None,
            perfusion_index=perfusion / 100 if valid else None,
        )
    if trusts_strength and not status & STRENGTH:
        flags.add(Flag.OUT_OF_TRACK)
    return Shown(numbers, frozenset(flags))


def _judge(data: bytearray, at: int, end: int, skipped: int) -> Judgement[bytes]:
    kind = data[at]
    if kind & 0x80:
        return Noise(FaultKind.GARBAGE, "a byte outside a package")
    length = LENGTHS.get(kind)
    if length is None:
        return Noise(FaultKind.UNKNOWN_UNIT, f"a package of unknown type {kind:#04x}")
    for place in range(at + 1, min(at + length, end)):
        if not data[place] & 0x80:
            return Noise(FaultKind.FRAMING, f"a package of type {kind:#04x} with fewer than {length} bytes")
    if end - at < length:
        return MORE
    return Unit(length, bytes(data[at : at + length]))


def hide_identity(capture: bytes) -> bytes:
    """Identifier, user's name and what else may name somebody become blanks."""
    return IDENTITY.sub(lambda found: found[1] + BLANKS, capture)
