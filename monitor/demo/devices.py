"""The demo's devices: emulators on pseudo-terminals, TCP ports and the embedded broker, and their site file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.instant import Clock
from monitor.demo.beds import SITE_ID, DemoBed, Pipe
from simulator.broker import HOST
from simulator.devices.mqtt_vitals import Kind, MqttVitals
from simulator.devices.nonin import NoninDf2
from simulator.devices.par_nibp import ParNibp
from simulator.recording import Recording
from simulator.scenario import CuffPlan
from simulator.serve import TICK, Body, SerialEmulator, Ward

RECORDED_BED = "recorded"
RECORDED_CUFF_S = 120.0


@dataclass(frozen=True, slots=True)
class SiteLines:
    """One device of the site file that the demo writes for itself."""

    device: str
    bed: str
    driver: str
    url: str


class DemoDevices:
    """Builds the simulated devices and says what the site file has to hold.

    Args:
        clock: everybody's; at a higher speed the devices are served in longer steps.
        directory: where the pseudo-terminals appear.
        broker_port: of the embedded broker.
    """

    def __init__(self, clock: Clock, speed: float, directory: Path, broker_port: int) -> None:
        self.ward = Ward(clock, tick=round(TICK * max(1.0, speed)))
        self.lines: list[SiteLines] = []
        self._directory = directory
        self._broker_port = broker_port
        self._cuffs: dict[str, ParNibp | MqttVitals] = {}
        self._clock = clock

    def add(self, bed: DemoBed) -> None:
        """The two devices of one bed, sharing its body."""
        body = Body(bed.story.patient(bed.seed, bed.begin_s))
        if bed.oximeter is Pipe.MQTT:
            kinds = frozenset({Kind.OXIMETER, Kind.PLETH})
            oximeter = MqttVitals(body.source, SITE_ID, bed.id, bed.oximeter_id, kinds=kinds)
            self._add_mqtt(bed.oximeter_id, bed.id, oximeter, body)
        else:
            self._add_wired(bed.oximeter_id, bed.id, "nonin-df2", NoninDf2(body.source), body, bed.oximeter)
        first, every = _cuff_times(bed.story.cuff, bed.begin_s)
        if bed.cuff is Pipe.MQTT:
            cuff = MqttVitals(
                body.source,
                SITE_ID,
                bed.id,
                bed.cuff_id,
                kinds=frozenset({Kind.CUFF}),
                cycle_s=every,
                first_s=first,
                battery=82,
            )
            self._add_mqtt(bed.cuff_id, bed.id, cuff, body)
            self._cuffs[bed.id] = cuff
        else:
            board = ParNibp(body.source, cycle_s=every, first_s=first, seed=bed.seed)
            self._add_wired(bed.cuff_id, bed.id, "par-nibp", board, body, bed.cuff)
            self._cuffs[bed.id] = board

    def add_recording(self, sidecar: Path) -> Recording:
        """A bed that replays a recording through an oximeter and a cuff, over and over."""
        recording = Recording(sidecar, loop=True)
        body = Body(recording)
        self._add_wired("ox-rec", RECORDED_BED, "nonin-df2", NoninDf2(recording), body, Pipe.PTY)
        board = ParNibp(recording, cycle_s=RECORDED_CUFF_S, first_s=20.0)
        self._add_wired("cuff-rec", RECORDED_BED, "par-nibp", board, body, Pipe.PTY)
        return recording

    def press_cuff(self, bed: str) -> None:
        """The start button of a bed's cuff."""
        cuff = self._cuffs[bed]
        if isinstance(cuff, ParNibp):
            cuff.press_start()
        else:
            cuff.receive(cuff.command_topic, b'{"command": "start"}', self._clock.now())

    def _add_wired(self, device: str, bed: str, driver: str, emulator: SerialEmulator, body: Body, pipe: Pipe) -> None:
        if pipe is Pipe.TCP:
            url = self.ward.add_tcp(device, emulator, body)
        else:
            url = self.ward.add_pty(device, emulator, self._directory, body)
        self.lines.append(SiteLines(device, bed, driver, url))

    def _add_mqtt(self, device: str, bed: str, emulator: MqttVitals, body: Body) -> None:
        self.ward.add_mqtt(device, emulator, HOST, self._broker_port, body)
        url = f"mqtt://{HOST}:{self._broker_port}/vitals/v1/{SITE_ID}/{bed}/{device}/+"
        self.lines.append(SiteLines(device, bed, "mqtt-vitals", url))


def site_text(beds: Sequence[DemoBed], lines: Sequence[SiteLines], recorded: str | None) -> str:
    """The site file of the demo ward; `recorded`: label of the recorded bed, if there is one."""
    text = ["[site]", f'id = "{SITE_ID}"', 'name = "Demo ward"', ""]
    places = [(bed.id, bed.label) for bed in beds]
    if recorded is not None:
        places.append((RECORDED_BED, recorded))
    for bed_id, label in places:
        text += ["[[bed]]", f'id = "{bed_id}"', f'label = "{label}"', ""]
    for line in lines:
        text += [
            "[[device]]",
            f'id = "{line.device}"',
            f'bed = "{line.bed}"',
            f'driver = "{line.driver}"',
            f'url = "{line.url}"',
            "",
        ]
    return "\n".join(text)


def _cuff_times(plan: CuffPlan, begin_s: float) -> tuple[float, float | None]:
    """First start after `begin_s`, in seconds from there, and the cycle; None: only on demand."""
    if not plan.every_s:
        return 10.0, None
    missed = max(0, int((begin_s - plan.first_s) // plan.every_s) + 1)
    return max(1.0, plan.first_s + missed * plan.every_s - begin_s), plan.every_s
