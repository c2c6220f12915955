"""Nonin pulse oximeters (protocols/pulse-oximeters.md, sections 1 to 6).

Formats 2 and 7 send frames at 75 Hz that make packets (`frames`, `packet`); formats 1 and 8 send one short record a
second (`records`); format 13 sends a message per spot check (`spot_check`); the older monitors print lines
(`real_time_lines`). `selection` asks a device for a format, where the site file says so.

The displayed ("-D") averages are shown, as the document advises for the bedside. They are held for 10 s after
the finger has gone, so they count as absent from the moment SNSA or SNSD is set.
"""

from __future__ import annotations

from typing import Final

from adapters.devices.nonin.control import mask_serial_numbers
from adapters.devices.nonin.frames import Df2Decoder, Df7Decoder
from adapters.devices.nonin.real_time_lines import AsciiDecoder
from adapters.devices.nonin.records import Df1Decoder, Df8Decoder, Df8Options
from adapters.devices.nonin.selection import SelectOptions, SpotCheckOptions, dialogue_for
from adapters.devices.nonin.spot_check import Df13Decoder
from adapters.driver import Cadence, Driver, FrameCheck, LineSettings
from config.instant import MINUTE, SECOND
from config.vocabulary import Flag

DRIVERS: Final = (
    Driver(
        name="nonin-df1",
        title="Nonin, data format 1 (3150; Xpod and OEM modules unconfirmed)",
        source="transcription of Nonin's sheet, medium; bytes as in 6470-000-01 [V]; pulse-oximeters.md, section 1",
        decoder=Df1Decoder,
        frame_check=FrameCheck.SYNC_BITS,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND,
        line=LineSettings(baud=9600),
    ),
    Driver(
        name="nonin-df2",
        title="Nonin, data format 2 (9560, 3150, 3012LP, Xpod, iPod, OEM III)",
        source="Nonin 6470-000-01 [V] with recordings of a 9560 and an iPod [R]; pulse-oximeters.md, section 2",
        decoder=Df2Decoder,
        frame_check=FrameCheck.SUM,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND // 3,
        line=LineSettings(baud=9600),
        mask=mask_serial_numbers,
        dialogue=lambda options: dialogue_for(0x02, options),
        options=SelectOptions,
    ),
    Driver(
        name="nonin-df7",
        title="Nonin, data format 7 (9560, 3150)",
        source="Nonin 6470-000-01 [V], no recording; pulse-oximeters.md, section 3",
        decoder=Df7Decoder,
        frame_check=FrameCheck.SUM,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND // 3,
        line=LineSettings(baud=9600),
        mask=mask_serial_numbers,
        dialogue=lambda options: dialogue_for(0x07, options),
        options=SelectOptions,
    ),
    Driver(
        name="nonin-df8",
        title="Nonin, data format 8 (9560, 3150, 4100)",
        source="Nonin 6470-000-01 [V], no recording; bits of 4100 and 3150 [C]; pulse-oximeters.md, section 4",
        decoder=Df8Decoder,
        frame_check=FrameCheck.SYNC_BITS,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND,
        line=LineSettings(baud=9600),
        dialogue=lambda options: dialogue_for(0x08, options),
        options=Df8Options,
    ),
    Driver(
        name="nonin-df13",
        title="Nonin, data format 13, spot checks (9560)",
        source="Nonin 6470-000-01 [V], no recording; pulse-oximeters.md, section 5",
        decoder=Df13Decoder,
        frame_check=FrameCheck.SUM,
        flags=frozenset({Flag.BATTERY_LOW}),
        cadence=Cadence.EPISODIC,
        nominal_interval=MINUTE,
        line=LineSettings(baud=9600),
        mask=mask_serial_numbers,
        dialogue=lambda options: dialogue_for(0x0D, options),
        options=SpotCheckOptions,
    ),
    Driver(
        name="nonin-ascii",
        title="Nonin real-time lines (8500, 2500, 8600V, 9847, 7500FO, Avant 9600, BT4000)",
        source="operator's manuals [V]; padding of short numbers [?]; pulse-oximeters.md, section 6",
        decoder=AsciiDecoder,
        flags=frozenset(),
        cadence=Cadence.STREAM,
        nominal_interval=SECOND,
        # Nine data bits whose ninth is mark, or two stop bits: either reads as 8N1.
        line=LineSettings(baud=9600),
    ),
)
