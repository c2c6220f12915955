"""Devices only: the oximeter and the cuff of one story, for testing any consumer of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.instant import Clock, Instant, seconds
from monitor.core.errors import ConfigError, VitalsError
from monitor.demo.cables import pull_cables
from monitor.demo.nurse import TAKE_CUFF
from monitor.demo.pair import (
    CUFF_DRIVER,
    OXIMETER_DRIVER,
    SimulatedCuff,
    SiteLines,
    cuff_times,
    press,
    published_cuff,
    published_lines,
    published_oximeter,
    wired_cuff,
    wired_oximeter,
)
from simulator.emulator import CuffEmulator, Emulator, SerialEmulator
from simulator.ports import BITS_PER_BYTE
from simulator.scenario import Device, Scenario
from simulator.serve import TICK, Body, Ward

OXIMETER, CUFF = "ox-1", "cuff-1"
CABLES = {Device.OXIMETER: OXIMETER, Device.CUFF: CUFF}
MQTT_PORT = 1883


class PlaceUnavailable(VitalsError):
    """A port or link cannot be had (exit 3): the message names it."""


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the two devices are offered; at least one. `broker` is host and port; `tcp` the first of two ports."""

    pty: Path | None = None
    tcp: int | None = None
    broker: tuple[str, int] | None = None


def parse_broker(url: str) -> tuple[str, int]:
    """Host and port of `mqtt://host[:port]`. Raises ConfigError."""
    wanted = f"--mqtt {url}: mqtt://HOST[:PORT] is wanted"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(wanted) from None
    if parts.scheme != "mqtt" or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigError(f"{wanted}; the topics follow from --site and --bed")
    if parts.username is not None:
        raise ConfigError(f"--mqtt mqtt://...@{host}: simulated devices sign in nowhere; name an open test broker")
    return host, MQTT_PORT if port is None else port


