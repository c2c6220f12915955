"""Whether the patient is fit to go: the checklist of ketamine-monitoring section 8.

What can be computed is; the rest a nurse enters, as readings before (`record_reading`) or in the `checklist` of the
discharge itself. Blocking is soft: with items open a discharge needs a reason, and the record shows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from config.instant import Instant
from config.vocabulary import Metric, Observed, Phase, ReturnState, ReturnVerdict, Score, Verdict
from monitor.core.bed_state import Bed
from monitor.core.events import plain
from monitor.core.recovery import return_report
from monitor.core.session import news2, scores
from monitor.core.session.session import ON_OXYGEN, Session

FIT = (ReturnVerdict.RETURNED_WITHIN_20, ReturnVerdict.RETURNED_LATE, ReturnVerdict.NO_EXCURSION)
AWAKE = 5
"""The best MOAA/S: no score before the dose can be better."""


class Met(StrEnum):
    """How an item of the checklist stands."""

    MET = "met"
    OPEN = "open"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the checklist; `detail` is what it was decided by."""

    name: str
    state: Met
    detail: dict[str, Any] = field(default_factory=dict)


def readiness(bed: Bed, session: Session, now: Instant, checklist: Mapping[str, Any] | None = None) -> list[Item]:
    """Every row in the order of the table; PADS only where somebody scored it."""
    said = {} if checklist is None else checklist
    items = [_returned(session), _stay(bed, session, now), _aldrete(bed, session, now, said)]
    pads = _pads(bed, session, now, said)
    if pads is not None:
        items.append(pads)
    return [*items, _awake(session, said), _alarms(bed, session), _escort(said)]


def not_met(items: list[Item]) -> list[str]:
    """The rows that need a reason."""
    return [item.name for item in items if item.state is not Met.MET]


def news(bed: Bed, now: Instant) -> news2.Partial | None:
    """Partial NEWS2 of what is known now; before the infusion and in recovery only."""
    session = bed.state.session
    if session is None or bed.state.phase not in (Phase.PRE, Phase.RECOVERY):
        return None
    known: dict[str, float | None] = {
        "spo2": current(bed, Metric.SPO2, now),
        "systolic": current(bed, Metric.SYSTOLIC, now),
        "pulse": current(bed, Metric.PULSE_RATE, now),
        "resp_rate": _recent(bed, session, Observed.RESP_RATE, now),
        "oxygen": None if session.on_oxygen is None else float(session.on_oxygen),
    }
    return news2.partial({item: value for item, value in known.items() if value is not None})


def current(bed: Bed, metric: Metric, now: Instant) -> float | None:
    """The VALID value of now; of a cuff's the last one while it is recent."""
    if metric in (Metric.SPO2, Metric.PULSE_RATE):
        track = bed.state.channel(metric).track
        return track.value if track.stands(now) else None
    held = bed.state.cuff.values.get(metric)
    if held is None or held.judgement.verdict is not Verdict.VALID:
        return None
    return held.value if now - held.at <= bed.rules.discharge.newest else None


# -- the rows ----------------------------------------------------------------------------------------------------------


def _returned(session: Session) -> Item:
    detail: dict[str, Any] = {} if session.verdict is None else {"verdict": session.verdict.value}
    counted = return_report.counted(session)
    without = [metric.metric.value for metric in counted if metric.state is ReturnState.NO_BASELINE]
    if without:
        detail |= {"no_baseline": without, "of": len(counted)}
    if session.verdict is None:
        return Item("return", Met.OPEN, detail)
    return Item("return", Met.MET if session.verdict in FIT else Met.FAILED, detail)


def _stay(bed: Bed, session: Session, now: Instant) -> Item:
    if session.ended_at is None:
        return Item("minimum_stay", Met.OPEN)
    until = session.ended_at + bed.rules.discharge.minimum_stay
    return Item("minimum_stay", Met.MET if now >= until else Met.OPEN, {"until_at": until})


