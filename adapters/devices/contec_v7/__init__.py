"""Contec oximeters of protocol V7.0, which speak when asked (protocols/pulse-oximeters.md, section 10).

The *decoder* reads live packages; every other known package is an answer and passed over. The *dialogue* brings the
device to rest, asks for live data, says every 5 s that somebody listens, and asks again when live data stay away.
No command measures anything: asking for data moves nothing at the patient.
"""

from __future__ import annotations

from typing import Final

from adapters.devices.contec_v7.decoder import V7Decoder, V7Options, hide_identity
from adapters.devices.contec_v7.dialogue import V7Dialogue
from adapters.driver import Cadence, Driver, FrameCheck, LineSettings
from config.instant import SECOND

DRIVERS: Final = (
    Driver(
        name="contec-v7",
        title="Contec CMS50D+ from 4.6, CMS50E, F, FW, EW, IW, CMS60C, Pulox PO-250, protocol V7.0",
        source=(
            "Contec, Communication protocol of pulse oximeter V7.0 [V], recordings of a CMS50D+ and a CMS50E [R]; "
            "pulse-oximeters.md, section 10"
        ),
        decoder=V7Decoder,
        frame_check=FrameCheck.SYNC_BITS,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND // 3,
        line=LineSettings(baud=115200),
        dialogue=lambda options: V7Dialogue(),
        options=V7Options,
        mask=hide_identity,
    ),
)
