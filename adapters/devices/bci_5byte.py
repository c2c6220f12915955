"""BCI protocol of Berry and many OEM boards, five bytes at 100 Hz (protocols/pulse-oximeters.md, section 12).

The layout is Contec's old one, the status bits are not: bit 5 of byte 1 is an unplugged probe here. The document
names no baud rate; 4800 cannot carry 100 packages a second, so such a unit must run slower: option `rate_hz`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from adapters.driver import Cadence, Driver, FrameCheck, LineSettings
from adapters.five_byte import Dialect, FiveByteDecoder
from config.instant import SECOND
from config.vocabulary import Flag

DIALECT: Final = Dialect(
    rate_hz=100.0,
    first=((0x20, Flag.SENSOR_OFF), (0x10, Flag.OUT_OF_TRACK)),
    third=((0x20, Flag.SEARCHING), (0x10, Flag.NO_FINGER)),
    lowest_sample=1,
)


@dataclass(frozen=True, slots=True)
class BciOptions:
    """Options of `bci-5byte`.

    Attributes:
        rate_hz: packages a second. 100 by the document; a 4800-baud unit can only send 50 or 60 [?].
    """

    rate_hz: Literal[50, 60, 100] = 100


def _decoder(options: BciOptions) -> FiveByteDecoder:
    return FiveByteDecoder(replace(DIALECT, rate_hz=float(options.rate_hz)))


DRIVERS: Final = (
    Driver(
        name="bci-5byte",
        title="BCI protocol 1.2 (Berry BM1000 family, many OEM boards)",
        source="Shanghai Berry, BCI Protocol v1.2 [V], baud rate [?], no recording; pulse-oximeters.md, section 12",
        decoder=_decoder,
        frame_check=FrameCheck.SYNC_BITS,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND // 3,
        line=LineSettings(baud=115200),
        other_lines=(LineSettings(baud=9600), LineSettings(baud=4800)),
        options=BciOptions,
        family="five-byte",
    ),
)
