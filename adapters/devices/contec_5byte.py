"""Contec oximeters of the older kind, five bytes at 60 Hz (protocols/pulse-oximeters.md, section 9).

A finger out is "probe error", bit 4 of byte 3; a public reader that takes bit 4 of byte 1 for it is wrong. "SpO2
dropping" is the device's own opinion and no remark on the value. Signal strength 0 marks the values and leaves them.
The document names no sentinels: 255 and 127 are taken for "none" by analogy with its sister protocols, and 0 too [?].
"""

from __future__ import annotations

from typing import Final

from adapters.driver import Cadence, Driver, LineSettings, Parity
from adapters.five_byte import Dialect, FiveByteDecoder
from config.instant import SECOND
from config.vocabulary import Flag

DIALECT: Final = Dialect(
    rate_hz=60.0,
    first=((0x10, Flag.SEARCHING),),
    third=((0x20, Flag.SEARCHING), (0x10, Flag.NO_FINGER)),
    no_strength=Flag.OUT_OF_TRACK,
)

DRIVERS: Final = (
    Driver(
        name="contec-5byte",
        title="Contec CMS50D, CMS50D+ before 4.6, CMS50E, 5-byte stream",
        source=(
            "Contec, Communication protocol V5.0A [V]; its 4800 baud against 19200 of every working program [C], "
            "no recording; pulse-oximeters.md, section 9"
        ),
        decoder=lambda options: FiveByteDecoder(DIALECT),
        cadence=Cadence.STREAM,
        nominal_interval=SECOND // 3,
        line=LineSettings(baud=19200, parity=Parity.ODD),
        other_lines=(LineSettings(baud=4800, parity=Parity.ODD),),
    ),
)