def _aldrete(bed: Bed, session: Session, now: Instant, said: Mapping[str, Any]) -> Item:
    rule = bed.rules.discharge
    systolic, baseline = current(bed, Metric.SYSTOLIC, now), session.baseline_value(Metric.SYSTOLIC)
    spo2 = current(bed, Metric.SPO2, now)
    parts: dict[str, int | None] = {
        name.value.removeprefix("aldrete_"): _score(session, name, said)
        for name in (Score.ALDRETE_ACTIVITY, Score.ALDRETE_RESPIRATION, Score.ALDRETE_CONSCIOUSNESS)
    }
    parts["circulation"] = None
    if systolic is not None and baseline is not None:
        parts["circulation"] = scores.aldrete_circulation(systolic, baseline, rule)
    oxygen = said[ON_OXYGEN] if isinstance(said.get(ON_OXYGEN), bool) else session.on_oxygen
    possible = (
        set()
        if spo2 is None
        else {
            scores.aldrete_oxygen(spo2, rule, on_oxygen=known)
            for known in ((False, True) if oxygen is None else (oxygen,))
        }
    )
    parts["oxygen"] = possible.pop() if len(possible) == 1 else None
    found = _scored("aldrete", parts, rule.aldrete_pass, at_least=min(possible, default=0))
    return replace(found, detail=found.detail | {"oxygen_entered": False}) if possible else found


def _pads(bed: Bed, session: Session, now: Instant, said: Mapping[str, Any]) -> Item | None:
    names = (Score.PADS_ACTIVITY, Score.PADS_NAUSEA, Score.PADS_PAIN, Score.PADS_BLEEDING)
    parts = {name.value.removeprefix("pads_"): _score(session, name, said) for name in names}
    if all(part is None for part in parts.values()):
        return None
    away = [
        scores.deviation(value, baseline)
        for metric in (Metric.SYSTOLIC, Metric.PULSE_RATE)
        if (value := current(bed, metric, now)) is not None and (baseline := session.baseline_value(metric)) is not None
    ]
    parts["vital_signs"] = scores.pads_vital_signs(away, bed.rules.discharge) if len(away) == 2 else None
    return _scored("pads", parts, bed.rules.discharge.pads_pass)


def _scored(name: str, parts: dict[str, int | None], needed: int, *, at_least: int = 0) -> Item:
    """`at_least`: what the parts that are not known come to in any case."""
    known = [part for part in parts.values() if part is not None]
    total, most = sum(known), sum(known) + 2 * (len(parts) - len(known))
    state = Met.FAILED if most < needed else Met.MET if total + at_least >= needed else Met.OPEN
    return Item(name, state, {"parts": parts, "total": total if len(known) == len(parts) else None, "needed": needed})


def _awake(session: Session, said: Mapping[str, Any]) -> Item:
    """MOAA/S as before the dose; without a score before it, only a 5 or the nurse's own tick can say so."""
    before = None if session.started_at is None else session.newest(Observed.MOAAS, before=session.started_at)
    after = None if session.ended_at is None else session.newest(Observed.MOAAS, since=session.ended_at)
    was = None if before is None else before.value
    now = None if after is None else after.value
    if (entered := _number(said.get("moaas"), 5)) is not None:
        now = entered
    ticked = said.get("moaas") is True or said.get("consciousness") is True
    detail = {"before": plain(was), "now": plain(now)}
    if now is not None and (was is not None or now == AWAKE):
        return Item("moaas", Met.MET if now >= (AWAKE if was is None else was) else Met.FAILED, detail)
    return Item("moaas", Met.MET if ticked else Met.OPEN, detail)


def _alarms(bed: Bed, session: Session) -> Item:
    names = sorted({alarm.rule.name for alarm in bed.state.book.open.values()})
    detail = {"alarms": names, "symptoms": sorted(session.symptoms)}
    return Item("alarms", Met.OPEN if names or session.symptoms else Met.MET, detail)


def _escort(said: Mapping[str, Any]) -> Item:
    ticks = {name: said.get(name) for name in ("escort", "no_driving")}
    state = Met.MET if all(tick is True for tick in ticks.values()) else Met.OPEN
    return Item("escort", state, {name: tick is True for name, tick in ticks.items()})


def _score(session: Session, name: Score, said: Mapping[str, Any]) -> int | None:
    """What the checklist says, else what was entered last since the end."""
    given = _number(said.get(name.value), 2)
    if given is not None:
        return int(given)
    entered = None if session.ended_at is None else session.newest(name, since=session.ended_at)
    return None if entered is None else int(entered.value)


def _number(value: object, most: int) -> float | None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(str(value)) if good and value in range(most + 1) else None


def _recent(bed: Bed, session: Session, name: Observed, now: Instant) -> float | None:
    seen = session.newest(name, since=now - bed.rules.discharge.newest)
    return None if seen is None else seen.value
