"""Waves of the ward in, their measures out once a second."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from config.instant import SECOND, Instant
from monitor.core.inputs import PlethMeasures
from monitor.waves import BEDS_AT_ONCE, Waves
from simulator.pleth import PlethWave, Pulse
from tests.support.clock import ManualClock

RATE = 75
OX = "ox-1"


class Ward:
    """Waves of some devices, and what was submitted."""

    def __init__(self, beds: int = 1) -> None:
        self.clock = ManualClock()
        self.told: list[tuple[PlethMeasures, Instant]] = []
        devices = {f"ox-{number + 1}": f"bay-{number + 1}" for number in range(beds)}
        self.waves = Waves(devices, lambda item, at: self.told.append((item, at)), self.clock)
        self.fingers = {device: PlethWave(np.random.default_rng(seed)) for seed, device in enumerate(devices)}
        self.pulse = Pulse(72.0, 14.0, 2.0)

    def look(self, device: str = OX) -> None:
        """The pass over one device."""
        self.waves.look([device])

    async def second(self, *, late: Instant = 0) -> None:
        """A second of every finger arrives `late`, and the pass of that second runs."""
        for device, finger in self.fingers.items():
            samples = finger.samples(RATE, RATE, self.pulse)
            self.waves.add(device, self.clock.now() - SECOND + late, RATE, samples)
        await self.clock.advance(SECOND)


@pytest.fixture
async def ward() -> Ward:
    """One bed whose passes run."""
    return Ward()


async def run(ward: Ward, seconds: int) -> None:
    """So many seconds with the shell's task alive."""
    task = asyncio.create_task(ward.waves.run())
    for _ in range(seconds):
        await ward.second()
    task.cancel()


