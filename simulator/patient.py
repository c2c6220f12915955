"""A virtual patient: baselines, breathing, noise, a ketamine infusion and what goes wrong (signals, sections 3-5).

The physiology moves on a fixed grid of one second, so the same seed gives the same patient however the calls
of `advance` cut the time. Each kind of draw has its own random stream: a cuff that measures more often does
not change the pulse.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from typing import assert_never

import numpy as np

from config.vocabulary import CuffError
from simulator.events import Body, Event
from simulator.pharmacology import Pharmacology, Pump, PumpAction, PumpStep, reference_effect_site
from simulator.pleth import PlethWave, Pulse, mayer_wave, respiratory_sinus_arrhythmia
from simulator.presets import Traits
from simulator.squeeze import Squeeze
from simulator.vitals import Vitals, VitalSource

__all__ = ["VirtualPatient", "VitalSource", "Vitals"]

_AVERAGING_S = 8  # the oximeter's own moving average
_SEARCHING_S = 6  # from the finger's return to the first number
_DRAWS = 512
_LOW_PERFUSION = 0.4  # %, where rule V4 begins to doubt
_MOTION_FAILURE_SHARE = 0.20
_NERVOUS_S, _NERVOUS_TAU_S = 600.0, 360.0
_NERVOUS_SYSTOLIC, _NERVOUS_PULSE = 6.0, 5.0
_EFFECT_SPO2, _EFFECT_RESP_RATE = -0.5, -1.5
_DIASTOLIC_NOISE = 0.8  # of the systolic one: total 4 mmHg for one reading, as the computed tables assume
_READING_NOISE, _MEAN_NOISE = 4.0, 2.0


class _Drift:
    """An Ornstein-Uhlenbeck walk on the one-second grid: wanders with `tau_s`, never far beyond `sd`."""

    __slots__ = ("_keep", "_kick", "_sd", "_tau_s", "value")

    def __init__(self, tau_s: float, sd: float, start: float) -> None:
        self._keep = math.exp(-1.0 / tau_s)
        self._kick = sd * math.sqrt(1.0 - self._keep**2)
        self._tau_s, self._sd = tau_s, sd
        self.value = sd * start

    def step(self, normal: float, seconds: int = 1) -> float:
        """`seconds` at once: the walk's law is known exactly for any time."""
        if seconds == 1:
            keep, kick = self._keep, self._kick
        else:
            keep = math.exp(-seconds / self._tau_s)
            kick = self._sd * math.sqrt(1.0 - keep**2)
        self.value = keep * self.value + kick * normal
        return self.value


