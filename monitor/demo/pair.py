"""The two devices of one bed, for every way they can be connected, and their lines for a site file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, TypeAlias

from adapters.driver import Cadence
from config.instant import Instant
from simulator.devices.mqtt_vitals import Kind, MqttVitals
from simulator.devices.nonin import NoninDf2
from simulator.devices.par_nibp import ParNibp
from simulator.emulator import CuffEmulator
from simulator.scenario import CuffPlan, Scenario
from simulator.serve import Body

SimulatedCuff: TypeAlias = CuffEmulator | MqttVitals
OXIMETER_DRIVER, CUFF_DRIVER, MQTT_DRIVER = "nonin-df2", "par-nibp", "mqtt-vitals"
STREAM, EPISODIC = Cadence.STREAM.value, Cadence.EPISODIC.value
BATTERY = 82
MEASURING_S = 34.0
"""How long a simulated cuff takes from its start to its result."""


@dataclass(frozen=True, slots=True)
class SiteLines:
    """One device of a site file.

    Attributes:
        cadence: what its silence means, where the driver does not say.
        options: of the driver, where its defaults do not read the device.
    """

    device: str
    bed: str
    driver: str
    url: str
    cadence: str | None = None
    commands: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """As it stands in the file."""
        pairs = [("id", self.device), ("bed", self.bed), ("driver", self.driver), ("url", self.url)]
        if self.cadence is not None:
            pairs.append(("cadence", self.cadence))
        allowed = "commands = true\n" if self.commands else ""
        table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in self.options.items())
        options = f"[device.options]\n{table}" if table else ""
        return "[[device]]\n" + "".join(f'{key} = "{value}"\n' for key, value in pairs) + allowed + options


def wired_oximeter(body: Body) -> NoninDf2:
    """On a serial line or a TCP port."""
    return NoninDf2(body.source)


def wired_cuff(body: Body, story: Scenario, seed: int, begin_s: float, *, asked: bool = False) -> ParNibp:
    """On a serial line or a TCP port; `begin_s`: where in the story it is switched on.

    `asked`: it measures only when it is asked to, not by its own cycle.
    """
    first, every = (10.0, None) if asked else cuff_times(story.cuff, begin_s)
    return ParNibp(body.source, cycle_s=every, first_s=first, seed=seed)


def published_oximeter(body: Body, site: str, bed: str, device: str) -> MqttVitals:
    """On a broker, with its wave."""
    return MqttVitals(body.source, site, bed, device, kinds=frozenset({Kind.OXIMETER, Kind.PLETH}))


def published_cuff(body: Body, story: Scenario, begin_s: float, site: str, bed: str, device: str) -> MqttVitals:
    """On a broker."""
    first, every = cuff_times(story.cuff, begin_s)
    kinds = frozenset({Kind.CUFF})
    return MqttVitals(body.source, site, bed, device, kinds=kinds, cycle_s=every, first_s=first, battery=BATTERY)


def published_lines(host: str, port: int, site: str, bed: str, device: str, simulated: MqttVitals) -> SiteLines:
    """The site file's lines for a device on a broker."""
    url = f"mqtt://{host}:{port}/vitals/v1/{site}/{bed}/{device}/+"
    return SiteLines(device, bed, MQTT_DRIVER, url, STREAM if Kind.OXIMETER in simulated.kinds else EPISODIC)


def press(cuffs: Iterable[SimulatedCuff], now: Instant) -> None:
    """The start button."""
    for cuff in cuffs:
        if isinstance(cuff, MqttVitals):
            cuff.receive(cuff.command_topic, b'{"command": "start"}', now)
        else:
            cuff.press_start()


def cuff_times(plan: CuffPlan, begin_s: float) -> tuple[float, float | None]:
    """First start after `begin_s`, in seconds from there, and the cycle; None: only on demand.

    A measurement that was under way then begins anew: nothing of it is in the past.
    """
    if not plan.every_s:
        return 10.0, None
    missed = max(0, ceil((begin_s - MEASURING_S - plan.first_s) / plan.every_s))
    return max(1.0, plan.first_s + missed * plan.every_s - begin_s), plan.every_s