class Simulation:
    """One story on each outlet: the same patient, second by second, behind each of them.

    Args:
        site, bed: the parts of the topics, and of the lines to paste.
        tell: takes a line when a broker is lost or back.
        oximeter, cuff: other devices on wires than the usual ones.

    Raises:
        PlaceUnavailable: a port or link cannot be had.
    """

    def __init__(
        self,
        story: Scenario,
        outlets: Outlets,
        clock: Clock,
        *,
        site: str,
        bed: str,
        tell: Callable[[str], None],
        speed: float = 1.0,
        seed: int | None = None,
        oximeter: Emulator | None = None,
        cuff: Emulator | None = None,
    ) -> None:
        self.lines: list[list[SiteLines]] = []
        self._story = story
        self._seed = story.seed if seed is None else seed
        self._begin_s = story.start_at_s
        self._clock = clock
        self._site, self._bed = site, bed
        self._tell = tell
        self._tick = round(TICK * max(1.0, speed))
        self._wards: list[Ward] = []
        self._oximeter, self._cuff = oximeter, cuff
        self._cuffs: list[SimulatedCuff] = []
        self._pressed: list[CuffEmulator] = []
        self._away: set[str] = set()
        try:
            if outlets.pty is not None:
                self._on_ptys(outlets.pty)
            if outlets.tcp is not None:
                self._on_tcp(outlets.tcp)
        except OSError as error:
            self.close()
            raise PlaceUnavailable(f"a simulated device cannot be offered: {error}") from None
        if outlets.broker is not None:
            self._on_broker(*outlets.broker)

    async def run(self) -> None:
        """Play the story to its end."""
        begin = self._clock.now() - seconds(self._begin_s)
        async with asyncio.TaskGroup() as tasks:
            works = [tasks.create_task(ward.run()) for ward in self._wards]
            works += [
                tasks.create_task(pull_cables(self._story, self._begin_s, begin, self._clock, ward, CABLES))
                for ward in self._wards
            ]
            works.append(tasks.create_task(self._press_cuffs(begin)))
            works.append(tasks.create_task(self._press_by_cycle()))
            await self._clock.sleep_until(begin + seconds(self._story.length_s))
            for work in works:
                work.cancel()

    def close(self) -> None:
        """Give every port back; `run` does it by itself."""
        for ward in self._wards:
            ward.close()

    async def _press_cuffs(self, begin: Instant) -> None:
        for action in self._story.nurse:
            if action.does == TAKE_CUFF and action.at_s > self._begin_s:
                await self._clock.sleep_until(begin + seconds(action.at_s))
                press(self._cuffs, self._clock.now())

    async def _press_by_cycle(self) -> None:
        """The story's cycle for cuffs that keep none themselves."""
        first, every = cuff_times(self._story.cuff, self._begin_s)
        if every is None or not self._pressed:
            return
        due = self._clock.now() + seconds(first)
        while True:
            await self._clock.sleep_until(due)
            press(self._pressed, self._clock.now())
            due += seconds(every)

    def _new_ward(self) -> tuple[Ward, Body]:
        ward = Ward(self._clock, tick=self._tick)
        self._wards.append(ward)
        return ward, Body(self._story.patient(self._seed, self._begin_s))

    def _on_ptys(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        ward, body = self._new_ward()
        oximeter, cuff = self._new_pair(body)
        self._wired(
            ward.add_pty(OXIMETER, oximeter, folder, body, bits_per_byte=_bits(self._oximeter)),
            ward.add_pty(CUFF, cuff, folder, body, bits_per_byte=_bits(self._cuff)),
        )

    def _on_tcp(self, port: int) -> None:
        ward, body = self._new_ward()
        oximeter, cuff = self._new_pair(body)
        second = port + 1 if port else 0
        self._wired(
            ward.add_tcp(OXIMETER, oximeter, body, port, bits_per_byte=_bits(self._oximeter)),
            ward.add_tcp(CUFF, cuff, body, second, bits_per_byte=_bits(self._cuff)),
        )

    def _new_pair(self, body: Body) -> tuple[SerialEmulator, CuffEmulator]:
        """The two on wires. A cuff that was chosen has no cycle of its own: its button is pressed for it."""
        oximeter = wired_oximeter(body) if self._oximeter is None else self._oximeter.make(body.source, self._seed)
        cuff: CuffEmulator
        if self._cuff is None:
            cuff = wired_cuff(body, self._story, self._seed, self._begin_s)
        else:
            cuff = as_cuff(self._cuff.make(body.source, self._seed))
            self._pressed.append(cuff)
        self._cuffs.append(cuff)
        return oximeter, cuff

    def _on_broker(self, host: str, port: int) -> None:
        ward, body = self._new_ward()
        oximeter = published_oximeter(body, self._site, self._bed, OXIMETER)
        cuff = published_cuff(body, self._story, self._begin_s, self._site, self._bed, CUFF)
        self._cuffs.append(cuff)
        pair = ((OXIMETER, oximeter), (CUFF, cuff))
        for device, simulated in pair:
            ward.add_mqtt(device, simulated, host, port, body, self._news(device, f"{host}:{port}"))
        self.lines.append([published_lines(host, port, self._site, self._bed, *each) for each in pair])

    def _wired(self, oximeter_url: str, cuff_url: str) -> None:
        self.lines.append(
            [
                _lines(OXIMETER, self._bed, OXIMETER_DRIVER, self._oximeter, oximeter_url),
                _lines(CUFF, self._bed, CUFF_DRIVER, self._cuff, cuff_url),
            ]
        )

    def _news(self, device: str, broker: str) -> Callable[[str | None], None]:
        """Both devices meet the same broker: its loss is told once, its return when both are back."""

        def news(reason: str | None) -> None:
            if reason is None:
                self._away.discard(device)
                if not self._away:
                    self._tell(f"broker {broker}: connected")
            else:
                if not self._away:
                    self._tell(f"broker {broker}: {reason}; trying again until it is there")
                self._away.add(device)

        return news


def _lines(device: str, bed: str, usual: str, chosen: Emulator | None, url: str) -> SiteLines:
    if chosen is None:
        return SiteLines(device, bed, usual, url)
    return SiteLines(device, bed, chosen.driver, url, options=chosen.options)


def _bits(chosen: Emulator | None) -> int:
    return BITS_PER_BYTE if chosen is None else chosen.bits_per_byte


def as_cuff(device: SerialEmulator) -> CuffEmulator:
    """The device as a cuff. Raises ConfigError: it is none."""
    if not isinstance(device, CuffEmulator):
        raise ConfigError("that device is no cuff; see with --list which there are")
    return device


def paste_text(groups: Sequence[Sequence[SiteLines]]) -> str:
    """The lines to paste into a site file, one pair of devices after the other."""
    return "\n".join(line.text() for group in groups for line in group)
