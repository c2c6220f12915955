"""The simulated devices of a journey: real ports, and a count of what is still on its way to the service."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.link_report import LinkStats
from config.instant import SECOND, Clock, Duration, Instant
from config.vocabulary import LinkState
from simulator.devices.mqtt_vitals import MqttVitals
from simulator.emulator import SerialEmulator
from simulator.faults import FaultRule, FaultyLine
from simulator.publisher import Message
from simulator.serve import Body, Ward
from simulator.vitals import VitalSource

SITE = "harbour"
LOOPBACK = "127.0.0.1"


class CountingLine(FaultyLine):
    """A line that also counts the bytes it passes on. `spoil` changes its faults while it runs."""

    def __init__(self, rules: Sequence[FaultRule] = ()) -> None:
        super().__init__(rules)
        self.passed = 0

    def spoil(self, *rules: FaultRule) -> None:
        """These faults and no others from now on."""
        self._rules = rules

    def pass_on(self, chunk: bytes, now: Instant) -> list[bytes]:
        """As `FaultyLine.pass_on`."""
        pieces = super().pass_on(chunk, now)
        self.passed += sum(map(len, pieces))
        return pieces


class CountingPublisher(MqttVitals):
    """A device behind a broker that also counts its messages."""

    published = 0

    def messages(self, now: Instant) -> list[Message]:
        """As `MqttVitals.messages`."""
        found = super().messages(now)
        self.published += len(found)
        return found


class Devices:
    """Devices on pseudo-terminals, TCP ports and brokers, and the lines of the site file that name them.

    `tick` is how often they speak: a journey's time passes in such steps.
    """

    def __init__(self, clock: Clock, folder: Path, tick: Duration = SECOND) -> None:
        self.ward = Ward(clock, tick)
        self.tick = tick
        self.lines: list[str] = []
        self._folder = folder
        self._wired: dict[str, CountingLine] = {}
        self._published: dict[str, CountingPublisher] = {}
        self._settled_at: dict[str, tuple[int, int]] = {}
        self._pulled: set[str] = set()
        self._bodies: dict[int, Body] = {}

    def pty(
        self, device: str, bed: str, driver: str, emulator: SerialEmulator, source: VitalSource, *more: str
    ) -> CountingLine:
        """A device on a pseudo-terminal; its line. `more`: further lines of the site file."""
        line = self._wired[device] = CountingLine()
        url = self.ward.add_pty(device, emulator, self._folder, self._body(source), line)
        self.bind(device, bed, driver, url, *more)
        return line

    def tcp(
        self, device: str, bed: str, driver: str, emulator: SerialEmulator, source: VitalSource, *more: str
    ) -> CountingLine:
        """A device behind a TCP port; its line. `more`: further lines of the site file."""
        line = self._wired[device] = CountingLine()
        url = self.ward.add_tcp(device, emulator, self._body(source), faults=line)
        self.bind(device, bed, driver, url, *more)
        return line

    def mqtt(self, device: str, bed: str, port: int, source: VitalSource) -> None:
        """An oximeter behind the broker on that port."""
        emulator = self._published[device] = CountingPublisher(source, SITE, bed, device)
        self.ward.add_mqtt(device, emulator, LOOPBACK, port, self._body(source))
        self.bind(device, bed, "mqtt-vitals", mqtt_url(port, bed, device))

    def bind(self, device: str, bed: str, driver: str, url: str, *more: str) -> None:
        """A device of the site file."""
        self.lines += ["[[device]]", f'id = "{device}"', f'bed = "{bed}"', f'driver = "{driver}"', f'url = "{url}"']
        self.lines += more

    def unplug(self, device: str) -> None:
        """Pull the cable. What is on its way is lost with it."""
        self.ward.unplug(device)
        self._pulled.add(device)
        self._settled_at.pop(device, None)

    def plug(self, device: str) -> None:
        """Put the cable back."""
        self.ward.plug(device)
        self._pulled.discard(device)

    def waits_for(self, device: str, stats: LinkStats) -> bool:
        """Whether the service has not yet got everything that the plugged device has said."""
        if device in self._pulled or stats.state is not LinkState.UP:
            self._settled_at.pop(device, None)
            return False
        sent, got = self._sent(device), self._received(device, stats)
        if device not in self._settled_at:
            self._settled_at[device] = (sent, got)
        sent_before, got_before = self._settled_at[device]
        return got - got_before < sent - sent_before

    def wakes_up(self, device: str, stats: LinkStats) -> bool:
        """Whether the device is offered and the service has no connection to it."""
        return device not in self._pulled and stats.state is not LinkState.UP

    @property
    def ids(self) -> list[str]:
        """Every simulated device."""
        return [*self._wired, *self._published]

    def _sent(self, device: str) -> int:
        if device in self._wired:
            line = self._wired[device]
            return line.passed - (self.ward.lost(device) - line.lost)
        return self._published[device].published - self.ward.lost(device)

    def _received(self, device: str, stats: LinkStats) -> int:
        return stats.bytes_received if device in self._wired else stats.readings

    def _body(self, source: VitalSource) -> Body:
        return self._bodies.setdefault(id(source), Body(source))


def mqtt_url(port: int, bed: str, device: str) -> str:
    """As a site file names a device of our own scheme."""
    return f"mqtt://{LOOPBACK}:{port}/vitals/v1/{SITE}/{bed}/{device}/+"
