"""How well a play was noticed: detection delay, missed and false alarms against the truth (signals, section 5). Pure.

What counts as a true emergency is written here in plain numbers, apart from the rules under test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from monitor.drill.record import Record, Told
from simulator.truth import Moment


@dataclass(frozen=True, slots=True)
class Emergency:
    """A true state of the body that somebody has to hear of, once it has lasted `for_s`, by one of `alarms`."""

    name: str
    holds: Callable[[Moment], bool]
    for_s: float
    alarms: frozenset[str]
    blind: frozenset[str]
    """Technical alarms that say that nobody can see it."""


_OXIMETER = frozenset({"SPO2_NO_DATA", "DEVICE_OFFLINE"})
_CUFF = frozenset({"NIBP_FAIL", "NIBP_OVERDUE", "DEVICE_OFFLINE"})
_READINGS_S = 660.0  # two readings of the usual cycle and a little: what happens between two readings nobody sees

EMERGENCIES = (
    Emergency("SpO2 < 90", lambda true: true.spo2 < 90, 30.0, frozenset({"SPO2_LOW", "SPO2_CRIT"}), _OXIMETER),
    Emergency("SpO2 < 85", lambda true: true.spo2 < 85, 25.0, frozenset({"SPO2_CRIT"}), _OXIMETER),
    Emergency(
        "pulse <= 40",
        lambda true: true.pulse_rate <= 40,
        25.0,
        frozenset({"PR_XLOW", "VASOVAGAL", "PULSE_LOST"}),
        _OXIMETER,
    ),
    Emergency("pulse >= 125", lambda true: true.pulse_rate >= 125, 45.0, frozenset({"PR_HIGH", "PR_XHIGH"}), _OXIMETER),
    Emergency("pulse >= 155", lambda true: true.pulse_rate >= 155, 30.0, frozenset({"PR_XHIGH"}), _OXIMETER),
    Emergency("systolic >= 190", lambda true: true.systolic >= 190, _READINGS_S, frozenset({"SBP_CRIT"}), _CUFF),
    Emergency(
        "systolic <= 75", lambda true: true.systolic <= 75, _READINGS_S, frozenset({"SBP_XLOW", "MAP_XLOW"}), _CUFF
    ),
)

_FALSE: dict[str, tuple[str, int, float]] = {
    "SPO2_CRIT": ("spo2", -1, 2.0),
    "SPO2_LOW": ("spo2", -1, 2.0),
    "PR_XLOW": ("pulse_rate", -1, 4.0),
    "PR_LOW": ("pulse_rate", -1, 4.0),
    "PR_HIGH": ("pulse_rate", 1, 4.0),
    "PR_XHIGH": ("pulse_rate", 1, 4.0),
    "SBP_CRIT": ("systolic", 1, 12.0),
    "SBP_XLOW": ("systolic", -1, 12.0),
    "SBP_LOW": ("systolic", -1, 12.0),
    "DBP_CRIT": ("diastolic", 1, 10.0),
    "MAP_XLOW": ("mean", -1, 10.0),
}
"""Alarm, true value, side of the limit, and what a device may be off by before the alarm counts as false."""
_LOOK_BACK_S = 60.0


@dataclass(frozen=True, slots=True)
class Detection:
    """One emergency: how long after its onset it was announced; None: missed. `blind`: nobody could see it."""

    name: str
    onset_s: float
    end_s: float
    delay_s: float | None
    blind: bool = False


@dataclass(slots=True)
class Score:
    """One play or many."""

    detections: list[Detection] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    alarms: int = 0
    hours: float = 0.0

    def add(self, other: Score) -> None:
        """Take in another play."""
        self.detections += other.detections
        self.false += other.false
        self.alarms += other.alarms
        self.hours += other.hours

    def words(self) -> str:
        """In a line."""
        seen = sorted(found.delay_s for found in self.detections if found.delay_s is not None)
        missed = [found for found in self.detections if found.delay_s is None and not found.blind]
        blind = sum(found.delay_s is None and found.blind for found in self.detections)
        parts = [f"{len(self.detections)} true emergencies"]
        if seen:
            middle = seen[len(seen) // 2]
            parts.append(f"announced {len(seen)} (delay median {middle:.0f} s, longest {seen[-1]:.0f} s)")
        parts.append(f"missed {len(missed)}")
        if blind:
            parts.append(f"said to be out of sight {blind}")
        parts.append(f"false HIGH or MEDIUM alarms {len(self.false)} of {self.alarms} in {self.hours:.1f} h")
        return ", ".join(parts)


def score(record: Record) -> Score:
    """The play against its truth; only while a session is open."""
    sessions = _sessions(record)
    announced = list(record.of("alarm_raised", "alarm_rearmed", "alarm_priority_changed"))
    found = Score(hours=sum(end - begin for begin, end in sessions) / 3600.0)
    for emergency in EMERGENCIES:
        for begin, end in record.truth.stretches(emergency.holds):
            if end - begin < emergency.for_s or not any(opened <= begin < closed for opened, closed in sessions):
                continue
            found.detections.append(_detect(emergency, begin, end, announced, record))
    for told in announced:
        if told.alarm in _FALSE and told.data.get("priority") in ("high", "medium"):
            found.alarms += 1
            if told.kind == "alarm_raised" and _is_false(told, record):
                found.false.append(f"{told.alarm} at {told.t:.0f} s")
    return found


def _detect(emergency: Emergency, begin: float, end: float, announced: list[Told], record: Record) -> Detection:
    standing = [
        each
        for each in record.shown
        if each.alarm in emergency.alarms and each.state in ("ACTIVE", "ACKED") and each.t <= begin < each.until
    ]
    if standing:
        return Detection(emergency.name, begin, end, 0.0)
    times = [told.t for told in announced if told.alarm in emergency.alarms and begin <= told.t <= end + 30.0]
    if times:
        return Detection(emergency.name, begin, end, min(times) - begin)
    blind = any(each.alarm in emergency.blind and each.t <= end and each.until >= begin for each in record.shown)
    return Detection(emergency.name, begin, end, None, blind)


def _is_false(told: Told, record: Record) -> bool:
    limit = told.data.get("limit")
    if not isinstance(limit, int | float):
        return False
    name, side, tolerance = _FALSE[told.alarm or ""]
    near = [
        float(getattr(moment, name)) for moment in record.truth.moments if told.t - _LOOK_BACK_S <= moment.t_s <= told.t
    ]
    if not near:
        return False
    return max(near) < limit - tolerance if side > 0 else min(near) > limit + tolerance


def _sessions(record: Record) -> list[tuple[float, float]]:
    """From when to when somebody was bound to the bed."""
    spans: list[tuple[float, float]] = []
    opened: float | None = None
    for told in record.of("session_opened", "phase_changed"):
        if told.kind == "session_opened":
            opened = told.t
        elif told.data.get("to") in ("DISCHARGED", "IDLE") and opened is not None:
            spans.append((opened, told.t))
            opened = None
    if opened is not None:
        spans.append((opened, record.length_s))
    return spans
