"""bedwatch's own MQTT scheme (design/interfaces.md, section 3): oximeters and cuffs behind a gateway."""

from __future__ import annotations

from typing import Final

from adapters.devices.mqtt_vitals.decoder import VitalsDecoder
from adapters.devices.mqtt_vitals.dialogue import VitalsDialogue
from adapters.driver import Cadence, Driver
from config.instant import SECOND

DRIVERS: Final = (
    Driver(
        name="mqtt-vitals",
        title="bedwatch's own MQTT scheme, oximeters and cuffs",
        source="our own scheme [V]; design/interfaces.md, section 3",
        decoder=lambda options: VitalsDecoder(),
        # A cuff is silent between measurements by right. An oximeter's silence shows as missing data and by its
        # last will.
        cadence=Cadence.EPISODIC,
        nominal_interval=SECOND,
        messages=True,
        dialogue=lambda options: VitalsDialogue(),
        starts=True,
    ),
)
