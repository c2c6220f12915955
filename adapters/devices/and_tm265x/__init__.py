"""A&D TM-2655, TM-2655P, TM-2657P (protocols/blood-pressure.md, sections 4 and 9).

The cuff speaks once per measurement: a record at its end, asked for or started at its own button. A record is
always new. Nothing can be asked, and no pressure is told while it inflates.
"""

from __future__ import annotations

from typing import Final

from adapters.devices.and_tm265x.decoder import AndDecoder
from adapters.devices.and_tm265x.dialogue import AndDialogue, AndOptions
from adapters.devices.and_tm265x.mask import mask
from adapters.driver import Cadence, Driver, FrameCheck, LineSettings
from config.instant import MINUTE

DRIVERS: Final = (
    Driver(
        name="and-tm265x",
        title="A&D TM-2655, TM-2657",
        source="three programs that agree [A], commands from one of them [B]; blood-pressure.md, section 4",
        decoder=lambda options: AndDecoder(),
        frame_check=FrameCheck.SUM,
        cadence=Cadence.EPISODIC,
        nominal_interval=5 * MINUTE,
        line=LineSettings(baud=2400),
        other_lines=(LineSettings(baud=9600),),
        dialogue=AndDialogue,
        starts=True,
        options=AndOptions,
        mask=mask,
    ),
)
