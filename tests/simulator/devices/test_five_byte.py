"""The emulators of five-byte packages against the tables of pulse-oximeters, sections 9 and 12."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import SECOND
from simulator.devices.five_byte import Bci5Byte, Contec5Byte, FiveByte, Package
from simulator.emulator import emulators
from tests.simulator.devices.still_body import StillBody

MAKES = [Contec5Byte, Bci5Byte]


def packages_of(stream: bytes) -> list[bytes]:
    """The stream cut into packages; bit 7 is set in the first byte of each and nowhere else."""
    packages = [stream[start : start + 5] for start in range(0, len(stream), 5)]
    for package in packages:
        assert [byte >> 7 for byte in package] == [1, 0, 0, 0, 0]
    return packages


@pytest.mark.parametrize(
    ("printed", "fields"),
    [
        ("84 28 05 3C 62", {"strength": 4, "pleth": 40, "bar": 5, "pulse_rate": 60, "spo2": 98}),
        ("C6 57 4B 0C 5D", {"beep": True, "strength": 6, "pleth": 87, "bar": 11, "pulse_rate": 140, "spo2": 93}),
        ("80 40 50 7F 7F", {"strength": 0, "pleth": 64, "bit_4_of_3": True}),
        ("81 40 60 7F 7F", {"strength": 1, "pleth": 64, "bit_5_of_3": True}),
        ("87 32 05 48 62", {"strength": 7, "pleth": 50, "bar": 5, "pulse_rate": 72, "spo2": 98}),
        ("88 28 04 4B 61", {"strength": 8, "pleth": 40, "bar": 4, "pulse_rate": 75, "spo2": 97}),
        ("90 00 50 7F 7F", {"strength": 0, "bit_4_of_1": True, "bit_4_of_3": True}),
    ],
)
def test_printed_packages(printed: str, fields: dict[str, int]) -> None:
    assert Package(**fields).encode() == bytes.fromhex(printed)  # type: ignore[arg-type]


@pytest.mark.parametrize(("make", "rate"), [(Contec5Byte, 60), (Bci5Byte, 100)])
def test_the_rate_whatever_the_steps(make: type[FiveByte], rate: int) -> None:
    at_once = make(StillBody()).advance(10 * SECOND)  # type: ignore[call-arg]
    device = make(StillBody())  # type: ignore[call-arg]
    stepwise = b"".join(device.advance(step) for step in [1, 999_999, 13_333, 486_667, *[50_000] * 170])
    assert len(packages_of(at_once)) == 10 * rate
    assert stepwise == at_once


@given(
    spo2=st.none() | st.floats(0, 110),
    pulse_rate=st.none() | st.floats(0, 600),
    sensor_off=st.booleans(),
    finger_out=st.booleans(),
    low_perfusion=st.booleans(),
)
def test_every_package_is_well_formed(
    spo2: float | None, pulse_rate: float | None, sensor_off: bool, finger_out: bool, low_perfusion: bool
) -> None:
    """For any body, even an impossible one."""
    body = StillBody()
    body.show(
        spo2=spo2, pulse_rate=pulse_rate, sensor_off=sensor_off, finger_out=finger_out, low_perfusion=low_perfusion
    )
    for make in MAKES:
        for package in packages_of(make(body).advance(2 * SECOND)):
            assert package[0] & 0x0F <= 8
            assert package[4] <= 100 or package[4] == 127


def test_contec_without_a_finger() -> None:
    """Probe error, wave 64, no values: 255 and 127."""
    body = StillBody()
    body.show(finger_out=True, spo2=None, pulse_rate=None)
    assert packages_of(Contec5Byte(body).advance(SECOND))[-1] == bytes.fromhex("8040507F7F")


def test_contec_searching_and_then_too_long() -> None:
    body = StillBody()
    body.show(spo2=None, pulse_rate=None)
    device = Contec5Byte(body)
    assert packages_of(device.advance(SECOND))[-1][0] & 0x10 == 0
    package = packages_of(device.advance(10 * SECOND))[-1]
    assert (package[0] & 0x10, package[2] & 0x20) == (0x10, 0x20)


def test_bci_says_unplugged_where_contec_says_dropping() -> None:
    body = StillBody()
    body.show(sensor_off=True, spo2=None, pulse_rate=None)
    package = packages_of(Bci5Byte(body).advance(SECOND))[-1]
    assert (package[0] & 0x30, package[1], package[2] & 0x30) == (0x30, 0, 0)
    body.show(sensor_off=False, finger_out=True)
    assert packages_of(Bci5Byte(body).advance(SECOND))[-1] == bytes.fromhex("9000507F7F")
    body.show(finger_out=False)
    package = packages_of(Bci5Byte(body).advance(SECOND))[-1]
    assert (package[0] & 0x10, package[2] & 0x20) == (0x10, 0x20)


@pytest.mark.parametrize("make", MAKES)
def test_one_beep_per_beat(make: type[FiveByte]) -> None:
    """A rate above 127 needs its high bit."""
    body = StillBody()
    body.show(pulse_rate=150.0)
    packages = packages_of(make(body).advance(60 * SECOND))  # type: ignore[call-arg]
    beeps = [package[0] >> 6 & 1 for package in packages]
    rises = sum(now > before for before, now in pairwise(beeps))
    assert 149 <= rises <= 150
    assert ((packages[-1][2] & 0x40) << 1 | packages[-1][3]) == 150


def test_some_units_wait_for_a_byte() -> None:
    device = Contec5Byte(StillBody(), waits=True)
    assert device.advance(SECOND) == b""
    device.receive(b"")
    assert device.advance(SECOND) == b""
    device.receive(b"\x00")
    assert len(packages_of(device.advance(SECOND))) == 60


def test_what_is_offered() -> None:
    """A parity bit costs an eleventh bit."""
    offered = emulators()
    assert offered["contec-5byte"].bits_per_byte == 11
    assert offered["contec-5byte/4800"].make(StillBody(), 1).baud == 4800
    assert offered["bci-5byte"].make(StillBody(), 1).baud == 115200
