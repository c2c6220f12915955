"""Whether a probe names the right family: for every emulator, every real capture, and noise. The matrix is printed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable

import pytest

from adapters.probe.score import judge, score_all
from adapters.registry import drivers
from config.instant import SECOND
from simulator.emulator import CuffEmulator, Emulator, emulators
from tests.adapters.captures import SHARED, captures
from tests.adapters.probe.bench import EVERY, TURNS, Babble, Echo, Wire, named, probed
from tests.simulator.devices.still_body import StillBody
from tests.support.clock import ManualClock

START = 1_000 * SECOND
ONE_MEASUREMENT = 90 * SECOND

CHANCE = random.Random(2026)
HUM = b"mains hum 50 Hz, the quick brown fox jumps over the lazy dog 0123456789\r\n"
NMEA = (
    b"$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76\r\n"
    b"$GPGSA,A,3,10,07,05,02,29,04,08,13,,,,,1.72,1.03,1.38*0A\r\n"
    b"$GPRMC,092750.000,A,5321.6802,N,00630.3372,W,0.02,31.66,280511,,,A*43\r\n"
)
NOISE = {
    "silence": b"",
    "one byte": b"\x00",
    "zeros": bytes(6000),
    "ones": b"\xff" * 6000,
    "a square wave": b"\x55\xaa" * 3000,
    "random, a few": CHANCE.randbytes(40),
    "random, 9600 baud": CHANCE.randbytes(6_000),
    "random, 115200 baud": CHANCE.randbytes(20_000),
    "random without bit 7": bytes(each & 0x7F for each in CHANCE.randbytes(6000)),
    "random with bit 7": bytes(each | 0x80 for each in CHANCE.randbytes(6000)),
    "text": HUM * 60,
    "random digits": b"".join(b"%d,%d\r\n" % (CHANCE.randrange(200), CHANCE.randrange(200)) for _ in range(800)),
    "somebody's NMEA": NMEA * 30,
    "a modem": b"\r\nRING\r\n\r\nNO CARRIER\r\nOK\r\n" * 40,
    "a log": b"[  12.345678] usb 1-1: new full-speed USB device number 4 using xhci_hcd\r\n" * 50,
}
RECORDINGS = {
    "nonin-ipod-df2-one-packet.bin": "nonin-df2",
    "contec-cms50dplus-v46-session.txt": "contec-v7",
    "masimo-rad7-color-ascii1.txt": "masimo-ascii1",
    "nellcor-n560-ascii.txt": "nellcor-ascii",
}
CUFF_MAKES = {
    "par": "par-nibp",
    "suntech": "suntech-advantage",
    "and": "and-tm265x",
    "dinamap": "ge-dinamap",
    "berry": "pm6750",
    "omron9020": "delimited-cuff",
    "omron9030": "delimited-cuff",
    "terumo": "delimited-cuff",
}
"""How the ids of the collected frames begin, and who reads them; the others have no driver."""


class Matrix:
    """Rows of what was offered, what it is, and what it was called."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, tuple[str, ...]]] = []

    def add(self, offered: str, wanted: str, called: Iterable[str]) -> None:
        self.rows.append((offered, wanted, tuple(called)))

    @staticmethod
    def right(wanted: str, called: tuple[str, ...]) -> bool:
        """The driver itself; one that cannot be told from others of its family may be named among them."""
        if not wanted or len(called) < 2:
            return called == ((wanted,) if wanted else ())
        known = drivers()
        return wanted in called and bool(known[wanted].family) and len({known[each].family for each in called}) == 1

    def check(self) -> None:
        assert self.rows
        wrong = [row for row in self.rows if not self.right(*row[1:])]
        if wrong:
            pytest.fail("\n" + "\n".join(self._lines()), pytrace=False)

    def _lines(self) -> Iterable[str]:
        for offered, wanted, called in self.rows:
            mark = " " if self.right(wanted, called) else "X"
            yield f"{mark} {offered:36} {wanted or 'unknown':18} -> {' or '.join(called) or 'unknown'}"


def called(heard: bytes) -> tuple[str, ...]:
    """What bytes without their device are called."""
    verdict = judge(score_all(EVERY, heard))
    if verdict.best is None:
        return ()
    return tuple(each.candidate.driver.name for each in (verdict.best, *verdict.twins))