class VirtualPatient:
    """One made-up patient; implements `VitalSource` and never finishes."""

    def __init__(
        self,
        traits: Traits,
        seed: int,
        events: Iterable[Event] = (),
        pump: Iterable[PumpStep] = (),
        *,
        cuff_on_probe_limb: bool = False,
    ) -> None:
        """The patient at rest at time 0, undrugged; `events` and `pump` steps will happen at their times."""
        self.traits = traits
        body_rng, self._cuff_rng, pleth_rng, squeeze_rng = np.random.default_rng(seed).spawn(4)
        self._rng = body_rng
        self._normals: list[tuple[float, ...]] = []
        self._events = [(event.at_s, event.until_s, event) for event in sorted(events, key=lambda event: event.at_s)]
        self._drug = Pharmacology(traits.weight_kg, traits.ke0)
        self._reference = reference_effect_site(traits.ke0)
        self._pump = Pump()
        self._pump_steps = deque(sorted(pump, key=lambda step: step.at_s))
        self._wave = PlethWave(pleth_rng)
        self._squeeze = Squeeze(squeeze_rng) if cuff_on_probe_limb else None
        start = body_rng.standard_normal(4).tolist()
        self._pressure = _Drift(300.0, 3.0, start[0])
        self._pulse = _Drift(30.0, 2.5, start[1])
        self._saturation = _Drift(60.0, 0.4, start[2])
        self._perfusion = _Drift(60.0, 0.1, start[3])
        self._artefact = _Drift(4.0, 1.0, 0.0)
        self._breath = 0.0
        self._time_s = 0.0
        self._ticks = 0
        self._searching = 0
        self._saturations: deque[float] = deque(maxlen=_AVERAGING_S)
        self._pulses: deque[float] = deque(maxlen=_AVERAGING_S)
        self._tick(0)

    @property
    def time_s(self) -> float:
        """Seconds since the story's minute 0."""
        return self._time_s

    @property
    def finished(self) -> bool:
        """Never: a patient goes on."""
        return False

    @property
    def body(self) -> Body:
        """The truth at the last whole second, as no device sees it: for scoring what was detected."""
        return self._body

    @property
    def effect(self) -> float:
        """Ketamine effect: 1 at the end of a standard infusion (Ce / Ce_ref)."""
        return self._drug.effect_site / self._reference

    @property
    def infusing(self) -> bool:
        """Whether the drug flows now."""
        return self._pump.running

    def control_pump(self, step: PumpStep) -> None:
        """Do something to the pump now, whatever the step's own time."""
        match step.action:
            case PumpAction.START:
                self._pump.start(
                    dose_mg_per_kg=step.dose_mg_per_kg,
                    weight_kg=self.traits.weight_kg,
                    planned_min=step.planned_s / 60.0,
                )
            case PumpAction.PAUSE:
                self._pump.pause()
            case PumpAction.RESUME:
                self._pump.resume()
            case PumpAction.END:
                self._pump.end()
            case _:
                assert_never(step.action)

    def advance(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass.

        Raises:
            ValueError: `dt_s` is negative or not a number.
        """
        if not dt_s >= 0:
            raise ValueError(f"time cannot pass by {dt_s} s")
        self._time_s += dt_s
        due = math.floor(self._time_s + 1e-6)
        while self._ticks < due:
            while self._pump_steps and self._pump_steps[0].at_s <= self._ticks:
                self.control_pump(self._pump_steps.popleft())
            self._ticks += 1
            self._infuse()
            self._tick(self._ticks)

    def leap(self, seconds: int) -> None:
        """Let whole seconds pass in one go: the same laws, other draws; for ensembles of thousands of patients.

        What the oximeter averages over is then this one moment. Pump steps on the way are met at their seconds.

        Raises:
            ValueError: `seconds` is not positive.
        """
        if seconds <= 0:
            raise ValueError(f"a leap of {seconds} s leads nowhere")
        target = self._ticks + seconds
        self._time_s += seconds
        while self._ticks < target:
            while self._pump_steps and self._pump_steps[0].at_s <= self._ticks:
                self.control_pump(self._pump_steps.popleft())
            following = self._pump_steps[0].at_s if self._pump_steps else math.inf
            stretch = int(min(target, max(following, self._ticks + 1))) - self._ticks
            self._drug.rate_ug_per_min = self._pump.rate_ug_per_min
            flowed = self._pump.pass_time(float(stretch))
            if flowed > 0.0:
                self._drug.advance(flowed / 60.0)
            if flowed < stretch:
                self._drug.rate_ug_per_min = 0.0
                self._drug.advance((stretch - flowed) / 60.0)
            self._ticks += stretch
        self._forget()
        self._searching = 0
        self._tick(self._ticks, seconds)

    def oximeter(self) -> Vitals:
        """What an oximeter shows now (see `VitalSource`)."""
        body, saturations, pulses = self._body, self._saturations, self._pulses
        seen = bool(saturations) and not self._searching and not body.no_pulse
        squeezed = 1.0 if self._squeeze is None else self._squeeze.amplitude(self._time_s)
        perfusion = body.perfusion_index * squeezed
        return Vitals(
            spo2=sum(saturations) / len(saturations) if seen else None,
            pulse_rate=sum(pulses) / len(pulses) if seen else None,
            perfusion_index=perfusion if seen else None,
            systolic=body.systolic,
            diastolic=body.diastolic,
            mean=body.diastolic + (body.systolic - body.diastolic) / 3.0,
            resp_rate=body.resp_rate,
            sensor_off=body.sensor_off,
            finger_out=not seen and not body.sensor_off and not body.no_pulse,
            motion=body.motion,
            low_perfusion=perfusion < _LOW_PERFUSION,
        )

    def cuff_reading(self) -> Vitals:
        """One cuff measurement that ends now (see `VitalSource`); `pulse_rate` is the one the cuff counts."""
        body = self._body
        noise = self._cuff_rng.standard_normal(4).tolist()
        luck = float(self._cuff_rng.random())
        failure_share = max(self.traits.cuff_failure_share, _MOTION_FAILURE_SHARE if body.motion else 0.0)
        error = body.cuff_error
        if error is None and luck < failure_share:
            error = CuffError.MOTION if body.motion else CuffError.WEAK_SIGNAL
        systolic = body.systolic + _READING_NOISE * noise[0]
        diastolic = min(body.diastolic + _DIASTOLIC_NOISE * _READING_NOISE * noise[1], systolic - 8.0)
        mean = diastolic + (systolic - diastolic) / 3.0 + _MEAN_NOISE * noise[2]
        failed = error is not None
        return Vitals(
            spo2=None,
            pulse_rate=None if failed else body.pulse_rate + noise[3],
            perfusion_index=None,
            systolic=None if failed else systolic,
            diastolic=None if failed else diastolic,
            mean=None if failed else min(max(mean, diastolic + 2.0), systolic - 2.0),
            resp_rate=body.resp_rate,
            motion=body.motion,
            cuff_error=error,
        )

    def cuff_inflates(self) -> None:
        """A cuff begins to squeeze; felt at the finger only when it is on the probe's limb."""
        if self._squeeze is not None:
            self._squeeze.inflate(self._time_s)

    def cuff_lets_go(self) -> None:
        """The cuff is empty."""
        if self._squeeze is not None:
            self._squeeze.let_go(self._time_s)

    def pleth(self, count: int, rate_hz: float) -> list[int]:
        """The next samples of the wave (see `VitalSource`)."""
        body = self._body
        pulse = Pulse(
            rate=self._steady_pulse,
            resp_rate=body.resp_rate,
            perfusion_index=body.perfusion_index,
            height=1.0 if self._squeeze is None else self._squeeze.amplitude(self._time_s),
            effect=self.effect,
            finger=not (body.finger_out or body.sensor_off or body.no_pulse),
            motion=body.motion,
        )
        return self._wave.samples(count, rate_hz, pulse)

    def _infuse(self) -> None:
        """One second of the pump and the drug; the pump may run dry within it."""
        self._drug.rate_ug_per_min = self._pump.rate_ug_per_min
        flowed = self._pump.pass_time(1.0)
        if 0.0 < flowed < 1.0:
            self._drug.rate_ug_per_min *= flowed
        self._drug.advance(1.0 / 60.0)

    def _tick(self, t_s: int, passed: int = 1) -> None:
        """The body at second `t_s`, `passed` seconds after the last one, and what the oximeter adds to its average."""
        of_pressure, of_pulse, of_saturation, of_perfusion, of_artefact = self._draw()
        traits, effect = self.traits, self.effect
        nervous = math.exp(-t_s / _NERVOUS_TAU_S) if traits.white_coat and t_s < _NERVOUS_S else 0.0
        pressure = self._pressure.step(of_pressure, passed)
        body = Body(
            spo2=traits.spo2 + _EFFECT_SPO2 * effect + self._saturation.step(of_saturation, passed),
            pulse_rate=traits.pulse_rate
            + traits.pulse_rate_effect * effect
            + _NERVOUS_PULSE * nervous
            + self._pulse.step(of_pulse, passed),
            systolic=traits.systolic + traits.systolic_effect * effect + _NERVOUS_SYSTOLIC * nervous + pressure,
            diastolic=traits.diastolic + traits.diastolic_effect * effect + _DIASTOLIC_NOISE * pressure,
            resp_rate=traits.resp_rate + _EFFECT_RESP_RATE * effect,
            perfusion_index=traits.perfusion_index * math.exp(self._perfusion.step(of_perfusion, passed)),
            drug_systolic=traits.systolic_effect * effect,
            drug_diastolic=traits.diastolic_effect * effect,
        )
        for at_s, until_s, event in self._events:
            if at_s > t_s:
                break
            if t_s < until_s:
                event.apply(t_s - at_s, body)
        body.spo2 = min(max(body.spo2, 40.0), 100.0)
        body.diastolic = min(body.diastolic, body.systolic - 12.0)
        self._body = body
        self._steady_pulse = body.pulse_rate
        self._breath = math.fmod(self._breath + 2.0 * math.pi * body.resp_rate / 60.0, 2.0 * math.pi)
        body.pulse_rate += respiratory_sinus_arrhythmia(self._breath, effect) + mayer_wave(t_s)
        self._look(body, self._artefact.step(of_artefact, passed))

    def _look(self, body: Body, artefact: float) -> None:
        """One second of the oximeter's average; it starts anew with every finger."""
        if body.finger_out or body.sensor_off or body.no_pulse:
            self._forget()
            self._searching = _SEARCHING_S
            return
        self._searching = max(self._searching - 1, 0)
        if body.motion:  # motion mostly reads too low and counts shakes as beats
            seen = (body.spo2 - 3.0 * abs(artefact), body.pulse_rate + 10.0 * artefact)
        else:
            seen = (body.spo2, body.pulse_rate)
        if self._squeeze is not None:
            if self._squeeze.lost(self._time_s):
                self._forget()
                return
            seen = (min(seen[0] + self._squeeze.error(self._time_s), 100.0), seen[1])
        self._saturations.append(seen[0])
        self._pulses.append(seen[1])

    def _forget(self) -> None:
        """The oximeter begins its average anew."""
        self._saturations.clear()
        self._pulses.clear()

    def _draw(self) -> tuple[float, ...]:
        if not self._normals:
            self._normals = list(zip(*self._rng.standard_normal((5, _DRAWS)).tolist(), strict=True))
            self._normals.reverse()
        return self._normals.pop()
