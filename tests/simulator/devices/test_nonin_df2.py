"""The Nonin DF2 emulator against the field tables of pulse-oximeters, section 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import SECOND, Duration
from simulator.devices.nonin import NoninDf2, Numerics, encode_frame, encode_packet
from tests.simulator.devices.still_body import StillBody

CAPTURES = Path(__file__).parents[3] / ".." / "shared" / "captures" / "oximeters"
PACKET: Duration = SECOND // 3 + 1
"""A little more than a packet takes, so that each call completes one."""


def frames_of(stream: bytes) -> list[bytes]:
    """The stream cut into its frames of five bytes."""
    assert len(stream) % 5 == 0
    return [stream[start : start + 5] for start in range(0, len(stream), 5)]


def packets_of(stream: bytes) -> list[list[bytes]]:
    """Whole packets, each beginning with SYNC."""
    frames = frames_of(stream)
    packets = [frames[start : start + 25] for start in range(0, len(frames) - 24, 25)]
    for packet in packets:
        assert [frame[1] & 0x01 for frame in packet] == [1] + [0] * 24
    return packets


def floats_of(packet: list[bytes]) -> list[int]:
    """FLOAT bytes, with an unused item in front so that the index is the vendor's frame number."""
    return [-1, *(frame[3] for frame in packet)]


def heart_rate(floats: list[int], number: int) -> int:
    """The 9-bit rate in frames `number` and the next."""
    return ((floats[number] & 0x03) << 7) | (floats[number + 1] & 0x7F)


def run(device: NoninDf2, duration: Duration) -> list[list[bytes]]:
    """The packets of `duration`, which must be whole seconds."""
    return packets_of(device.advance(duration))


def test_one_frame_as_printed() -> None:
    """First frame of the iPod packet: sum 82 over 01 81 00 00."""
    assert encode_frame(0x01, 0, 0) == bytes.fromhex("0181000082")
    assert encode_frame(0x00, 0, 61) == bytes.fromhex("0180003DBE")


def test_the_real_ipod_packet() -> None:
    """The fields read from a real iPod give its very bytes."""
    path = CAPTURES / "nonin-ipod-df2-one-packet.bin"
    if not path.exists():
        pytest.skip("captures not present beside the checkout")
    numerics = Numerics(
        heart_rate=61,
        spo2=97,
        revision=41,
        slew=97,
        spo2_display=97,
        spo2_fast=97,
        spo2_beat=98,
        heart_rate_8=62,
        spo2_8=98,
        spo2_8_display=97,
        heart_rate_display=61,
        heart_rate_8_display=62,
    )
    assert encode_packet(numerics, [0] * 25, [0] * 25) == path.read_bytes()


def test_no_value_is_511_and_127() -> None:
    """The sentinels: MSB 3 and LSB 7F for rates, 7F for saturations."""
    floats = [-1, *Numerics().float_bytes()]
    for number in (1, 14, 20, 22):
        assert (floats[number], floats[number + 1]) == (3, 0x7F)
    assert [floats[number] for number in (3, 9, 10, 11, 16, 17)] == [0x7F] * 6


def test_75_frames_a_second_whatever_the_steps() -> None:
    """Frames due depend on the time passed, not on how it was cut."""
    at_once = NoninDf2(StillBody()).advance(10 * SECOND)
    device = NoninDf2(StillBody())
    stepwise = b"".join(device.advance(step) for step in [1, 999_999, 13_333, 486_667, *[50_000] * 170])
    assert len(frames_of(at_once)) == 750
    assert stepwise == at_once


@given(
    spo2=st.none() | st.floats(0, 110),
    pulse_rate=st.none() | st.floats(0, 600),
    sensor_off=st.booleans(),
    finger_out=st.booleans(),
    motion=st.booleans(),
)
def test_every_frame_is_well_formed(
    spo2: float | None, pulse_rate: float | None, sensor_off: bool, finger_out: bool, motion: bool
) -> None:
    """01, bit 7 of the status, the sum: for any body, even an impossible one."""
    body = StillBody()
    body.show(spo2=spo2, pulse_rate=pulse_rate, sensor_off=sensor_off, finger_out=finger_out, motion=motion)
    for frame in frames_of(NoninDf2(body).advance(2 * SECOND)):
        assert frame[0] == 0x01
        assert frame[1] & 0x80
        assert frame[4] == sum(frame[:4]) % 256
        assert frame[3] < 128


def test_all_fields_of_a_steady_pulse() -> None:
    """72/min and 97 % stand in every average."""
    packet = floats_of(run(NoninDf2(StillBody(), revision=41), 10 * SECOND)[-1])
    assert [heart_rate(packet, number) for number in (1, 14, 20, 22)] == [72] * 4
    assert [packet[number] for number in (3, 9, 10, 11, 16, 17)] == [97] * 6
    assert packet[4] == 41
    assert packet[8] == 0x20


def test_rate_above_127_uses_both_bytes() -> None:
    """200/min is MSB 1, LSB 72."""
    body = StillBody()
    body.show(pulse_rate=200.0)
    packet = floats_of(run(NoninDf2(body), SECOND)[-1])
    assert (packet[1], packet[2]) == (1, 72)


def test_the_timer_counts_packets_in_two_times_seven_bits() -> None:
    """TMR + 1 per packet; 130 is MSB 1, LSB 2."""
    packets = [floats_of(packet) for packet in run(NoninDf2(StillBody()), 44 * SECOND)]
    assert [(packet[6] << 7) | packet[7] for packet in packets] == list(range(132))
    assert (packets[130][6], packets[130][7]) == (1, 2)


