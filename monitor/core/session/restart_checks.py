"""What stands against starting the drug again out of the recovery: a HIGH alarm, values at the level of a hold.

The documents ask for a hold before the first start alone (ketamine-monitoring, section 4; 5.0), so this is a hint and
refuses nothing: it stays until a clinician ticks it (the event `review`), or until the drug is over.
"""

from __future__ import annotations

from typing import Any

from config.instant import Instant
from config.vocabulary import Metric, Priority
from monitor.core.alarm import PRESENT
from monitor.core.bed_state import Bed
from monitor.core.rules.ruleset import INFUSION
from monitor.core.session import discharge, start_checks
from monitor.core.session.session import Session

CHECKED = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.PULSE_RATE, Metric.SPO2)


def against(bed: Bed, session: Session) -> dict[str, list[str]] | None:
    """The HIGH alarms that are present and the metrics at the level of a hold, as known now; None: neither."""
    now = {metric: discharge.current(bed, metric, bed.state.clock) for metric in CHECKED}
    metrics = start_checks.at_hold_level(bed, session, now)
    present = [
        alarm for alarm in bed.state.book.open.values() if alarm.priority is Priority.HIGH and alarm.state in PRESENT
    ]
    alarms = [alarm.rule.name for alarm in sorted(present, key=lambda alarm: alarm.rule.order)]
    return {"metrics": metrics, "alarms": alarms} if metrics or alarms else None


def restarted(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """The hint while the drug runs again in spite of it."""
    running = bed.state.phase in INFUSION
    return dict(session.restarted_against) if running and session.restarted_against is not None else None
