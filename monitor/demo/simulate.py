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
    press,
    published_cuff,
    published_lines,
    published_oximeter,
    wired_cuff,
    wired_oximeter,
)
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
        self._cuffs: list[SimulatedCuff] = []
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

    def _new_ward(self) -> tuple[Ward, Body]:
        ward = Ward(self._clock, tick=self._tick)
        self._wards.append(ward)
        return ward, Body(self._story.patient(self._seed, self._begin_s))

    def _on_ptys(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        ward, body = self._new_ward()
        oximeter, cuff = wired_oximeter(body), wired_cuff(body, self._story, self._seed, self._begin_s)
        self._cuffs.append(cuff)
        self._wired(ward.add_pty(OXIMETER, oximeter, folder, body), ward.add_pty(CUFF, cuff, folder, body))

    def _on_tcp(self, port: int) -> None:
        ward, body = self._new_ward()
        oximeter, cuff = wired_oximeter(body), wired_cuff(body, self._story, self._seed, self._begin_s)
        self._cuffs.append(cuff)
        second = port + 1 if port else 0
        self._wired(ward.add_tcp(OXIMETER, oximeter, body, port), ward.add_tcp(CUFF, cuff, body, second))

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
                SiteLines(OXIMETER, self._bed, OXIMETER_DRIVER, oximeter_url),
                SiteLines(CUFF, self._bed, CUFF_DRIVER, cuff_url),
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


def paste_text(groups: Sequence[Sequence[SiteLines]]) -> str:
    """The lines to paste into a site file, one pair of devices after the other."""
    return "\n".join(line.text() for group in groups for line in group)
