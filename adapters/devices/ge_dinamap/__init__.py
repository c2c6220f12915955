"""GE DINAMAP ProCare, PRO 100-400, Carescape V100, Compact (protocols/blood-pressure.md, sections 3 and 9).

The monitor keeps its last result readable, so the *decoder* publishes one only when it is new: the time counter has
become smaller, or the pressures are others, or the status has turned to a failure. What stood there when the
connection opened is history. The monitor tells no cuff pressure, and not for sure that it measures.
"""

from __future__ import annotations

from typing import Final

from adapters.devices.ge_dinamap.decoder import DinamapDecoder
from adapters.devices.ge_dinamap.dialogue import POLL, DinamapDialogue
from adapters.devices.ge_dinamap.options import DinamapOptions
from adapters.driver import Cadence, Driver, FrameCheck, LineSettings

DRIVERS: Final = (
    Driver(
        name="ge-dinamap",
        title="GE DINAMAP ProCare, Carescape V100",
        source="two programs that agree, requests and columns [A], check of replies [C]; blood-pressure.md, section 3",
        decoder=DinamapDecoder,
        frame_check=FrameCheck.SUM,
        cadence=Cadence.POLL,
        nominal_interval=POLL,
        line=LineSettings(baud=9600),
        dialogue=DinamapDialogue,
        starts=True,
        options=DinamapOptions,
    ),
)
