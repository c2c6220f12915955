"""Where cuff, probe and drip are (signals-and-simulation 1.3): what is refused, what is warned of, and `set_limbs`.

Limbs are free words; equal words, however capitalised, are the same limb.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from config.instant import Instant
from config.vocabulary import Grade
from monitor.core.bed_state import Bed
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Command
from monitor.core.oximeter import occlusion
from monitor.core.recovery import return_watch
from monitor.core.recovery.baseline import CUFF_METRICS
from monitor.core.refusals import refuse
from monitor.core.session.session import Session, same_limb

NAMES = ("cuff_limb", "probe_limb", "iv_limb")
LONGEST = 64


def conflict(cuff: str | None, iv: str | None) -> str | None:
    """Why this cannot be: each inflation would stop the infusion."""
    return "cuff_on_iv_limb" if same_limb(cuff, iv) else None


def warnings(cuff: str | None, probe: str | None) -> list[str]:
    """What is possible and costs something: SpO2 is lost while the cuff inflates (V8)."""
    return ["cuff_on_probe_limb"] if same_limb(cuff, probe) else []


def set_limbs(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    """Cuff, probe or drip is elsewhere now; limbs that are not named stay where they were."""
    session = bed.state.session
    if session is None:
        refuse(bed, item.command, "wrong_phase", item.by, now, out, phase=bed.state.phase.value)
        return
    at = now if item.at is None else item.at
    if at > now or at < session.opened_at:
        refuse(bed, item.command, "observed_time_out_of_range", item.by, now, out)
        return
    given = {name: item.fields[name] for name in NAMES if item.fields.get(name) is not None}
    if not given:
        refuse(bed, item.command, "limbs_missing", item.by, now, out)
        return
    for name, word in given.items():
        if not isinstance(word, str) or not word.strip() or len(word) > LONGEST:
            refuse(bed, item.command, "limb_unknown", item.by, now, out, field=name)
            return
    before = {name: getattr(session, name) for name in NAMES}
    after: dict[str, Any] = before | given
    problem = conflict(after["cuff_limb"], after["iv_limb"])
    if problem is not None:
        refuse(bed, item.command, problem, item.by, now, out)
        return
    session.cuff_limb, session.probe_limb, session.iv_limb = (after[name] for name in NAMES)
    data: dict[str, Any] = {**after, "by": item.by, "before": before}
    found = warnings(session.cuff_limb, session.probe_limb)
    if found:
        data["warnings"] = found
    if at != now:
        data["at"] = at
    out.append(Event(now, bed.state.bed, EventKind.LIMBS_SET, data))
    if before["cuff_limb"] is not None and not same_limb(before["cuff_limb"], session.cuff_limb):
        _cuff_moved(bed, session, out)
    occlusion.limbs_told(bed)


def shared(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """The hint while cuff and probe share a limb, as told or as the cuff's cycles say."""
    if not occlusion.shares_limb(bed):
        return None
    return {"limb": session.cuff_limb}


def _cuff_moved(bed: Bed, session: Session, out: list[Event]) -> None:
    """A frozen baseline was taken on another arm: readings are not comparable, grade C (ketamine-monitoring 5.3).

    Before the start the readings know their own limb, and the baseline sees to it.
    """
    for metric in CUFF_METRICS:
        found = session.baseline.get(metric)
        if found is None or found.grade not in (Grade.A, Grade.B):
            continue
        session.baseline[metric] = replace(found, grade=Grade.C)
        return_watch.tell_baseline(bed, metric, session.baseline[metric], out, revised=True, reason="cuff_moved")
