"""What lies where in the demo: which story on which bed, behind which kind of port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle, islice

from simulator.scenario import Device, Scenario, load_scenario

SITE_ID = "demo"


class Pipe(StrEnum):
    """How a simulated device is connected."""

    PTY = "pty"
    TCP = "tcp"
    MQTT = "mqtt"


@dataclass(frozen=True, slots=True)
class DemoBed:
    """One bed with its story, and how its two devices are connected. `begin_s`: where in the story the demo starts."""

    id: str
    label: str
    story: Scenario
    seed: int
    begin_s: float
    oximeter: Pipe
    cuff: Pipe

    @property
    def oximeter_id(self) -> str:
        """Device id of the oximeter."""
        return f"ox-{self.id.removeprefix('bay-')}"

    @property
    def cuff_id(self) -> str:
        """Device id of the cuff."""
        return f"cuff-{self.id.removeprefix('bay-')}"

    @property
    def cables(self) -> Mapping[Device, str]:
        """Which device hangs on which cable of the story."""
        return {Device.OXIMETER: self.oximeter_id, Device.CUFF: self.cuff_id}


# Story, minute at which the demo joins it (shortly before something happens), oximeter, cuff.
_WARD = (
    ("calm", 30.0, Pipe.PTY, Pipe.PTY),
    ("desaturation", 19.5, Pipe.TCP, Pipe.PTY),
    ("hypertensive", 47.0, Pipe.MQTT, Pipe.MQTT),
    ("recovery", 62.0, Pipe.PTY, Pipe.TCP),
    ("unplugged", 17.5, Pipe.PTY, Pipe.PTY),
    ("restless", 15.5, Pipe.MQTT, Pipe.PTY),
    ("fainting", 3.5, Pipe.TCP, Pipe.MQTT),
    ("re-excursion", 66.0, Pipe.PTY, Pipe.MQTT),
)


def demo_beds(count: int) -> list[DemoBed]:
    """`count` beds; beyond the shipped stories they come again with other patients."""
    beds = []
    for number, (name, minute, oximeter, cuff) in enumerate(islice(cycle(_WARD), count), start=1):
        story = load_scenario(name)
        again = (number - 1) // len(_WARD)
        beds.append(
            DemoBed(f"bay-{number}", f"Bay {number}", story, story.seed + 1000 * again, minute * 60, oximeter, cuff)
        )
    return beds
