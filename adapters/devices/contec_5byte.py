"""Contec oximeters of the older kind, five bytes at 60 Hz (protocols/pulse-oximeters.md, section 9).

A finger out is "probe error", bit 4 of byte 3; a public reader that takes bit 4 of byte 1 for it is wrong. "SpO2
dropping" is the device's own opinion and no remark on the value. Signal strength 0 marks the values and leaves them
(or, by an option, says nothing).
The document names no sentinels: 255 and 127 are taken for "none" by analogy with its sister protocols, and 0 too [?].
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from adapters.driver import Cadence, Driver, FrameCheck, LineSettings, Parity
from adapters.five_byte import Dialect, FiveByteDecoder
from adapters.reading import Fault, Reading
from config.instant import SECOND, Duration, Instant
from config.vocabulary import Flag

DIALECT: Final = Dialect(
    rate_hz=60.0,
    first=((0x10, Flag.SEARCHING),),
    third=((0x20, Flag.SEARCHING), (0x10, Flag.NO_FINGER)),
    no_strength=Flag.OUT_OF_TRACK,
)

WAKE: Final = b"\x00"
"""Any byte will do; F5 and F6 would ask for stored data."""
SILENCE: Final[Duration] = 2 * SECOND
"""Without a word for so long, a sleeping unit is woken again."""


@dataclass(frozen=True, slots=True)
class ContecOptions:
    """Options of `contec-5byte`.

    Attributes:
        wake: for a unit that streams only after it has heard a byte: send one while it is silent [C].
        strength: what signal strength 0 says; `ignored` for a clone that never fills it in.
    """

    wake: bool = False
    strength: Literal["trusted", "ignored"] = "trusted"


def _decoder(options: ContecOptions) -> FiveByteDecoder:
    return FiveByteDecoder(DIALECT if options.strength == "trusted" else replace(DIALECT, no_strength=None))


class WakeDialogue:
    """Implements `adapters.driver.Dialogue`: a byte while the device is silent, or nothing at all."""

    def __init__(self, options: ContecOptions) -> None:
        self._wake = options.wake
        self._wake_at: Instant | None = None

    def opened(self, now: Instant) -> bytes:
        """Wake it at once."""
        return self.tick(now)

    def tick(self, now: Instant) -> bytes:
        """Wake it again."""
        self._wake_at = now + SILENCE if self._wake else None
        return WAKE if self._wake else b""

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """It is awake."""
        self._wake_at = now + SILENCE if self._wake else None
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """An oximeter measures all the time."""
        return b""

    def cancel_measurement(self, now: Instant) -> bytes:
        """There is nothing to stop."""
        return b""

    def next_deadline(self) -> Instant | None:
        """When it has been silent for too long."""
        return self._wake_at


DRIVERS: Final = (
    Driver(
        name="contec-5byte",
        title="Contec CMS50D, CMS50D+ before 4.6, CMS50E, 5-byte stream",
        source=(
            "Contec, Communication protocol V5.0A [V]; its 4800 baud against 19200 of every working program [C], "
            "no recording; pulse-oximeters.md, section 9"
        ),
        decoder=_decoder,
        frame_check=FrameCheck.SYNC_BITS,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND // 3,
        line=LineSettings(baud=19200, parity=Parity.ODD),
        other_lines=(LineSettings(baud=4800, parity=Parity.ODD),),
        dialogue=WakeDialogue,
        options=ContecOptions,
        family="five-byte",
        probe_options=({"wake": True},),
    ),
)
