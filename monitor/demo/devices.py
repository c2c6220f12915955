"""The demo's devices: emulators on pseudo-terminals, TCP ports and the embedded broker, and their site file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config.instant import Clock
from monitor.demo.beds import SITE_ID, DemoBed, Pipe
from monitor.demo.pair import (
    CUFF_DRIVER,
    OXIMETER_DRIVER,
    SimulatedCuff,
    SiteLines,
    press,
    published_cuff,
    published_lines,
    published_oximeter,
    wired_cuff,
    wired_oximeter,
)
from simulator.broker import HOST
from simulator.devices.mqtt_vitals import MqttVitals
from simulator.devices.nonin import NoninDf2
from simulator.devices.par_nibp import ParNibp
from simulator.emulator import SerialEmulator
from simulator.recording import Recording
from simulator.serve import TICK, Body, Ward

RECORDED_BED = "recorded"
RECORDED_CUFF_S = 120.0


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
        self._cuffs: dict[str, SimulatedCuff] = {}
        self._clock = clock

    def add(self, bed: DemoBed) -> None:
        """The two devices of one bed, sharing its body."""
        body = Body(bed.story.patient(bed.seed, bed.begin_s))
        if bed.oximeter is Pipe.MQTT:
            self._add_mqtt(bed.oximeter_id, bed.id, published_oximeter(body, SITE_ID, bed.id, bed.oximeter_id), body)
        else:
            self._add_wired(bed.oximeter_id, bed.id, OXIMETER_DRIVER, wired_oximeter(body), body, bed.oximeter)
        if bed.cuff is Pipe.MQTT:
            cuff = published_cuff(body, bed.story, bed.begin_s, SITE_ID, bed.id, bed.cuff_id)
            self._add_mqtt(bed.cuff_id, bed.id, cuff, body)
            self._cuffs[bed.id] = cuff
        else:
            # The service starts these; those behind the broker keep their own cycle, as many a ward's do.
            board = wired_cuff(body, bed.story, bed.seed, bed.begin_s, asked=True)
            self._add_wired(bed.cuff_id, bed.id, CUFF_DRIVER, board, body, bed.cuff, commands=True)
            self._cuffs[bed.id] = board

    def add_recording(self, sidecar: Path) -> Recording:
        """A bed that replays a recording through an oximeter and a cuff, over and over."""
        recording = Recording(sidecar, loop=True)
        body = Body(recording)
        self._add_wired("ox-rec", RECORDED_BED, OXIMETER_DRIVER, NoninDf2(recording), body, Pipe.PTY)
        board = ParNibp(recording, cycle_s=RECORDED_CUFF_S, first_s=20.0)
        self._add_wired("cuff-rec", RECORDED_BED, CUFF_DRIVER, board, body, Pipe.PTY)
        return recording

    def press_cuff(self, bed: str) -> None:
        """The start button of a bed's cuff."""
        press([self._cuffs[bed]], self._clock.now())

    def _add_wired(
        self,
        device: str,
        bed: str,
        driver: str,
        emulator: SerialEmulator,
        body: Body,
        pipe: Pipe,
        *,
        commands: bool = False,
    ) -> None:
        if pipe is Pipe.TCP:
            url = self.ward.add_tcp(device, emulator, body)
        else:
            url = self.ward.add_pty(device, emulator, self._directory, body)
        self.lines.append(SiteLines(device, bed, driver, url, commands=commands))

    def _add_mqtt(self, device: str, bed: str, emulator: MqttVitals, body: Body) -> None:
        self.ward.add_mqtt(device, emulator, HOST, self._broker_port, body)
        self.lines.append(published_lines(HOST, self._broker_port, SITE_ID, bed, device, emulator))


def site_text(beds: Sequence[DemoBed], lines: Sequence[SiteLines], recorded: str | None) -> str:
    """The site file of the demo ward; `recorded`: label of the recorded bed, if there is one."""
    text = ["[site]", f'id = "{SITE_ID}"', 'name = "Demo ward"', ""]
    places = [(bed.id, bed.label) for bed in beds]
    if recorded is not None:
        places.append((RECORDED_BED, recorded))
    for bed_id, label in places:
        text += ["[[bed]]", f'id = "{bed_id}"', f'label = "{label}"', ""]
    text += [line.text() for line in lines]
    return "\n".join(text)
