"""Pulls and plugs the cables of simulated devices as a story says."""

from __future__ import annotations

from collections.abc import Mapping

from config.instant import Clock, Instant, seconds
from simulator.scenario import Device, Scenario
from simulator.serve import Ward


async def pull_cables(
    story: Scenario, begin_s: float, begin: Instant, clock: Clock, ward: Ward, devices: Mapping[Device, str]
) -> None:
    """Carry out the story's link changes after `begin_s`; `begin` is the story's minute 0 on the clock's scale."""
    for kind, device in devices.items():
        if not story.connected(kind, begin_s):
            ward.unplug(device)
    for change in story.links:
        if change.at_s <= begin_s:
            continue
        await clock.sleep_until(begin + seconds(change.at_s))
        if change.connected:
            ward.plug(devices[change.device])
        else:
            ward.unplug(devices[change.device])
