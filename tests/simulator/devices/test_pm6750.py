"""The emulated PM6750 speaks as the document says."""

from __future__ import annotations

import pytest

from config.instant import MINUTE, SECOND
from config.vocabulary import CuffError
from simulator.devices.pm6750 import Pm6750, framed
from tests.simulator.devices.still_body import StillBody

START, STOP = bytes.fromhex("55 AA 04 02 01 F8"), bytes.fromhex("55 AA 04 02 00 F9")
SPO2_ON, PLETH_ON = bytes.fromhex("55 AA 04 03 01 F7"), bytes.fromhex("55 AA 04 FE 01 FC")


def frames(data: bytes, kind: int) -> list[bytes]:
    """The data of every frame of one type."""
    found = []
    while data:
        assert data[:2] == b"\x55\xaa"
        length = 2 + data[2]
        assert data[:length] == framed(data[3], data[4 : length - 1])
        if data[3] == kind:
            found.append(data[4 : length - 1])
        data = data[length:]
    return found


@pytest.mark.parametrize(
    ("kind", "data", "printed"),
    [
        (0x02, b"\x01", "55 AA 04 02 01 F8"),
        (0x03, b"\x04\x48\x00\x00\x00", "55 AA 08 03 04 48 00 00 00 A8"),
        (0x03, b"\x00\x00\x78\x5d\x50", "55 AA 08 03 00 00 78 5D 50 CF"),
        (0x04, b"\x00\x62\x4b", "55 AA 06 04 00 62 4B 48"),
    ],
)
def test_printed_frames(kind: int, data: bytes, printed: str) -> None:
    assert framed(kind, data) == bytes.fromhex(printed)


def test_silent_until_outputs_are_enabled() -> None:
    device = Pm6750(StillBody())
    assert device.advance(10 * MINUTE) == b""
    device.receive(SPO2_ON)
    said = device.advance(3 * SECOND)
    assert frames(said, 0x04) == [bytes((0, 97, 72))] * 3
    assert [each[0] >> 2 & 15 for each in frames(said, 0x03)] == [10] * 3
    assert not device.measuring


def test_one_measurement() -> None:
    device = Pm6750(StillBody())
    device.receive(SPO2_ON + START)
    statuses = frames(device.advance(MINUTE), 0x03)
    states = [each[0] >> 2 & 15 for each in statuses]
    assert states == [1] * states.count(1) + [0] * states.count(0)
    assert states.count(1) > 100
    assert max(each[1] for each in statuses) == 80
    assert statuses[-1][2:] == bytes((128, 95, 78))


def test_the_target_holds_for_one_start() -> None:
    device = Pm6750(StillBody())
    device.receive(bytes.fromhex("55 AA 04 0A 64") + bytes((~(4 + 10 + 100) & 255,)) + START)
    assert max(each[1] for each in frames(device.advance(10 * SECOND), 0x03)) == 100
    device.receive(STOP)
    device.advance(20 * SECOND)
    device.receive(START)
    assert max(each[1] for each in frames(device.advance(10 * SECOND), 0x03)) == 80


def test_patient_mode_and_stop() -> None:
    device = Pm6750(StillBody())
    device.receive(bytes.fromhex("55 AA 04 09 03 EF") + SPO2_ON + START)
    device.advance(5 * SECOND)
    device.receive(STOP)
    assert not device.measuring
    (status,) = frames(device.advance(SECOND), 0x03)
    assert (status[0] & 3, status[0] >> 2 & 15) == (2, 2)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (CuffError.OVERPRESSURE, 3),
        (CuffError.CUFF, 4),
        (CuffError.TIMEOUT, 5),
        (CuffError.DEVICE, 6),
        (CuffError.MOTION, 7),
        (CuffError.WEAK_SIGNAL, 8),
    ],
)
def test_failures(error: CuffError, state: int) -> None:
    body = StillBody()
    body.show(systolic=None, diastolic=None, mean=None, cuff_error=error)
    device = Pm6750(body)
    device.receive(START)
    status = frames(device.advance(MINUTE), 0x03)[-1]
    assert (status[0] >> 2 & 15, status[2:]) == (state, b"\0\0\0")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sensor_off": True, "spo2": None, "pulse_rate": None}, 1),
        ({"finger_out": True, "spo2": None, "pulse_rate": None}, 2),
        ({"spo2": None, "pulse_rate": None}, 3),
    ],
)
def test_probe(changes: dict[str, object], status: int) -> None:
    body = StillBody()
    body.show(**changes)
    device = Pm6750(body)
    device.receive(SPO2_ON)
    assert frames(device.advance(SECOND), 0x04) == [bytes((status, 0x7F, 0xFF))]


def test_pleth() -> None:
    device = Pm6750(StillBody())
    device.receive(PLETH_ON)
    assert len(frames(device.advance(2 * SECOND), 0xFE)) == 100


def test_noise_inflates_nothing() -> None:
    device = Pm6750(StillBody())
    device.receive(START[:-1] + b"\x00" + b"\x55" + framed(0x77, b"\x01") + bytes(range(256)))
    assert (device.measuring, device.rejected) == (False, 2)
