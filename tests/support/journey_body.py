"""A patient of the journeys: holds still, and has a pulse that can be seen in the wave."""

from __future__ import annotations

import numpy as np

from simulator.pleth import PlethWave, Pulse
from tests.simulator.devices.still_body import StillBody

USUAL_RATE, USUAL_BREATHS, USUAL_PERFUSION = 72.0, 14.0, 2.0


class BeatingBody(StillBody):
    """As `StillBody`, with a pleth that belongs to its pulse: a wave without beats would be taken for movement (V9)."""

    def __init__(self) -> None:
        super().__init__()
        self._wave = PlethWave(np.random.default_rng(1))

    def pleth(self, count: int, rate_hz: float) -> list[int]:
        """The wave of the pulse that is shown; a flat line without a finger."""
        shown = self.vitals
        pulse = Pulse(
            rate=USUAL_RATE if shown.pulse_rate is None else shown.pulse_rate,
            resp_rate=USUAL_BREATHS,
            perfusion_index=USUAL_PERFUSION,
            finger=not (shown.finger_out or shown.sensor_off),
        )
        return self._wave.samples(count, rate_hz, pulse)
