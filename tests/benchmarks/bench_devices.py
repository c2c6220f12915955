"""What devices on wires cost: processor time, bytes lost, and time from a frame's last byte to its measurement.

    python -m tests.benchmarks.bench_devices

The devices are emulators in a process of their own, on pseudo-terminals, each frame in its time. Here run the
product's own parts from the port to the measurement: serial transport, link, decoder, and a sink that keeps what comes.

`device_decoder`: how many devices of a driver one core decodes, the bytes cut as they come.
`device_stream`: the share of a core that one full-rate stream takes, 16 at once; `device_stream_alone`: with no other.
`device_lost`: 64 full-rate streams at once: bytes and readings that did not arrive.
`device_latency`: of 16 full-rate streams, from before the write that ends what the decoder needs to the sink.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any

from adapters.driver import Driver
from adapters.link import Link
from adapters.reading import Fault, Reading
from adapters.registry import driver, drivers
from adapters.transports.serial import SerialTransport
from config.instant import SECOND, Instant
from monitor.clock import SystemClock
from simulator.emulator import emulators
from tests.adapters.captures import captures, fresh_decoder
from tests.benchmarks.rig.figures import figure, not_measured, percentile
from tests.benchmarks.rig.talkers import script, talkers

KEPT_UP = 500
SHARE_PERCENT = 0.7
LATENCY_MS = 5.0
STREAMS = ("nonin-df2", "contec-5byte", "contec-v7")
MIXED = (*STREAMS, "bci-5byte")
LENGTH_S = 10.0
DECODED_S = 120.0
REPEATS = 5
ARRIVED_WITHIN_S = 5.0


class Sink:
    """Keeps every reading with its moment."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.moments: list[float] = []
        self.faults = 0

    def reading(self, device_id: str, reading: Reading, received_at: Instant) -> None:
        """As `LinkSink.reading`."""
        self.readings.append(reading)
        self.moments.append(perf_counter())

    def fault(self, device_id: str, fault: Fault, received_at: Instant) -> None:
        """As `LinkSink.fault`."""
        self.faults += 1

    def link_up(self, device_id: str, at: Instant) -> None:
        """As `LinkSink.link_up`."""

    def link_down(self, device_id: str, at: Instant, reason: str) -> None:
        """As `LinkSink.link_down`."""


class Port(SerialTransport):
    """A serial port that tells when it is open."""

    def __init__(self, path: str, chosen: Driver) -> None:
        assert chosen.line is not None
        super().__init__(path, chosen.line)
        self.opened = asyncio.Event()

    async def open(self) -> None:
        """As `Transport.open`."""
        await super().open()
        self.opened.set()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of several devices.

    Attributes:
        processor_s: of this process, the devices' own not included.
        said, lost: bytes, and how many of them were not received.
        wanted, missing: readings that were to come, and how many of them did not.
        taken_s: for each reading the time from its last byte.
    """

    processor_s: float
    said: int
    lost: int
    wanted: int
    missing: int
    taken_s: Sequence[float]


def expected(name: str) -> Iterator[tuple[int, Reading]]:
    """What is to be read of the emulator's script, each with the number of the saying that completes it."""
    chosen = driver(emulators()[name].driver)
    decoder = chosen.decoder(chosen.options())
    for number, saying in enumerate(script(name, LENGTH_S)):
        for item in decoder.feed(saying.chunk):
            if not isinstance(item, Fault):
                yield number, item


async def play(names: Sequence[str]) -> Run:
    """All these devices at once, for `LENGTH_S`."""
    loop, clock = asyncio.get_running_loop(), SystemClock()
    with talkers(names, LENGTH_S) as devices:
        sinks, links, ports = [], [], []
        for number, (name, path) in enumerate(zip(names, devices.paths, strict=True)):
            chosen = driver(emulators()[name].driver)
            ports.append(Port(path, chosen))
            sinks.append(Sink())
            links.append(Link(f"dev-{number}", chosen, chosen.options(), ports[-1], sinks[-1], clock, Random(number)))
        running = [asyncio.create_task(link.run()) for link in links]
        try:
            for port in ports:
                await port.opened.wait()
            over = asyncio.Event()
            loop.add_reader(devices.descriptor, over.set)
            before = process_time()
            devices.begin()
            await over.wait()
            loop.remove_reader(devices.descriptor)
            used = process_time() - before
            told = devices.told()
            until = clock.now() + round(ARRIVED_WITHIN_S * SECOND)
            while clock.now() < until and any(
                link.stats.bytes_received < each.written for link, each in zip(links, told, strict=True)
            ):
                await clock.sleep_until(clock.now() + SECOND // 100)
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running)
    said = lost = wanted = missing = 0
    taken: list[float] = []
    for name, link, sink, each in zip(names, links, sinks, told, strict=True):
        bytes_said = sum(len(saying.chunk) for saying in script(name, LENGTH_S))
        due = list(expected(name))
        here = sum(got == reading for (_, reading), got in zip(due, sink.readings, strict=False))
        said, lost = said + bytes_said, lost + bytes_said - link.stats.bytes_received
        wanted, missing = wanted + len(due), missing + len(due) - here
        if here == len(due) == len(sink.readings):
            taken += [moment - each.moments[number] for (number, _), moment in zip(due, sink.moments, strict=True)]
    return Run(used, said, lost, wanted, missing, taken)


