"""Once a second the pleth of every bed is measured; what is found enters as an input, and the wave itself is let go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from config.instant import SECOND, Clock, Duration, Instant
from monitor.core.inputs import PlethMeasures
from monitor.core.pleth.filter import Floats
from monitor.core.pleth.measures import Measures, Meter, pulse_present
from monitor.core.pleth.numbers import NUMBERS

PERIOD: Duration = SECOND
BEDS_AT_ONCE = 8
"""The other beds wait for the next slice of the second: an alarm never waits behind a hundred waves."""
GAP: Duration = SECOND // 2
"""Chunks that come so much later than the one before made expect have lost something between them; less is jitter."""
DRIFT_SHARE = 0.05
"""How much of a chunk's lateness moves the next one's expected time: follows a clock that is off, not a late packet."""

Submit = Callable[[PlethMeasures, Instant], None]


@dataclass(slots=True)
class WaveStats:
    """Since start: looks at one device's wave, stretches that were lost, chunks of a rate that cannot be measured."""

    measured: int = 0
    gaps: int = 0
    unmeasurable: int = 0


@dataclass(slots=True)
class Ring:
    """The last minute of one device's wave; NaN where samples are missing.

    Attributes:
        expected: when the next chunk should begin.
        fresh: a sample has come since the last second; lost ones are none.
        qualities: of the last looks since the wave last began.
    """

    meter: Meter
    values: Floats
    expected: Instant
    fresh: bool = False
    qualities: deque[float] = field(default_factory=lambda: deque(maxlen=NUMBERS.present_of_s))

    def append(self, samples: Sequence[int | None]) -> None:
        """The newest samples; more than a window keeps the newest."""
        new = np.array(samples[-len(self.values) :], dtype=np.float64)  # None becomes NaN
        kept = len(self.values) - len(new)
        self.values[:kept] = self.values[len(new) :]
        self.values[kept:] = new
        self.fresh = self.fresh or bool(np.isfinite(new).any())


class Waves:
    """Keeps a bounded piece of each wave and submits its measures; without pleth it does nothing.

    A wave that stops is told nothing about: no measure is not "no pulse". The first ones come when the wave has been
    looked at for ten seconds, since before that nobody could say whether a pulse is there.

    Args:
        beds: device id to bed id.
        submit: the loop's way in.
        clock: says when a second is over.
    """

    def __init__(self, beds: Mapping[str, str], submit: Submit, clock: Clock) -> None:
        self._beds = beds
        self._submit = submit
        self._clock = clock
        self._rings: dict[str, Ring] = {}
        self.stats = WaveStats()

    def add(self, device: str, at: Instant, rate_hz: float, samples: Sequence[int | None]) -> None:
        """A chunk of a bound device whose first sample was taken at `at`; returns at once."""
        if not samples:
            return
        ring = self._rings.get(device)
        if ring is None or ring.meter.rate_hz != rate_hz:
            ring = self._begin(device, at, rate_hz)
            if ring is None:
                return
        late = at - ring.expected
        if late > GAP:
            self.stats.gaps += 1
            ring.append([None] * min(len(ring.values), round(late * rate_hz / SECOND)))
            ring.qualities.clear()
        ring.append(samples)
        length = round(len(samples) * SECOND / rate_hz)
        ring.expected = at + length if abs(late) > GAP else ring.expected + length + round(DRIFT_SHARE * late)

    async def run(self) -> None:
        """Look at every wave once a second until cancelled."""
        while True:
            start = (self._clock.now() // PERIOD + 1) * PERIOD
            await self._clock.sleep_until(start)
            slices = self._slices()
            for number, devices in enumerate(slices):
                await self._clock.sleep_until(start + number * PERIOD // len(slices))
                self.look(devices)

    def look(self, devices: Sequence[str]) -> None:
        """Measure these devices' waves, all of one rate, in one pass."""
        rings = [self._rings[device] for device in devices]
        found = rings[0].meter.measure(np.stack([ring.values for ring in rings]))
        self.stats.measured += len(rings)
        now = self._clock.now()
        for device, ring, measures in zip(devices, rings, found, strict=True):
            ring.qualities.append(measures.sqi)
            if len(ring.qualities) == NUMBERS.present_of_s:
                self._submit(_input(self._beds[device], device, measures, ring.qualities), now)

    def _begin(self, device: str, at: Instant, rate_hz: float) -> Ring | None:
        """A device's first wave, or one of another rate than before; None if that rate cannot be measured."""
        self._rings.pop(device, None)
        meter = next((ring.meter for ring in self._rings.values() if ring.meter.rate_hz == rate_hz), None)
        if meter is None:
            try:
                meter = Meter.at(rate_hz)
            except ValueError:
                self.stats.unmeasurable += 1
                return None
        ring = self._rings[device] = Ring(meter, np.full(meter.samples, np.nan), at)
        return ring

    def _slices(self) -> list[list[str]]:
        """The devices with something new, in passes of one rate and a few beds."""
        by_rate: dict[float, list[str]] = {}
        for device, ring in self._rings.items():
            if ring.fresh:
                ring.fresh = False  # here: what comes before its slice's turn is the next second's
                by_rate.setdefault(ring.meter.rate_hz, []).append(device)
        return [
            devices[first : first + BEDS_AT_ONCE]
            for devices in by_rate.values()
            for first in range(0, len(devices), BEDS_AT_ONCE)
        ]


def _input(bed: str, device: str, measures: Measures, qualities: Sequence[float]) -> PlethMeasures:
    return PlethMeasures(
        bed,
        device,
        measures.sqi,
        pulse_present(list(qualities)),
        measures.pulse_rate,
        measures.resp_rate,
        measures.rr_quality,
        measures.amplitude,
    )
