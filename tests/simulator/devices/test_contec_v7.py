"""The V7.0 emulator against the tables of pulse-oximeters, section 10."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import SECOND
from simulator.devices.contec_v7 import ContecV7, Live, pack, pack_command
from tests.simulator.devices.still_body import StillBody

START, STOP, STILL_HERE = pack_command(0xA1), pack_command(0xA2), pack_command(0xAF)


def packages_of(stream: bytes) -> list[bytes]:
    """The stream cut before each byte with bit 7 clear."""
    starts = [at for at, byte in enumerate(stream) if not byte & 0x80]
    assert not stream or starts[0] == 0
    return [stream[a:b] for a, b in pairwise([*starts, len(stream)])]


def streaming(body: StillBody, **quirks: bool) -> ContecV7:
    device = ContecV7(body, **quirks)  # type: ignore[arg-type]
    device.receive(START)
    return device


@pytest.mark.parametrize(
    ("printed", "code", "data"),
    [
        ("7D 81 A1 80 80 80 80 80 80", 0xA1, ()),
        ("7D 81 AF 80 80 80 80 80 80", 0xAF, ()),
        ("7D 81 A2 80 80 80 80 80 80", 0xA2, ()),
        ("7D 81 B2 94 9A 8B 96 80 80", 0xB2, (20, 26, 11, 22, 0)),
        ("7D 81 B1 8E 9E 8F 80 80 80", 0xB1, (14, 30, 15)),
    ],
)
def test_printed_commands(printed: str, code: int, data: tuple[int, ...]) -> None:
    assert pack_command(code, *data) == bytes.fromhex(printed)


@pytest.mark.parametrize(
    ("printed", "kind", "data"),
    [
        ("04 80 F5 F3 E5 F2 A0 A0 A0", 0x04, b"user   "),
        ("0C 80", 0x0C, b""),
        ("0B 81 B3 85", 0x0B, b"\xb3\x05"),
        ("0D 80 81", 0x0D, b"\x01"),
        ("0F 80 E1 C1 E1 C2 E2 C0", 0x0F, bytes((97, 65, 97, 66, 98, 64))),
        ("09 82 E1 8C D9 81", 0x09, bytes((97, 140, 345 & 255, 345 >> 8))),
        ("08 80 80 80 8F D0 81 80", 0x08, bytes((0, 0)) + (86031).to_bytes(4, "little")),
    ],
)
def test_printed_answers(printed: str, kind: int, data: bytes) -> None:
    assert pack(kind, *data) == bytes.fromhex(printed)


@pytest.mark.parametrize(
    ("printed", "fields"),
    [
        ("01 E0 85 B3 96 C1 E1 FF FF", {"strength": 5, "wave": 51, "bar": 6, "pulse_rate": 65, "spo2": 97}),
        ("01 E0 84 93 92 BC E3 FF FF", {"strength": 4, "wave": 19, "bar": 2, "pulse_rate": 60, "spo2": 99}),
        (
            "01 E0 C4 C1 98 BC E3 FF FF",
            {"strength": 4, "wave": 65, "bar": 8, "pulse_rate": 60, "spo2": 99, "beep": True},
        ),
        (
            "01 88 C6 D7 8B 8C DD D9 81",
            {
                "beep": True,
                "strength": 6,
                "wave": 87,
                "bar": 11,
                "pulse_rate": 140,
                "spo2": 93,
                "perfusion": 345,
                "perfusion_invalid": False,
            },
        ),
        ("01 E9 80 C0 90 FF FF FF FF", {"strength": 0, "wave": 64, "probe_error": True}),
        ("01 EA 81 C0 90 FF FF FF FF", {"strength": 1, "wave": 64, "searching": True}),
    ],
)
def test_printed_live_packages(printed: str, fields: dict[str, int]) -> None:
    assert Live(**fields).encode() == bytes.fromhex(printed)  # type: ignore[arg-type]


def test_silent_until_asked() -> None:
    device = ContecV7(StillBody())
    assert device.advance(10 * SECOND) == b""
    device.receive(START)
    assert len(packages_of(device.advance(10 * SECOND))) == 600
    device.receive(STOP)
    assert packages_of(device.advance(SECOND)) == [b"\x0c\x80"]


def test_it_stops_when_nobody_says_still_here() -> None:
    """60 s by default, since no document says; A1 or AF begin that time anew."""
    device = streaming(StillBody())
    device.advance(50 * SECOND)
    device.receive(STILL_HERE)
    assert len(packages_of(device.advance(60 * SECOND))) == 60 * 60
    assert device.advance(10 * SECOND) == b""
    device.receive(STILL_HERE)
    assert device.advance(SECOND) == b""
    device.receive(START)
    assert device.advance(SECOND) != b""
    short = ContecV7(StillBody(), silenced_after=10 * SECOND)
    short.receive(START)
    assert len(packages_of(short.advance(30 * SECOND))) == 600


def test_the_rate_whatever_the_steps() -> None:
    at_once = streaming(StillBody()).advance(10 * SECOND)
    device = streaming(StillBody())
    stepwise = b"".join(device.advance(step) for step in [1, 999_999, 13_333, 486_667, *[50_000] * 170])
    assert stepwise == at_once


@given(
    spo2=st.none() | st.floats(0, 110),
    pulse_rate=st.none() | st.floats(0, 600),
    perfusion_index=st.none() | st.floats(0, 40),
    sensor_off=st.booleans(),
    finger_out=st.booleans(),
    low_perfusion=st.booleans(),
)
def test_every_package_is_well_formed(
    spo2: float | None,
    pulse_rate: float | None,
    perfusion_index: float | None,
    sensor_off: bool,
    finger_out: bool,
    low_perfusion: bool,
) -> None:
    """For any body, even an impossible one."""
    body = StillBody()
    body.show(
        spo2=spo2,
        pulse_rate=pulse_rate,
        perfusion_index=perfusion_index,
        sensor_off=sensor_off,
        finger_out=finger_out,
        low_perfusion=low_perfusion,
    )
    for package in packages_of(streaming(body, perfusion_index=True).advance(SECOND)):
        assert package[0] == 1
        assert len(package) == 9


def test_without_a_finger() -> None:
    """Probe error, wave 40, no values: the high-bits byte E9 of the document."""
    body = StillBody()
    body.show(finger_out=True, spo2=None, pulse_rate=None)
    assert packages_of(streaming(body).advance(SECOND))[-1] == bytes.fromhex("01E980C090FFFFFFFF")


def test_searching_and_then_too_long() -> None:
    body = StillBody()
    body.show(spo2=None, pulse_rate=None)
    device = streaming(body)
    package = packages_of(device.advance(SECOND))[-1]
    assert (package[1] & 0x02, package[2] & 0x10) == (0x02, 0)
    package = packages_of(device.advance(10 * SECOND))[-1]
    assert (package[1] & 0x02, package[2] & 0x10) == (0x02, 0x10)


def test_two_packages_of_each_beat_beep() -> None:
    body = StillBody()
    body.show(pulse_rate=150.0)
    packages = packages_of(streaming(body).advance(60 * SECOND))
    assert 298 <= sum(package[2] >> 6 & 1 for package in packages) <= 300
    assert packages[-1][1] & 0x08


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (0xA7, "0C 80"),
        (0xA2, "0C 80"),
        (0xAA, "04 80 F5 F3 E5 F2 A0 A0 A0"),
        (0xAB, "05 80 80 F5 F3 E5 F2 A0 A0"),
        (0xAC, "0E 80 81"),
        (0xAD, "10 80 81"),
        (0xB0, "11 80 81 81 80 80 80 80 80"),
        (0xB1, "0B 81 B1 80"),
        (0xB2, "0B 81 B2 80"),
        (0xB3, "0B 81 B3 85"),
        (0xAF, ""),
    ],
)
def test_answers(asked: int, answer: str) -> None:
    """As in the recording and the table; an unknown command is "not supported"."""
    device = ContecV7(StillBody())
    device.receive(pack_command(asked))
    assert device.advance(0) == bytes.fromhex(answer)


def test_commands_arrive_cut_anywhere_and_between_garbage() -> None:
    device = ContecV7(StillBody())
    for byte in b"\x00\xff\x7d\x81" + START:
        device.receive(bytes((byte,)))
    assert device.streaming


def test_a_unit_that_does_not_answer() -> None:
    device = ContecV7(StillBody())
    device.answers = False
    device.receive(STOP)
    assert device.advance(SECOND) == b""


def test_switched_off_at_the_device() -> None:
    device = streaming(StillBody())
    device.advance(SECOND)
    device.switch_off()
    assert device.advance(SECOND) == bytes.fromhex("0D8081")
