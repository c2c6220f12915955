"""What can happen to a patient: the event library (signals, section 5), one small class an event.

An event bends the true state of the body while it lasts. Its fields are the keys of an `[[event]]` table in a
scenario, with the library's script as defaults; a new event is a new class in `EVENTS`. Times are seconds.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from config.vocabulary import CuffError
from simulator.tables import ranged

_TAILS = 6.0  # an exponential recovery counts as over after this many time constants


@dataclass(slots=True)
class Body:
    """The true state of a patient at one moment, before any device looks at it."""

    spo2: float
    pulse_rate: float
    systolic: float
    diastolic: float
    resp_rate: float
    perfusion_index: float
    finger_out: bool = False
    sensor_off: bool = False
    motion: bool = False
    no_pulse: bool = False
    """No pulse reaches the finger: the probe is on it and searches."""
    cuff_error: CuffError | None = None
    drug_systolic: float = 0.0
    """What ketamine adds to the pressures now, mmHg; contained in them."""
    drug_diastolic: float = 0.0


@dataclass(frozen=True, slots=True)
class Envelope:
    """How far an event is unfolded: a straight rise to 1, a hold, an exponential way back."""

    rise_s: float
    hold_s: float
    recovery_s: float

    def at(self, elapsed_s: float) -> float:
        """Between 0 and 1, `elapsed_s` after the onset."""
        if elapsed_s < 0:
            return 0.0
        if elapsed_s < self.rise_s:
            return elapsed_s / self.rise_s
        over = elapsed_s - self.rise_s - self.hold_s
        if over <= 0:
            return 1.0
        return math.exp(-over / self.recovery_s) if self.recovery_s > 0 else 0.0

    @property
    def length_s(self) -> float:
        """Seconds until the way back is over."""
        return self.rise_s + self.hold_s + _TAILS * self.recovery_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(ABC):
    """Something that happens to the body from `at_s` on."""

    kind: ClassVar[str] = ""
    at_s: float

    @property
    @abstractmethod
    def until_s(self) -> float:
        """When its last trace is gone."""

    @abstractmethod
    def apply(self, elapsed_s: float, body: Body) -> None:
        """Bend the body as the event does `elapsed_s` after its onset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unfolding(Event):
    """An event with a way in, a hold and a way back."""

    fall_s: float = 30.0
    hold_s: float = 30.0
    recovery_s: float = 20.0

    @property
    def until_s(self) -> float:
        return self.at_s + self._envelope().length_s

    def _envelope(self) -> Envelope:
        return Envelope(self.fall_s, self.hold_s, self.recovery_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desaturation(_Unfolding):
    """SpO2 falls to `lowest` %, stays, and comes back."""

    kind: ClassVar[str] = "desaturation"
    lowest: float = ranged(50, 100, 84.0)
    fall_s: float = 60.0
    hold_s: float = 60.0

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.spo2 += (self.lowest - body.spo2) * self._envelope().at(elapsed_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransientDesaturation(Desaturation):
    """A short dip to just under 90 %, back by itself."""

    kind: ClassVar[str] = "transient_desaturation"
    lowest: float = ranged(50, 100, 89.0)
    fall_s: float = 30.0
    hold_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignificantDesaturation(Desaturation):
    """A fall to the low eighties; `hold_s` is until somebody opens the airway or gives oxygen."""

    kind: ClassVar[str] = "significant_desaturation"
    lowest: float = ranged(50, 100, 82.0)
    hold_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bradycardia(_Unfolding):
    """The pulse falls to `lowest` a minute."""

    kind: ClassVar[str] = "bradycardia"
    lowest: float = ranged(20, 100, 38.0)

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.pulse_rate += (self.lowest - body.pulse_rate) * self._envelope().at(elapsed_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tachycardia(_Unfolding):
    """The pulse rises to `highest` a minute; `fall_s` is how long the rise takes."""

    kind: ClassVar[str] = "tachycardia"
    highest: float = ranged(60, 240, 135.0)

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.pulse_rate += (self.highest - body.pulse_rate) * self._envelope().at(elapsed_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vasovagal(_Unfolding):
    """Faint at cannulation or on standing: pulse down by `pulse_share`, pressure by `systolic_drop`, back in 4 min."""

    kind: ClassVar[str] = "vasovagal"
    pulse_share: float = ranged(0, 0.8, 0.35)
    systolic_drop: float = ranged(0, 80, 35.0)
    hold_s: float = 40.0
    recovery_s: float = 60.0

    def apply(self, elapsed_s: float, body: Body) -> None:
        unfolded = self._envelope().at(elapsed_s)
        body.pulse_rate *= 1.0 - self.pulse_share * unfolded
        body.systolic -= self.systolic_drop * unfolded
        body.diastolic -= 0.6 * self.systolic_drop * unfolded


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypertension(_Unfolding):
    """Pressure rises by `systolic_rise` within eight minutes; `fall_s` is how long the rise takes."""

    kind: ClassVar[str] = "hypertension"
    systolic_rise: float = ranged(0, 120, 40.0)
    diastolic_rise: float = ranged(0, 80, 20.0)
    fall_s: float = 480.0
    hold_s: float = 300.0
    recovery_s: float = 600.0

    def apply(self, elapsed_s: float, body: Body) -> None:
        unfolded = self._envelope().at(elapsed_s)
        body.systolic += self.systolic_rise * unfolded
        body.diastolic += self.diastolic_rise * unfolded


@dataclass(frozen=True, slots=True, kw_only=True)
class SevereHypertension(Hypertension):
    """Pressure out of hand near the end of the infusion: a rise, or the drug's own effect times `effect_factor`."""

    kind: ClassVar[str] = "severe_hypertension"
    effect_factor: float = ranged(1, 5, 1.0)

    def apply(self, elapsed_s: float, body: Body) -> None:
        Hypertension.apply(self, elapsed_s, body)
        unfolded = self._envelope().at(elapsed_s)
        body.systolic += (self.effect_factor - 1.0) * body.drug_systolic * unfolded
        body.diastolic += (self.effect_factor - 1.0) * body.drug_diastolic * unfolded


@dataclass(frozen=True, slots=True, kw_only=True)
class ReExcursion(Hypertension):
    """A bump in recovery after the pressure had come back: toilet, standing up, anxiety."""

    kind: ClassVar[str] = "re_excursion"
    systolic_rise: float = ranged(0, 120, 15.0)
    diastolic_rise: float = ranged(0, 80, 8.0)
    fall_s: float = 60.0
    hold_s: float = 480.0
    recovery_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Panic(_Unfolding):
    """Fear without danger: pulse and pressure up for ten minutes."""

    kind: ClassVar[str] = "panic"
    pulse_rise: float = ranged(0, 100, 20.0)
    systolic_rise: float = ranged(0, 120, 12.0)
    fall_s: float = 60.0
    hold_s: float = 480.0
    recovery_s: float = 30.0

    def apply(self, elapsed_s: float, body: Body) -> None:
        unfolded = self._envelope().at(elapsed_s)
        body.pulse_rate += self.pulse_rise * unfolded
        body.systolic += self.systolic_rise * unfolded
        body.diastolic += 0.5 * self.systolic_rise * unfolded


@dataclass(frozen=True, slots=True, kw_only=True)
class LowPerfusion(_Unfolding):
    """A cold or squeezed finger: the perfusion index falls to `lowest` %."""

    kind: ClassVar[str] = "low_perfusion"
    lowest: float = ranged(0.02, 5, 0.3)
    fall_s: float = 20.0
    hold_s: float = 120.0

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.perfusion_index += (self.lowest - body.perfusion_index) * self._envelope().at(elapsed_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lasting(Event):
    """An event that is there for `for_s` seconds and gone at once."""

    for_s: float = 30.0

    @property
    def until_s(self) -> float:
        return self.at_s + self.for_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeOff(_Lasting):
    """The probe slips off the finger."""

    kind: ClassVar[str] = "probe_off"

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.finger_out = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseLost(_Lasting):
    """No pulse reaches the finger; the probe sits where it sat."""

    kind: ClassVar[str] = "pulse_lost"

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.no_pulse = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorUnplugged(_Lasting):
    """The probe's plug comes out of the oximeter, which goes on talking."""

    kind: ClassVar[str] = "sensor_unplugged"

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.sensor_off = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion(_Lasting):
    """The patient moves the limbs: noisy wave, unsure numbers, failing cuff readings."""

    kind: ClassVar[str] = "motion"
    pulse_rise: float = ranged(0, 100, 0.0)

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.motion = True
        body.pulse_rate += self.pulse_rise


@dataclass(frozen=True, slots=True, kw_only=True)
class Agitation(Motion):
    """Emergence: motion and a fast pulse for some minutes."""

    kind: ClassVar[str] = "agitation"
    for_s: float = 300.0
    pulse_rise: float = ranged(0, 100, 25.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nausea(Motion):
    """A wave of nausea: twenty seconds of restlessness, a faster pulse."""

    kind: ClassVar[str] = "nausea"
    for_s: float = 20.0
    pulse_rise: float = ranged(0, 100, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seizure(Motion):
    """A minute of convulsions: motion, a racing pulse, no number to be trusted."""

    kind: ClassVar[str] = "seizure"
    for_s: float = 60.0
    pulse_rise: float = ranged(0, 100, 40.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vomiting(Motion):
    """Nausea that ends in vomiting: twenty seconds of motion, a faster pulse."""

    kind: ClassVar[str] = "vomiting"
    for_s: float = 20.0
    pulse_rise: float = ranged(0, 100, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffFailure(_Lasting):
    """Every cuff measurement that ends within `for_s` fails with `error` (interfaces, section 3)."""

    kind: ClassVar[str] = "cuff_error"
    for_s: float = 60.0
    error: CuffError = CuffError.LEAK

    def apply(self, elapsed_s: float, body: Body) -> None:
        body.cuff_error = self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Laryngospasm(_Lasting):
    """No breath for `for_s`; SpO2 falls after 40 s by a point in 3 s; the pulse goes up by 20, then down by 20."""

    kind: ClassVar[str] = "laryngospasm"
    for_s: float = 90.0
    recovery_s: float = 20.0

    @property
    def until_s(self) -> float:
        return self.at_s + self.for_s + _TAILS * self.recovery_s

    def apply(self, elapsed_s: float, body: Body) -> None:
        breathless_s = min(elapsed_s, self.for_s)
        back = Envelope(0.0, self.for_s, self.recovery_s).at(elapsed_s)
        if elapsed_s < self.for_s:
            body.resp_rate = 0.0
        body.spo2 = max(body.spo2 - max(breathless_s - 40.0, 0.0) / 3.0 * back, 50.0)
        body.pulse_rate += back * (min(breathless_s, 20.0) - 40.0 * min(max((breathless_s - 40.0) / 40.0, 0.0), 1.0))


EVENTS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        Desaturation,
        TransientDesaturation,
        SignificantDesaturation,
        Bradycardia,
        Tachycardia,
        Vasovagal,
        Hypertension,
        SevereHypertension,
        ReExcursion,
        Panic,
        LowPerfusion,
        ProbeOff,
        PulseLost,
        SensorUnplugged,
        Motion,
        Agitation,
        Nausea,
        Vomiting,
        Seizure,
        CuffFailure,
        Laryngospasm,
    )
}
"""Every event a scenario may name, by its `kind`."""