async def test_a_quiet_finger_is_told_once_a_second_from_the_tenth_on(ward: Ward) -> None:
    """Before that nobody could say whether a pulse is there."""
    await run(ward, 30)
    assert [at // SECOND for _, at in ward.told] == list(range(10, 31))
    last = ward.told[-1][0]
    assert (last.bed, last.device, last.pulse_present) == ("bay-1", OX, True)
    assert last.sqi >= 0.8
    assert last.pulse_rate_pleth == pytest.approx(72, abs=2.5)
    assert last.amplitude is not None


async def test_thirds_of_a_second_as_a_serial_oximeter_sends_them(ward: Ward) -> None:
    """Three packets of 25 samples a second make one look a second, not three."""
    task = asyncio.create_task(ward.waves.run())
    for packet in range(36):
        ward.waves.add(OX, packet * SECOND // 3, RATE, ward.fingers[OX].samples(25, RATE, ward.pulse))
        await ward.clock.advance((packet + 1) * SECOND // 3 - ward.clock.now())
    task.cancel()
    assert ward.waves.stats.gaps == 0
    assert [at for _, at in ward.told] == [10 * SECOND, 11 * SECOND, 12 * SECOND]
    assert ward.told[-1][0].pulse_rate_pleth == pytest.approx(72, abs=2.5)


async def test_a_finger_drawn_out_has_no_pulse_within_ten_seconds(ward: Ward) -> None:
    """The wave goes on without one."""
    task = asyncio.create_task(ward.waves.run())
    for _ in range(20):
        await ward.second()
    ward.pulse.finger = False
    out = ward.clock.now()
    for _ in range(12):
        await ward.second()
    task.cancel()
    gone = next(at for item, at in ward.told if at > out and not item.pulse_present)
    assert gone - out <= 12 * SECOND
    assert ward.told[-1][0].pulse_rate_pleth is None


async def test_a_wave_that_stops_is_not_told_as_no_pulse(ward: Ward) -> None:
    """Silence is a matter of the device; nothing is submitted for it, and afterwards the ten seconds begin anew."""
    task = asyncio.create_task(ward.waves.run())
    for _ in range(15):
        await ward.second()
    told = len(ward.told)
    await ward.clock.advance(20 * SECOND)
    assert len(ward.told) == told
    assert ward.waves.stats.gaps == 0
    for _ in range(9):
        await ward.second()
    assert ward.waves.stats.gaps == 1
    assert len(ward.told) == told
    await ward.second()
    task.cancel()
    assert len(ward.told) == told + 1


async def test_lost_samples_alone_are_nothing_new(ward: Ward) -> None:
    """A chunk of which every sample was lost on the wire brings no pass."""
    task = asyncio.create_task(ward.waves.run())
    for _ in range(30):
        ward.waves.add(OX, ward.clock.now(), RATE, [None] * RATE)
        await ward.clock.advance(SECOND)
    task.cancel()
    assert ward.waves.stats.measured == 0


async def test_no_pleth_no_work(ward: Ward) -> None:
    """Off until a wave comes; an empty chunk is none."""
    task = asyncio.create_task(ward.waves.run())
    ward.waves.add(OX, 0, RATE, [])
    await ward.clock.advance(60 * SECOND)
    task.cancel()
    assert ward.waves.stats.measured == 0
    assert ward.told == []


def test_jitter_of_packets_is_no_gap_and_a_clock_that_is_off_is_followed() -> None:
    """A third of a second to and fro, on a device clock that loses five milliseconds a second for an hour."""
    ward = Ward()
    jitter = np.random.default_rng(7).integers(-150_000, 150_000, 3600).tolist()
    for second, moved in enumerate(jitter):
        ward.waves.add(OX, int(second * 1.005 * SECOND) + moved, RATE, [1, 2, 3] * 25)
    assert ward.waves.stats.gaps == 0


def test_a_gap_keeps_its_length_and_a_long_one_empties_the_ring() -> None:
    """What was before a gap is still a minute's part; nothing grows."""
    ward = Ward()
    ward.waves.add(OX, 0, RATE, [1] * RATE)
    ward.waves.add(OX, 3 * SECOND, RATE, [2] * RATE)
    values = ward.waves._rings[OX].values
    assert np.isnan(values[: -4 * RATE]).all()
    assert (values[-4 * RATE : -3 * RATE] == 1).all()
    assert np.isnan(values[-3 * RATE : -RATE]).all()
    assert (values[-RATE:] == 2).all()
    ward.waves.add(OX, 10_000_000 * SECOND, RATE, [3] * RATE)
    assert np.isnan(values[:-RATE]).all()
    ward.waves.add(OX, 10_000_001 * SECOND, RATE, list(range(200 * RATE)))
    assert len(values) == 60 * RATE
    assert values[-1] == 200 * RATE - 1


def test_chunks_that_were_held_up_and_come_at_once_are_joined() -> None:
    """A stalled connection delivers three seconds in a moment: one gap in time, none between the chunks."""
    ward = Ward()
    for second in (0, 1, 5, 5, 5):
        ward.waves.add(OX, second * SECOND, RATE, [second] * RATE)
    assert ward.waves.stats.gaps == 1
    assert np.isfinite(ward.waves._rings[OX].values[-3 * RATE :]).all()


def test_another_sampling_rate_begins_a_new_wave() -> None:
    """Samples of two rates are never mixed; a rate without a pulse in it is counted and left alone."""
    ward = Ward()
    ward.waves.add(OX, 0, RATE, [1] * RATE)
    ward.waves.add(OX, SECOND, 125.0, [2] * 125)
    assert len(ward.waves._rings[OX].values) == 60 * 125
    ward.waves.add(OX, SECOND, 2.0, [3] * 2)
    assert ward.waves.stats.unmeasurable == 1
    assert ward.waves._rings == {}


async def test_many_beds_are_spread_over_the_second_and_share_their_filter() -> None:
    """A few at once; each has its turn every second."""
    ward = Ward(beds=2 * BEDS_AT_ONCE + 1)
    await run(ward, 12)
    assert len(ward.told) == 2 * len(ward.fingers) + BEDS_AT_ONCE  # the last slices' second is not over
    moments = {at % SECOND for _, at in ward.told}
    assert moments == {0, SECOND // 3, 2 * SECOND // 3}
    assert len({id(ring.meter) for ring in ward.waves._rings.values()}) == 1
