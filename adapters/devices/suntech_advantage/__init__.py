"""SunTech Advantage OEM cuff module (protocols/blood-pressure.md, sections 2 and 9).

The *decoder* knows what is new: a result is published only when this very stream showed the cuff under pressure
and then the letter K; a result read at any other time is history. A measurement whose cuff stays empty without a
result (stopped, or its K lost) ends as ABORTED, because nothing proves the pressures that the module still holds.
A start that was accepted and came to K without pressure has failed when an error code says so: O, K, code.
The *dialogue* asks one thing at a time, because the replies are told apart by their length alone.
"""

from __future__ import annotations

from typing import Final

from adapters.devices.suntech_advantage.decoder import SunTechDecoder
from adapters.devices.suntech_advantage.dialogue import AT_REST, SunTechDialogue
from adapters.devices.suntech_advantage.options import SunTechOptions
from adapters.driver import Cadence, Driver, FrameCheck, LineSettings

DRIVERS: Final = (
    Driver(
        name="suntech-advantage",
        title="SunTech Advantage",
        source="two programs that agree [A], error codes remembered [C]; blood-pressure.md, section 2",
        decoder=SunTechDecoder,
        frame_check=FrameCheck.SUM,
        cadence=Cadence.POLL,
        nominal_interval=AT_REST,
        line=LineSettings(baud=9600),
        dialogue=SunTechDialogue,
        starts=True,
        options=SunTechOptions,
    ),
)
