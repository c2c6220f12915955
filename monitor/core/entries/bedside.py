"""What a person sees at the bedside and enters: depth of sedation, symptoms, other happenings (rulings 3).

SEDATION_DEEP goes by the newest score. SYMPTOM is present from the entry of such an event until somebody enters
that it is over (`symptom_over`, its text naming one kind; without text all of them): a chest pain has no end of its
own, and it must not close because nobody said more.
"""

from __future__ import annotations

import re

from config.instant import Instant
from config.vocabulary import Happening, Observed
from monitor.core.bed_state import Bed
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Command
from monitor.core.refusals import refuse
from monitor.core.session.session import Session

SPELLINGS = {"dyspnea": Happening.DYSPNOEA, "shortness_of_breath": Happening.DYSPNOEA}
"""Other ways to write a kind that must not be missed."""
CODED = frozenset(Happening)


def kind_of(word: str) -> str:
    """The kind that a person means: `Chest pain` is `chest_pain`."""
    plain = re.sub(r"[\s_-]+", "_", word.strip().lower())
    return SPELLINGS.get(plain, plain)


def scored(bed: Bed, score: float, at: Instant, out: list[Event]) -> None:
    """A MOAA/S of 0 to 5."""
    rule, book = bed.rules.sedation_deep, bed.state.book
    if rule.rule.name in bed.off:
        return
    alarm = book.present(rule.rule)
    if alarm is not None:
        alarm.see(score, low=True)
    if rule.trigger.crossed(score, None):
        if alarm is None:
            limit = rule.trigger.absolute
            book.onset(rule.rule, bed.state.clock, out, priority=rule.priority, since=at, value=score, limit=limit)
    elif alarm is not None:
        book.cleared(alarm, bed.state.clock, out)


def look_again_at_score(bed: Bed, out: list[Event]) -> None:
    """SEDATION_DEEP is on again: the newest score says what is known."""
    session = bed.state.session
    newest = None if session is None else session.newest(Observed.MOAAS)
    if newest is not None:
        scored(bed, newest.value, newest.at, out)


def record_event(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    """Something happened, was done or was given."""
    session = bed.state.session
    at = now if item.at is None else item.at
    word, text = item.fields.get("kind"), item.fields.get("text")
    if session is None:
        refuse(bed, item.command, "wrong_phase", item.by, now, out, phase=bed.state.phase.value)
    elif not isinstance(word, str) or not word.strip():
        refuse(bed, item.command, "kind_missing", item.by, now, out)
    elif at > now or at < session.opened_at:
        refuse(bed, item.command, "observed_time_out_of_range", item.by, now, out)
    else:
        kind = kind_of(word)
        data = {"kind": kind, "text": text, "by": item.by, "at": at}
        if kind not in CODED:
            data["coded"] = False
        out.append(Event(now, bed.state.bed, EventKind.EVENT_RECORDED, data))
        _took_place(bed, session, kind, text, item.by or "somebody", at, out)


def _took_place(bed: Bed, session: Session, kind: str, text: object, by: str, at: Instant, out: list[Event]) -> None:
    if kind == Happening.ACTIVITY:
        session.activities.append(at)
    elif kind == Happening.MEDICATION:
        session.medicated_before = session.medicated_before or session.started_at is None or at < session.started_at
        session.medicated = session.medicated or (session.ended_at is not None and at >= session.ended_at)
    elif kind == Happening.REVIEW:
        session.reviewed_by = by
        session.restarted_against = session.dose_doubt = None
    elif kind == Happening.SYMPTOM_OVER:
        _over(bed, session, text, out)
    elif kind in bed.rules.symptom.kinds:
        _symptom(bed, session, kind, at, out)


def _symptom(bed: Bed, session: Session, kind: str, at: Instant, out: list[Event]) -> None:
    rule, book = bed.rules.symptom, bed.state.book
    new = kind not in session.symptoms
    session.symptoms.setdefault(kind, at)
    if rule.rule.name in bed.off:
        return
    told = ", ".join(name.replace("_", " ") for name in session.symptoms)
    alarm = book.present(rule.rule)
    if alarm is None:
        book.onset(
            rule.rule, bed.state.clock, out, priority=rule.priority, since=at, detail=told, extra={"symptom": kind}
        )
        return
    alarm.detail = told
    if new:
        book.companion(alarm, bed.state.clock, out)


def look_again_at_symptoms(bed: Bed, out: list[Event]) -> None:
    """SYMPTOM is on again: what is not over is present."""
    session = bed.state.session
    if session is not None:
        for kind, at in list(session.symptoms.items()):
            _symptom(bed, session, kind, at, out)


def _over(bed: Bed, session: Session, text: object, out: list[Event]) -> None:
    one = kind_of(text) if isinstance(text, str) and text.strip() else None
    for kind in [kind for kind in session.symptoms if one in (None, kind)]:
        del session.symptoms[kind]
    alarm = bed.state.book.present(bed.rules.symptom.rule)
    if alarm is not None and not session.symptoms:
        bed.state.book.cleared(alarm, bed.state.clock, out)