def decoders() -> None:
    """How many devices of each driver one core decodes.

    A driver without an emulator reads its clean capture, each reading of it taken for one nominal interval.
    """
    captured = {capture.driver: capture for capture in captures() if capture.folder.name == "clean"}
    for name, chosen in drivers().items():
        if name in emulators():
            source, options = "emulator", None
            chunks, length_s = [saying.chunk for saying in script(name, DECODED_S)], DECODED_S
        elif name in captured:
            source, options = "capture", captured[name].about.get("options")
            chunks = captured[name].input.splitlines(keepends=True)
            length_s = _decoded(fresh_decoder(name, options), chunks) * chosen.nominal_interval / SECOND
        else:
            not_measured("device_decoder", "devices", "no emulator and no clean capture", driver=name)
            continue
        spent = []
        for _ in range(REPEATS):
            decoder = fresh_decoder(name, options)
            before = process_time()
            readings = _decoded(decoder, chunks)
            spent.append(process_time() - before)
        devices = length_s / median(spent)
        goal = {"target": [KEPT_UP, None], "within": devices >= KEPT_UP}
        figure("device_decoder", devices, "devices", driver=name, bytes=source, readings=readings, **goal)


def _decoded(decoder: Any, chunks: Iterable[bytes]) -> int:
    """How many readings."""
    return sum(not isinstance(item, Fault) for chunk in chunks for item in decoder.feed(chunk))


def streams() -> None:
    """The share of a core that one stream takes, as one of a ward's and alone."""
    for name in STREAMS:
        for figure_name, count in (("device_stream", 16), ("device_stream_alone", 1)):
            run = asyncio.run(play([name] * count))
            share = run.processor_s / count / LENGTH_S * 100
            empty_s, _ = asyncio.run(wake_ups(len(script(name, LENGTH_S)) * count))
            empty = empty_s / count / LENGTH_S * 100
            told = {"driver": name, "streams": count, "seconds": LENGTH_S, "lost": run.lost, "missing": run.missing}
            goal = {"target": [0.0, SHARE_PERCENT], "within": share <= SHARE_PERCENT} if count > 1 else {}
            figure(figure_name, share, "%", **told, empty_loop=round(empty, 3), **goal)


async def wake_ups(times: int) -> tuple[float, list[float]]:
    """An event loop that only wakes up so often in `LENGTH_S`: its processor time, and how late it was each time.

    On a machine that is otherwise asleep, or in other hands, that is many times what the same steps cost in a row.
    """
    clock = SystemClock()
    late: list[float] = []
    start, before = clock.now(), process_time()
    for number in range(times):
        due = start + round(LENGTH_S * SECOND) * number // times
        await clock.sleep_until(due)
        late.append((clock.now() - due) / SECOND)
    return process_time() - before, late


def sixty_four() -> None:
    """Whether anything is lost of 64 streams."""
    names = [MIXED[number % len(MIXED)] for number in range(64)]
    run = asyncio.run(play(names))
    told = {"devices": len(names), "drivers": MIXED, "seconds": LENGTH_S}
    figure("device_lost_bytes", run.lost, "bytes", target=0, within=run.lost == 0, of=run.said, **told)
    figure("device_lost_readings", run.missing, "readings", target=0, within=run.missing == 0, of=run.wanted, **told)
    figure("device_core_share", run.processor_s / LENGTH_S * 100, "%", **told)


def latency() -> None:
    """How long a measurement takes from its last byte."""
    names = [MIXED[number % len(MIXED)] for number in range(16)]
    run = asyncio.run(play(names))
    _, late = asyncio.run(wake_ups(sum(len(script(name, LENGTH_S)) for name in names)))
    for percent in (50, 95, 99):
        if not run.taken_s:
            not_measured(f"device_latency_p{percent}", "ms", "no device's readings were all as they should be")
            continue
        taken_ms = percentile(run.taken_s, percent) * 1e3
        goal = {"target": [0.0, LATENCY_MS], "within": taken_ms <= LATENCY_MS} if percent == 99 else {}
        told = {
            "devices": len(names),
            "samples": len(run.taken_s),
            "empty_loop": round(percentile(late, percent) * 1e3, 3),
        }
        figure(f"device_latency_p{percent}", taken_ms, "ms", **told, **goal)


def main() -> None:
    """Print the figures."""
    decoders()
    streams()
    sixty_four()
    latency()


if __name__ == "__main__":
    main()
