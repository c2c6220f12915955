"""Berry PM6750 module: oximeter and cuff on one line (protocols/blood-pressure.md, sections 5 and 9).

The module repeats its NIBP status, so the *decoder* publishes a result only when this very stream showed "measuring"
before "finished", and a failure only when the state has changed to it. The *dialogue* switches the outputs on, which
the module wants to be told, and nothing else: its start command stands one byte away from them.
"""

from __future__ import annotations

from typing import Final

from adapters.devices.pm6750.decoder import Pm6750Decoder
from adapters.devices.pm6750.dialogue import Pm6750Dialogue
from adapters.devices.pm6750.options import Pm6750Options
from adapters.driver import Cadence, Driver, FrameCheck, LineSettings
from config.instant import SECOND

DRIVERS: Final = (
    Driver(
        name="pm6750",
        title="Berry PM6750",
        source="two programs, one citing the manual [A]; blood-pressure.md, section 5",
        decoder=Pm6750Decoder,
        frame_check=FrameCheck.SUM,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND,
        line=LineSettings(baud=115200),
        dialogue=Pm6750Dialogue,
        starts=True,
        options=Pm6750Options,
    ),
)
