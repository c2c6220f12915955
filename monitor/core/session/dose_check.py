"""The cross-check of the entered dose: weight x 0.5 mg/kg (ketamine-monitoring, section 1).

A slip of the decimal point must not go in in silence. The start is not refused: the drug runs from a pump, and a
clinic may have its reasons. The hint stays until a clinician ticks it (the event `review`), or the drug is over.
"""

from __future__ import annotations

from typing import Any

from config.instant import Instant
from monitor.core.bed_state import Bed
from monitor.core.rules.ruleset import INFUSION
from monitor.core.session.session import Session

CROSS_CHECK_MG_PER_KG = 0.5
"""Dose by body weight (section 1)."""
FAR = 2.0
"""More than so many times the cross-check's dose, or less than that part of it, is asked about (our choice)."""


def doubt(session: Session) -> dict[str, float] | None:
    """What is unusual about the dose just entered, with what is known to have run in before; None: nothing.

    A restart tops up: its dose is never too small.
    """
    total = session.total_mg()
    dose = session.dose_mg if total is None else total
    if dose is None or session.weight_kg is None:
        return None
    expected = session.weight_kg * CROSS_CHECK_MG_PER_KG
    small = session.drug_from == session.started_at and dose < expected / FAR
    if dose <= expected * FAR and not small:
        return None
    return {
        "dose_mg": dose,
        "mg_per_kg": round(dose / session.weight_kg, 2),
        "expected_mg": round(expected, 1),
    }


def dose_unusual(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """The hint while the drug runs."""
    running = bed.state.phase in INFUSION
    return dict(session.dose_doubt) if running and session.dose_doubt is not None else None
