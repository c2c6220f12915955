"""The order in which a probe opens, hears and speaks, over a wire in memory and a clock moved by hand."""

from __future__ import annotations

import asyncio

import pytest

from adapters.driver import LineSettings, Parity
from adapters.probe.listen import ENOUGH, Probe, talks
from adapters.probe.score import Candidate, candidates
from adapters.registry import driver
from adapters.transports.contract import LinkLost, LinkUnavailable, Transport
from config.instant import SECOND
from simulator.emulator import emulators
from tests.adapters.captures import ROOT
from tests.adapters.probe.bench import EVERY, TURNS, Babble, Wire, named, probed
from tests.simulator.devices.still_body import StillBody
from tests.support.clock import ManualClock

FAST, SLOW, ODD = LineSettings(115200), LineSettings(4800), LineSettings(19200, Parity.ODD)
DF2 = (ROOT / "nonin-df2" / "clean" / "input.bin").read_bytes()
SILENT = Babble(lambda step: b"")
STRANGE = Babble(lambda step: b"\x55\xaa\x00\xff")


class Scripted:
    """A transport that gives its chunks and then is lost."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)

    async def open(self) -> None:
        """It stands."""

    async def receive(self) -> bytes:
        if not self.chunks:
            raise LinkLost("end of the capture")
        return self.chunks.pop(0)

    async def send(self, data: bytes) -> None:
        """Nobody listens."""

    async def close(self) -> None:
        """Nothing is held."""


class Absent(Scripted):
    async def open(self) -> None:
        raise LinkUnavailable("no such port")


def wire(device: object) -> tuple[Wire, ManualClock]:
    clock = ManualClock(turns=TURNS)
    return Wire(device, clock), clock  # type: ignore[arg-type]


async def on(transport: Transport) -> Probe:
    return Probe(
        lambda line: transport,
        [None],
        EVERY,
        ManualClock(),
        each=SECOND,
        tell=lambda line: None,
        show=lambda candidate, readings: None,
    )


async def test_a_device_that_speaks_is_named_without_a_word() -> None:
    device, clock = wire(emulators()["nonin-df2"].make(StillBody(), 1))
    shown: list[str] = []
    outcome = await probed(device, clock, lines=[SLOW, FAST], shown=shown)
    assert named(outcome) == ("nonin-df2",)
    assert (device.opened, device.heard) == (1, b"")
    assert shown[0] == "listening at 4800 8N1"
    assert shown.count("nonin-df2") >= 4, "decoded values are shown live"


async def test_a_silent_line_is_silent_at_every_speed() -> None:
    """Who talks is heard at any setting, if only as noise: the others are not waited for."""
    device, clock = wire(SILENT)
    outcome = await probed(device, clock, lines=[SLOW, FAST, ODD], speak=False)
    assert outcome.silent
    assert outcome.found is None
    assert [each.line for each in outcome.tries] == [SLOW]


async def test_what_is_not_understood_is_listened_to_at_every_speed() -> None:
    device, clock = wire(STRANGE)
    outcome = await probed(device, clock, lines=[SLOW, FAST, ODD], speak=False)
    assert [each.line for each in outcome.tries] == [SLOW, FAST, ODD]
    assert not outcome.silent
    assert device.heard == b"", "listen-only sends nothing at all"


async def test_each_dialogue_is_spoken_at_its_own_settings_and_the_port_opened_once_for_all_of_them() -> None:
    device, clock = wire(SILENT)
    outcome = await probed(device, clock, each=SECOND, lines=[LineSettings(9600), SLOW, ODD])
    asked = [(each.line, each.spoken.driver.name) for each in outcome.tries if each.spoken is not None]
    assert (LineSettings(9600), "ge-dinamap") in asked
    assert (LineSettings(9600), "suntech-advantage") in asked
    assert (SLOW, "par-nibp") in asked
    assert (ODD, "contec-5byte") in asked
    assert (SLOW, "ge-dinamap") not in asked
    assert device.opened == 1 + 3


async def test_where_none_of_its_own_settings_is_tried_a_dialogue_is_spoken_at_what_there_is() -> None:
    """The URL names the speed: the cuff may be set to it."""
    device, clock = wire(emulators()["par-nibp"].make(StillBody(), 1))
    outcome = await probed(device, clock, lines=[ODD])
    assert named(outcome) == ("par-nibp",)
    assert outcome.found is not None
    assert outcome.found.spoken == Candidate(driver("par-nibp"))


async def test_a_unit_that_waits_is_woken_and_says_by_what() -> None:
    device, clock = wire(emulators()["contec-5byte/waits"].make(StillBody(), 1))
    outcome = await probed(device, clock)
    assert outcome.found is not None
    assert outcome.found.spoken is not None
    assert outcome.found.spoken.table == {"wake": True}


async def test_a_device_that_is_understood_is_not_listened_to_for_ever() -> None:
    """Who gives a cuff 90 s waits for its record, and a few seconds more."""
    device, clock = wire(emulators()["nonin-df2"].make(StillBody(), 1))
    await probed(device, clock, each=90 * SECOND)
    assert 5 * SECOND < clock.now() < 10 * SECOND
    device, clock = wire(SILENT)
    outcome = await probed(device, clock, each=90 * SECOND)
    asked = [each for each in outcome.tries if each.spoken is not None]
    assert clock.now() <= 90 * SECOND + len(asked) * 7 * SECOND, "nor are answers waited for as long"


async def test_words_are_said_once_whatever_the_options() -> None:
    device, clock = wire(SILENT)
    outcome = await probed(device, clock, each=SECOND)
    asked = [each.spoken.driver.name for each in outcome.tries if each.spoken is not None]
    assert len(asked) == len(set(asked))


def test_drivers_that_say_nothing_by_themselves_are_not_asked() -> None:
    """Nor is a Nonin's data format ever changed, which it would keep for good."""
    silent = {each.name for each in EVERY if not talks(each)}
    assert {"nonin-df1", "nonin-df2", "nonin-df8", "nonin-df13", "and-tm265x", "contec-5byte"} <= silent


async def test_a_converter_that_hangs_up_after_its_bytes_was_heard() -> None:
    outcome = await (await on(Scripted(DF2, DF2))).run(speak=False)
    assert named(outcome) == ("nonin-df2",)


async def test_a_line_that_is_lost_or_absent_is_told() -> None:
    with pytest.raises(LinkLost):
        await (await on(Scripted())).run(speak=True)
    with pytest.raises(LinkUnavailable):
        await (await on(Absent())).run(speak=True)


async def test_a_flood_ends_the_listening_early() -> None:
    flood = Scripted(*[bytes(ENOUGH // 4)] * 40)
    async with asyncio.timeout(60):
        outcome = await (await on(flood)).run(speak=False)
    assert len(outcome.tries[0].data) == ENOUGH
    assert outcome.found is None


async def test_nothing_to_try_is_unknown() -> None:
    device, clock = wire(SILENT)
    outcome = await probed(device, clock, tried=candidates([]), each=SECOND)
    assert outcome.found is None
    assert outcome.nearest is None
