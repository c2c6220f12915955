"""Contec's and BCI's packages of five bytes: the documents' own, and what tells the two apart."""

from __future__ import annotations

import pytest

from adapters.devices.contec_5byte import ContecOptions, WakeDialogue
from adapters.driver import LineSettings, Parity
from adapters.reading import Fault, OximeterReading, PlethChunk
from adapters.registry import build_options, driver
from config.instant import SECOND
from config.vocabulary import Flag
from tests.adapters.captures import decode

CONTEC = {
    "84 28 05 3C 62": (98, 60, set(), 40),
    "C6 57 4B 0C 5D": (93, 140, set(), 87),
    "80 40 50 7F 7F": (None, None, {Flag.NO_FINGER, Flag.OUT_OF_TRACK}, 64),
    "81 40 60 7F 7F": (None, None, {Flag.SEARCHING}, 64),
}
"""Printed in pulse-oximeters, section 9. In the third the strength is 0, too."""

BCI = {
    "87 32 05 48 62": (98, 72, set(), 50),
    "88 28 04 4B 61": (97, 75, set(), 40),
    "C6 57 4B 0C 5D": (93, 140, set(), 87),
    "90 00 50 7F 7F": (None, None, {Flag.OUT_OF_TRACK, Flag.NO_FINGER}, None),
}
"""Printed in section 12."""


@pytest.mark.parametrize(
    ("name", "printed", "told"),
    [("contec-5byte", *each) for each in CONTEC.items()] + [("bci-5byte", *each) for each in BCI.items()],
)
def test_printed_packages(name: str, printed: str, told: tuple[float | None, float | None, set[Flag], int]) -> None:
    """Three in a row, as the document asks for."""
    reading, pleth = decode(name, bytes.fromhex(printed) * 3)
    assert isinstance(reading, OximeterReading)
    assert isinstance(pleth, PlethChunk)
    assert (reading.spo2, reading.pulse_rate, set(reading.flags), pleth.samples[0]) == told


@pytest.mark.parametrize(
    ("options", "flags"),
    [({}, {Flag.OUT_OF_TRACK}), ({"strength": "trusted"}, {Flag.OUT_OF_TRACK}), ({"strength": "ignored"}, set())],
)
@pytest.mark.parametrize(
    ("name", "package"), [("contec-5byte", "80 28 05 3C 62"), ("contec-v7", "01 E0 80 B3 96 BC E2")]
)
def test_strength_0_of_a_clone_that_never_fills_it_in(
    name: str, package: str, options: dict[str, str], flags: set[Flag]
) -> None:
    """Signal lost by the mapping table, unless the site says that this unit always sends 0; the numbers stand."""
    decoder = driver(name).decoder(build_options(driver(name), options))
    packages = bytes.fromhex(package).ljust(9 if name == "contec-v7" else 5, b"\xff") * 3
    (reading,) = (item for item in [*decoder.feed(packages), *decoder.finish()] if isinstance(item, OximeterReading))
    assert (reading.spo2, reading.pulse_rate, set(reading.flags)) == (98, 60, flags)


def test_fewer_than_three_are_no_link() -> None:
    assert all(isinstance(item, Fault) for item in decode("contec-5byte", bytes.fromhex("8428053C62") * 2))


@pytest.mark.parametrize(
    ("package", "contec", "bci"),
    [
        ("A4 28 05 3C 62", (98, set()), (None, {Flag.SENSOR_OFF})),
        ("94 28 05 3C 62", (None, {Flag.SEARCHING}), (None, {Flag.OUT_OF_TRACK})),
        ("80 28 05 3C 62", (98, {Flag.OUT_OF_TRACK}), (98, set())),
        ("84 28 25 3C 62", (None, {Flag.SEARCHING}), (None, {Flag.SEARCHING})),
        ("84 28 15 3C 62", (None, {Flag.NO_FINGER}), (None, {Flag.NO_FINGER})),
    ],
)
def test_the_same_bytes_mean_other_things(
    package: str, contec: tuple[float | None, set[Flag]], bci: tuple[float | None, set[Flag]]
) -> None:
    """Numbers that are still there beside a bad status are not told."""
    for name, told in (("contec-5byte", contec), ("bci-5byte", bci)):
        (reading,) = (item for item in decode(name, bytes.fromhex(package) * 3) if isinstance(item, OximeterReading))
        assert (reading.spo2, set(reading.flags)) == told


@pytest.mark.parametrize(
    ("package", "told"),
    [
        ("84 28 05 00 62", (98, None)),
        ("84 28 45 7F 62", (98, None)),
        ("84 28 45 7E 62", (98, 254)),
        ("84 28 05 3C 00", (None, 60)),
        ("84 28 05 3C 65", (None, 60)),
        ("84 28 05 3C 64", (100, 60)),
    ],
)
def test_sentinels_are_no_numbers(package: str, told: tuple[float | None, float | None]) -> None:
    for name in ("contec-5byte", "bci-5byte"):
        (reading,) = (item for item in decode(name, bytes.fromhex(package) * 3) if isinstance(item, OximeterReading))
        assert (reading.spo2, reading.pulse_rate) == told


def test_the_next_package_is_found_within_one() -> None:
    """A byte lost or added spoils its own package alone."""
    good = bytes.fromhex("8428053C62")
    for broken in (good[:3], good[1:], good + b"\x05"):
        items = decode("contec-5byte", good * 6 + broken + good * 6)
        chunks = [item for item in items if isinstance(item, PlethChunk)]
        assert sum(sample == 40 for chunk in chunks for sample in chunk.samples) >= 12
        assert sum(item.discarded for item in items if isinstance(item, Fault)) == len(broken) % 5


def test_lines() -> None:
    """Contec has a parity bit, at the working programs' speed first; BCI's speed is not known."""
    contec, bci = driver("contec-5byte"), driver("bci-5byte")
    assert contec.line == LineSettings(19200, Parity.ODD)
    assert contec.other_lines == (LineSettings(4800, Parity.ODD),)
    assert bci.line == LineSettings(115200)
    assert bci.other_lines == (LineSettings(9600), LineSettings(4800))


@pytest.mark.parametrize("rate_hz", [50, 60])
def test_a_slow_bci_unit(rate_hz: int) -> None:
    (_, pleth) = decode("bci-5byte", bytes.fromhex("8732054862") * 10, options={"rate_hz": rate_hz})
    assert isinstance(pleth, PlethChunk)
    assert pleth.rate_hz == rate_hz


def test_nothing_is_sent_unless_the_site_says_so() -> None:
    dialogue = WakeDialogue(ContecOptions())
    assert (dialogue.opened(0), dialogue.next_deadline()) == (b"", None)
    assert dialogue.on_reading(OximeterReading(0, 97.0, 72.0), 1) == b""
    assert dialogue.next_deadline() is None


def test_a_unit_that_sleeps_is_woken_every_two_seconds() -> None:
    """And left alone while it speaks."""
    dialogue = WakeDialogue(ContecOptions(wake=True))
    assert dialogue.next_deadline() is None
    assert dialogue.opened(0) == b"\x00"
    assert dialogue.next_deadline() == 2 * SECOND
    assert dialogue.tick(2 * SECOND) == b"\x00"
    assert dialogue.on_reading(OximeterReading(0, 97.0, 72.0), 3 * SECOND) == b""
    assert dialogue.next_deadline() == 5 * SECOND
    assert dialogue.request_measurement(0) + dialogue.cancel_measurement(0) == b""
