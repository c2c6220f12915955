"""Bluetooth LE cuffs and oximeters of the standard services 1810 and 1822 (hl7-fhir-ble, section 3)."""

from __future__ import annotations

from typing import Final

from adapters.devices.ble_vitals.decoder import BleDecoder
from adapters.devices.ble_vitals.options import BleOptions
from adapters.driver import Cadence, Driver
from config.instant import SECOND

DRIVERS: Final = (
    Driver(
        name="ble-vitals",
        title="Bluetooth LE Blood Pressure and Pulse Oximeter services",
        source="protocols/hl7-fhir-ble.md, section 3 (oximeter vectors [S], layouts [K])",
        decoder=BleDecoder,
        # A cuff is silent between measurements by right. What an oximeter is, the site says.
        cadence=Cadence.EPISODIC,
        nominal_interval=SECOND,
        messages=True,
        carrier="ble",
        dated=True,
        options=BleOptions,
    ),
)