async def call(emulator: Emulator) -> tuple[tuple[str, ...], bool]:
    """What the device is called, and whether its cuff was inflated unasked; the options found must read it.

    Where it is silent, whoever probes is told to press the button of a cuff; so a spot check is waited for, too.
    """
    clock = ManualClock(START, turns=TURNS)
    wire = Wire(emulator.make(StillBody(), 1), clock)
    outcome = await probed(wire, clock)
    inflated = wire.inflated
    if outcome.found is None and outcome.silent:
        if isinstance(wire.device, CuffEmulator):
            wire.device.press_start()
        outcome = await probed(wire, clock, each=ONE_MEASUREMENT, speak=False)
    best = outcome.found.verdict.best if outcome.found is not None else None
    if best is not None and best.candidate.driver.name == emulator.driver:
        assert emulator.options.items() <= best.candidate.table.items(), emulator.name
    return named(outcome), inflated


async def test_every_emulated_device_is_named_and_no_cuff_inflates() -> None:
    matrix = Matrix()
    inflated = []
    for name, emulator in emulators().items():
        names, squeezed = await call(emulator)
        matrix.add(name, emulator.driver, names)
        inflated += [name] * squeezed
    matrix.check()
    assert inflated == []


async def test_a_cuff_whose_button_was_pressed_is_named_by_listening() -> None:
    matrix = Matrix()
    for name, emulator in emulators().items():
        clock = ManualClock(START, turns=TURNS)
        wire = Wire(emulator.make(StillBody(), 1), clock)
        if isinstance(wire.device, CuffEmulator) and name not in ("ge-dinamap", "suntech-advantage", "pm6750"):
            wire.device.press_start()
            matrix.add(name, emulator.driver, named(await probed(wire, clock, each=ONE_MEASUREMENT, speak=False)))
            assert wire.heard == b""
    matrix.check()


def test_every_real_recording_is_named() -> None:
    folder = SHARED / "oximeters"
    if not folder.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    matrix = Matrix()
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".bin", ".txt"):
            continue
        heard = path.read_bytes()
        if path.name.startswith("contec"):
            lines = heard.decode().splitlines()
            heard = b"".join(bytes.fromhex(line[3:]) for line in lines if line.startswith("RX"))
        matrix.add(path.name, RECORDINGS[path.name], called(heard))
    matrix.check()


def test_every_family_of_collected_cuff_frames_is_named() -> None:
    """Those without a driver are unknown, and no single frame of any family is ever called another's."""
    path = SHARED / "nibp-mqtt-hl7" / "nibp-serial.json"
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    entries = [each for each in json.loads(path.read_text("utf-8")) if each["direction"] == "device>host"]
    matrix = Matrix()
    for make in dict.fromkeys(each["id"].partition("-")[0] for each in entries):
        frames = {each["id"]: bytes.fromhex(each["hex"]) for each in entries if each["id"].startswith(f"{make}-")}
        wanted = CUFF_MAKES.get(make, "")
        whole = b"".join(each for name, each in frames.items() if "bad" not in name)
        matrix.add(make, wanted, called(whole))
        for name, frame in frames.items():
            alone = called(frame)
            matrix.add(name, wanted if alone else "", alone)
    matrix.check()


def test_every_clean_capture_is_named() -> None:
    """Of message drivers there are no bytes on a line."""
    matrix = Matrix()
    for capture in captures():
        if capture.folder.name == "clean" and not drivers()[capture.driver].messages:
            matrix.add(capture.name, capture.driver, called(capture.input))
    matrix.check()


def test_noise_is_unknown() -> None:
    matrix = Matrix()
    for name, heard in NOISE.items():
        matrix.add(name, "", called(heard))
    for seed in range(24):
        chance = random.Random(seed)
        matrix.add(f"random {seed}", "", called(chance.randbytes(chance.randrange(4, 3000))))
    matrix.check()


async def test_what_is_no_device_is_unknown_after_every_question_too() -> None:
    matrix = Matrix()
    chance = random.Random(7)
    devices = {
        "an echo": Echo(),
        "nothing": Babble(lambda step: b""),
        "random": Babble(lambda step: chance.randbytes(48)),
        "text": Babble(lambda step: HUM if step % 20 == 0 else b""),
        "somebody's NMEA": Babble(lambda step: NMEA if step % 20 == 0 else b""),
        "an answer to nothing": Babble(lambda step: b"\x15" if step % 20 == 0 else b""),
    }
    for name, device in devices.items():
        clock = ManualClock(START, turns=TURNS)
        matrix.add(name, "", named(await probed(Wire(device, clock), clock)))
    matrix.check()
