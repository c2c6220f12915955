"""Any publisher's messages through a declarative mapping (protocols/mqtt-payloads.md, section 6)."""

from __future__ import annotations

from typing import Final

from adapters.devices.mqtt_mapped.mask import mask_capture
from adapters.devices.mqtt_mapped.options import MappedOptions, apart, build_decoder, cadence, doubts, topics
from adapters.driver import Cadence, Driver
from config.instant import SECOND

PROBED: Final = (
    "ava4-cuff",
    "ava4-oximeter",
    "cm4-box-cuff",
    "cm4-box-oximeter",
    "esphome",
    "healthdata2mqtt",
    "heart-rate-and-pressure",
    "omron-hem-bridge",
    "pressure-pair",
    "viatom-ble",
)
"""Every shipped mapping, which `bedwatch probe` tries on the topics of a broker."""

DRIVERS: Final = (
    Driver(
        name="mqtt-mapped",
        title="foreign MQTT payloads through a mapping",
        source=(
            "publishers' documentation [V], real messages [R], programs [C]: each mapping names its own; "
            "mqtt-payloads.md, sections 1 to 6"
        ),
        decoder=build_decoder,
        cadence=Cadence.EPISODIC,
        cadence_by=cadence,
        nominal_interval=2 * SECOND,
        messages=True,
        dated=True,
        topics=topics,
        doubts=doubts,
        apart=apart,
        options=MappedOptions,
        mask=mask_capture,
        probe_options=tuple({"mapping": name} for name in PROBED),
    ),
)
