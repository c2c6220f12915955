"""PAR NIBP2020 UP / Medlab NIBP2010 cuff boards (protocols/blood-pressure.md, sections 1 and 9).

The work is split so that both halves stay pure. The *decoder* knows what is new: a status frame is a result
only when this very stream showed the measurement that it ends; any other status frame is history read again and
says no more than what the cuff does now. The *dialogue* knows when to ask and when to stop: it sees the
decoder's readings and the time, never bytes. A link makes a new decoder for each connection, so the first
status after connecting is history by construction, and keeps its dialogue, so that the lock-outs outlive a
broken cable.

How a measurement ends in the decoder: after the end marker 999 the next status at rest is its result. Without
the marker (reset, stop at the device, lost bytes) nothing proves the pressures new, and it ends as ABORTED.
"""

from __future__ import annotations

from typing import Final

from adapters.devices.par_nibp.decoder import ParDecoder
from adapters.devices.par_nibp.dialogue import POLL, ParDialogue, ParOptions
from adapters.driver import Cadence, Driver, FrameCheck, LineSettings

DRIVERS: Final = (
    Driver(
        name="par-nibp",
        title="PAR NIBP2020 UP, Medlab NIBP2010",
        source="a working program and a driver with tests, framing [A], tables [B]; blood-pressure.md, section 1",
        decoder=lambda options: ParDecoder(spo2=options.spo2),
        frame_check=FrameCheck.SUM,
        cadence=Cadence.POLL,
        nominal_interval=POLL,
        line=LineSettings(baud=4800),
        other_lines=(LineSettings(baud=19200),),
        dialogue=ParDialogue,
        starts=True,
        options=ParOptions,
        probe_options=({"spo2": True},),
    ),
)