def test_oem_modules_have_no_timer_and_no_stat2() -> None:
    """Frames 6 to 8 are 0 on iPod and OEM III."""
    for packet in run(NoninDf2(StillBody(), timer=False), 5 * SECOND):
        assert floats_of(packet)[6:9] == [0, 0, 0]


def test_low_battery_is_bit_0_of_stat2() -> None:
    """STAT2 bit 0."""
    device = NoninDf2(StillBody())
    device.battery_low = True
    assert floats_of(run(device, SECOND)[-1])[8] & 0x01


def test_perfusion_is_shown_for_12_frames_per_beat() -> None:
    """At 60/min: one run of 12 green frames a second, nothing between."""
    body = StillBody()
    body.show(pulse_rate=60.0)
    lights = [frame[1] & 0x06 for frame in frames_of(NoninDf2(body).advance(11 * SECOND))]
    beats = "".join("G" if light == 0x02 else "." for light in lights).strip(".").split("." * (75 - 12))
    assert set(lights) == {0x00, 0x02}
    assert beats[:-1] == ["G" * 12] * (len(beats) - 1)
    assert len(beats) >= 10


@pytest.mark.parametrize(
    ("changes", "light"),
    [({}, 0x02), ({"perfusion_index": 0.3}, 0x06), ({"low_perfusion": True}, 0x04)],
)
def test_perfusion_colours(changes: dict[str, object], light: int) -> None:
    """0/1 green, 1/1 yellow, 1/0 red."""
    body = StillBody()
    body.show(**changes)
    assert {frame[1] & 0x06 for frame in frames_of(NoninDf2(body).advance(3 * SECOND))} == {0x00, light}


def test_artifact_is_set_only_during_the_pulse() -> None:
    """ARTF appears exactly where the perfusion light does."""
    body = StillBody()
    body.show(motion=True)
    statuses = [frame[1] for frame in frames_of(NoninDf2(body).advance(5 * SECOND))]
    assert any(status & 0x20 for status in statuses)
    assert all(bool(status & 0x20) == bool(status & 0x06) for status in statuses)


def test_sustained_artifact_is_out_of_track_without_values() -> None:
    """No values although the finger is there: OOT, sentinels in the recorded fields at once."""
    body = StillBody()
    device = NoninDf2(body)
    run(device, 5 * SECOND)
    body.show(spo2=None, pulse_rate=None)
    packet = run(device, SECOND)[0]
    assert all(frame[1] & 0x10 for frame in packet)
    assert heart_rate(floats_of(packet), 1) == 511


def test_a_removed_finger_holds_the_display_for_10_s() -> None:
    """SNSA at once, recorded fields at once, "-D" fields 10 s later."""
    body = StillBody()
    device = NoninDf2(body)
    run(device, 10 * SECOND)
    body.show(finger_out=True, spo2=None, pulse_rate=None)
    packets = [*run(device, 12 * SECOND)]
    assert all(frame[1] & 0x08 and not frame[1] & 0x46 for packet in packets for frame in packet)
    floats = [floats_of(packet) for packet in packets]
    assert [heart_rate(packet, 1) for packet in floats] == [511] * 36
    assert [packet[10] for packet in floats] == [127] * 36
    for number in (20, 22):
        assert [heart_rate(packet, number) for packet in floats] == [72] * 30 + [511] * 6
    for number in (9, 17):
        assert [packet[number] for packet in floats] == [97] * 30 + [127] * 6


def test_an_unplugged_sensor_says_so() -> None:
    """SNSD and OOT as in the DF1 example, and unusable data."""
    body = StillBody()
    body.show(sensor_off=True, spo2=None, pulse_rate=None)
    assert {frame[1] & 0x7E for frame in frames_of(NoninDf2(body).advance(SECOND))} == {0x58}


def test_the_display_is_refreshed_every_1_5_s() -> None:
    """A steadily rising saturation changes twice in 9 packets on the display, three times a second elsewhere."""
    body = StillBody()
    device = NoninDf2(body)
    shown: list[int] = []
    for step in range(45):
        body.show(spo2=50.0 + step)
        shown += [floats_of(packet)[9] for packet in packets_of(_one_packet(device))]
    changes = [index for index in range(1, 45) if shown[index] != shown[index - 1]]
    assert [after - before for before, after in zip([0, *changes[:-1]], changes, strict=True)] == [5, 4] * 4 + [5]


def _one_packet(device: NoninDf2) -> bytes:
    stream = b""
    while len(stream) < 125:
        stream += device.advance(SECOND // 75 if len(stream) else SECOND // 75 + 1)
    return stream


def test_the_8_beat_average_lags() -> None:
    """After a fall by 8 points the extended saturation needs eight beats to follow."""
    body = StillBody()
    body.show(pulse_rate=60.0)
    device = NoninDf2(body)
    run(device, 12 * SECOND)
    body.show(spo2=89.0)
    packets = [floats_of(packet) for packet in run(device, 10 * SECOND)]
    assert packets[0][3] == 89
    assert 89 < packets[9][16] < 97
    assert packets[-1][16] == 89


def test_a_bridge_bunches_whole_packets() -> None:
    """burst=25: nothing for a third of a second, then 125 bytes."""
    device = NoninDf2(StillBody(), burst=25)
    assert device.advance(SECOND // 4) == b""
    assert len(device.advance(SECOND // 4)) == 125


def test_the_wave_is_the_bodys_own() -> None:
    """Every sample of the body once, in order."""
    device = NoninDf2(StillBody())
    stream = b"".join(device.advance(40_000) for _ in range(25))
    assert [frame[2] for frame in frames_of(stream)] == list(range(75))


def test_an_impossible_burst_is_refused() -> None:
    """A burst is at most a packet."""
    with pytest.raises(ValueError, match="burst"):
        NoninDf2(StillBody(), burst=26)
