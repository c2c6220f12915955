"""What stands at the bed in a drill: the simulated devices, and the site file that binds them."""

from __future__ import annotations

from monitor.drill.story import BED, CUFF, OXIMETER, CuffKind, Drill, OximeterKind
from monitor.drill.wires import Emulator
from monitor.site import Site, read_site_text
from simulator.devices.mqtt_vitals import Kind, MqttVitals
from simulator.devices.nonin import NoninDf2
from simulator.devices.par_nibp import ParNibp
from simulator.scenario import Device
from simulator.vitals import VitalSource

SITE = "drill"
FULL = 100


def make_devices(drill: Drill, source: VitalSource, seed: int) -> dict[Device, tuple[str, Emulator]]:
    """Each device of the story with its id; nothing is connected yet."""
    plan, devices = drill.scenario.cuff, drill.devices
    every = plan.every_s or None
    oximeter: Emulator
    cuff: Emulator
    if devices.oximeter is OximeterKind.NONIN:
        oximeter = NoninDf2(source, burst=25)
    else:
        kinds = frozenset({Kind.OXIMETER, Kind.PLETH} if devices.pleth else {Kind.OXIMETER})
        oximeter = MqttVitals(
            source,
            SITE,
            BED,
            OXIMETER,
            kinds=kinds,
            clock_offset=devices.offset,
            clock_drift_ppm=devices.drift_ppm,
            battery=FULL,
        )
    if devices.cuff is CuffKind.PAR:
        cuff = ParNibp(source, cycle_s=every, first_s=plan.first_s, seed=seed)
    else:
        cuff = MqttVitals(
            source, SITE, BED, CUFF, kinds=frozenset({Kind.CUFF}), cycle_s=every, first_s=plan.first_s, battery=FULL
        )
    return {Device.OXIMETER: (OXIMETER, oximeter), Device.CUFF: (CUFF, cuff)}


def drill_site(drill: Drill) -> Site:
    """The site file of a drill: one bed, two devices, one pager."""
    lines = ["[site]", f'id = "{SITE}"', 'name = "Drill"', "[[bed]]", f'id = "{BED}"', 'label = "Bay 1"']
    kinds = ((OXIMETER, drill.devices.oximeter, "stream"), (CUFF, drill.devices.cuff, "episodic"))
    for device, driver, cadence in kinds:
        lines += ["[[device]]", f'id = "{device}"', f'bed = "{BED}"', f'driver = "{driver}"']
        if driver == OximeterKind.MQTT:
            url = f"mqtt://drill/vitals/v1/{SITE}/{BED}/{device}/+"
            lines += [f'url = "{url}"', f'cadence = "{cadence}"']
            if device == CUFF and drill.devices.cuff_commands:
                lines.append("commands = true")
        else:
            lines += [f'url = "serial:///drill/{device}"']
    return read_site_text("the drill's site file", "\n".join(lines) + "\n", {})
