"""A probe on an emulated device, in virtual time: they share only the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from adapters.driver import LineSettings
from adapters.probe.listen import Outcome, Probe
from adapters.probe.score import Candidate, candidates
from adapters.registry import drivers
from config.instant import SECOND, Duration
from simulator.emulator import CuffEmulator, SerialEmulator
from tests.support.clock import ManualClock

STEP: Duration = SECOND // 20
TURNS = 8
"""Turns of the event loop between two wake-ups: the chain from the device to its dialogue is short."""
EVERY = candidates(drivers().values())


class Wire:
    """A transport with an emulated device at its other end, which lives only while somebody receives.

    Attributes:
        inflated: the device's cuff was inflated at some step.
        heard: what was said to the device.
        opened: how often the wire was opened.
    """

    def __init__(self, device: SerialEmulator, clock: ManualClock) -> None:
        self.device = device
        self.inflated = False
        self.heard = b""
        self.opened = 0
        self._clock = clock

    async def open(self) -> None:
        self.opened += 1

    async def receive(self) -> bytes:
        while True:
            await self._clock.sleep_until(self._clock.now() + STEP)
            said = self.device.advance(STEP)
            self.inflated |= isinstance(self.device, CuffEmulator) and self.device.measuring
            if said:
                return said

    async def send(self, data: bytes) -> None:
        self.heard += data
        self.device.receive(data)

    async def close(self) -> None:
        """Nothing is held."""


class Echo:
    """No device: a plug that sends back what it hears."""

    baud = 9600

    def __init__(self) -> None:
        self._held = b""

    def receive(self, chunk: bytes) -> None:
        self._held += chunk

    def advance(self, dt: Duration) -> bytes:
        said, self._held = self._held, b""
        return said


class Babble:
    """A device of no known family: `said(number)` is what it sends in each step."""

    baud = 9600

    def __init__(self, said: Callable[[int], bytes]) -> None:
        self._said = said
        self._steps = 0

    def receive(self, chunk: bytes) -> None:
        """It does not listen."""

    def advance(self, dt: Duration) -> bytes:
        self._steps += 1
        return self._said(self._steps)


async def probed(
    wire: Wire,
    clock: ManualClock,
    *,
    each: Duration = 6 * SECOND,
    speak: bool = True,
    tried: Sequence[Candidate] = EVERY,
    lines: Iterable[LineSettings | None] = (None,),
    shown: list[str] | None = None,
) -> Outcome:
    """The outcome of a probe on the wire; the clock runs as fast as it can."""
    told: list[str] = [] if shown is None else shown
    probe = Probe(
        lambda line: wire,
        list(lines),
        tried,
        clock,
        each=each,
        tell=told.append,
        show=lambda candidate, readings: told.append(candidate.driver.name),
    )
    task = asyncio.create_task(probe.run(speak=speak))
    await clock.advance(0)
    while not task.done():
        due = clock.next_wake
        await clock.advance(STEP if due is None else max(0, due - clock.now()))
    return await task


def named(outcome: Outcome) -> tuple[str, ...]:
    """The driver that was named and its twins; empty for unknown."""
    found = outcome.found
    if found is None or found.verdict.best is None:
        return ()
    return tuple(each.candidate.driver.name for each in (found.verdict.best, *found.verdict.twins))
