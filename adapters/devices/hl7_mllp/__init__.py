"""Bedside monitors that send HL7 v2 over MLLP (hl7-fhir-ble, section 1)."""

from __future__ import annotations

from typing import Final

from adapters.devices.hl7_mllp.decoder import Hl7Decoder
from adapters.devices.hl7_mllp.mask import mask
from adapters.devices.hl7_mllp.options import Hl7Options
from adapters.driver import Cadence, Driver
from config.instant import SECOND

DRIVERS: Final = (
    Driver(
        name="hl7-mllp",
        title="HL7 v2 monitor (MLLP)",
        source="protocols/hl7-fhir-ble.md, section 1 (traps [S], the rest [K], plain names [C])",
        decoder=Hl7Decoder,
        # It sends what it shows, by itself. A monitor that reports measurements alone is episodic: the site says so.
        cadence=Cadence.STREAM,
        nominal_interval=10 * SECOND,
        messages=True,
        carrier="mllp",
        dated=True,
        options=Hl7Options,
        mask=mask,
    ),
)
