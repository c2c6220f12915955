"""Emulated devices that talk on pseudo-terminals, in a process of their own, each frame in its time.

    python -m tests.benchmarks.rig.talkers SECONDS EMULATOR...

It says where the terminals are, waits for a line, lets every device talk for so long, and tells how many bytes each
has written and when. What the devices are told is read and thrown away.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from heapq import heapify, heappop, heappush
from time import perf_counter

from adapters.registry import driver
from config.instant import MINUTE, SECOND, Instant
from simulator.emulator import CuffEmulator, emulators
from simulator.scenario import load_scenario

STEP = SECOND // 500
"""Shorter than any device's frame comes after the one before."""
LEAD_S = 0.5


@dataclass(frozen=True, slots=True)
class Saying:
    """What a device says at once, `at` after it began."""

    at: Instant
    chunk: bytes


@cache
def script(name: str, length_s: float) -> tuple[Saying, ...]:
    """All that the emulated device says on a simulated patient, spoken to by its driver; the same each time.

    A cuff's own button is pressed once a minute.
    """
    kind = emulators()[name]
    device = kind.make(load_scenario("usual").patient(1, begin_s=0), 1)
    chosen = driver(kind.driver)
    options = chosen.options()
    dialogue = None if chosen.dialogue is None else chosen.dialogue(options)
    decoder = chosen.decoder(options)
    said = []
    if dialogue is not None:
        device.receive(dialogue.opened(0))
    for at in range(STEP, round(length_s * SECOND), STEP):
        if at % MINUTE == SECOND and isinstance(device, CuffEmulator):
            device.press_start()
        chunk = device.advance(STEP)
        if chunk:
            said.append(Saying(at, chunk))
        if dialogue is not None:
            for item in decoder.feed(chunk):
                device.receive(dialogue.on_reading(item, at))
            if (due := dialogue.next_deadline()) is not None and due <= at:
                device.receive(dialogue.tick(at))
    return tuple(said)


@dataclass(frozen=True, slots=True)
class Told:
    """What one device did: when each of its sayings left (`perf_counter`), and how many bytes the terminal took."""

    moments: Sequence[float]
    written: int


class Talkers:
    """The running process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._in, self._out = process, process.stdin, process.stdout
        self.paths: list[str] = json.loads(self._out.readline())
        self.descriptor = self._out.fileno()
        """Readable when all is said."""

    def begin(self) -> None:
        """Let them talk."""
        self._in.write("begin\n")
        self._in.flush()

    def told(self) -> list[Told]:
        """What they have done; waits until they are done."""
        return [Told(moments, written) for moments, written in json.loads(self._out.readline())]


@contextmanager
def talkers(names: Sequence[str], length_s: float) -> Iterator[Talkers]:
    """Devices by the names of their emulators, ready to talk; gone with the block."""
    command = [sys.executable, "-m", __name__, str(length_s), *names]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Talkers(process)
        finally:
            process.kill()


def main(length_s: float, names: Sequence[str]) -> None:
    """Be the devices."""
    masters, paths = [], []
    for _ in names:
        master, slave = os.openpty()  # the slave stays open: whoever opens it may come and go
        tty.setraw(slave)
        os.set_blocking(master, False)
        masters.append(master)
        paths.append(os.ttyname(slave))
    scripts = [script(name, length_s) for name in names]
    _say(paths)
    sys.stdin.readline()
    begin = perf_counter() + LEAD_S
    # Each device in its own phase.
    due = [(begin + number * 0.0137 % 1.0, number, 0) for number in range(len(names)) if scripts[number]]
    births = {number: at for at, number, _ in due}
    due = [(at + scripts[number][0].at / SECOND, number, 0) for at, number, _ in due]
    heapify(due)
    moments: list[list[float]] = [[] for _ in names]
    written = [0] * len(names)
    while due:
        at, number, place = due[0]
        wait = at - perf_counter()
        if wait > 0:
            for heard in select.select(masters, [], [], wait)[0]:
                os.read(heard, 4096)
            continue
        heappop(due)
        moments[number].append(perf_counter())
        with suppress(BlockingIOError):  # the terminal is full: lost, and seen in the count
            written[number] += os.write(masters[number], scripts[number][place].chunk)
        if place + 1 < len(scripts[number]):
            heappush(due, (births[number] + scripts[number][place + 1].at / SECOND, number, place + 1))
    _say(list(zip(moments, written, strict=True)))
    sys.stdin.readline()


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
