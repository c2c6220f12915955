"""The steps that a metric's return to baseline may take (ketamine-monitoring 6.2; rulings, section 4).

The machine in `metric_return` decides when; here stands which steps there are. Any other is a bug.
"""

from __future__ import annotations

from config.vocabulary import ReturnState
from monitor.core.errors import IllegalTransition

S = ReturnState

STEPS: dict[ReturnState, dict[ReturnState, str]] = {
    S.NO_BASELINE: {
        S.IN_BAND: "a late reading replaces the missing baseline",
    },
    S.IN_BAND: {
        S.AWAY: "excursion: two readings in a row above U, or one above U + 10",
        S.INDETERMINATE: "deadline + grace without a valid reading near it",
    },
    S.AWAY: {
        S.CANDIDATE: "after the end, a reading at or below U",
        S.RETURNED: "pulse, SpO2: five minutes in band",
        S.OVERDUE: "deadline + grace",
        S.INDETERMINATE: "deadline + grace without a valid reading near it",
        S.IN_BAND: "infusion restarted, last reading in band",
    },
    S.CANDIDATE: {
        S.RETURNED: "another reading at or below U, 4 min later or more",
        S.AWAY: "a reading above U, or infusion restarted",
        S.OVERDUE: "a reading above U after deadline + grace",
        S.INDETERMINATE: "no second reading within 7.5 min after the deadline",
        S.IN_BAND: "infusion restarted, last reading in band",
    },
    S.RETURNED: {
        S.RE_EXCURSED: "excursion: the verdict is revoked",
        S.AWAY: "infusion restarted, last reading above U",
        S.IN_BAND: "infusion restarted, last reading in band",
    },
    S.RE_EXCURSED: {
        S.RETURNED: "two readings at or below U again",
        S.AWAY: "infusion restarted, last reading above U",
        S.IN_BAND: "infusion restarted, last reading in band",
    },
    S.OVERDUE: {
        S.RETURNED: "two readings at or below U: late",
        S.AWAY: "infusion restarted, last reading above U",
        S.IN_BAND: "infusion restarted, last reading in band",
    },
    S.INDETERMINATE: {
        S.RETURNED: "two readings at or below U: late",
        S.OVERDUE: "a reading above U, after it had been away",
        S.IN_BAND: "a reading at or below U, never away; or infusion restarted",
        S.AWAY: "excursion, goes on to OVERDUE; or infusion restarted",
    },
}
"""From, to, and what makes the step."""


def check(before: ReturnState, after: ReturnState) -> None:
    """Raises IllegalTransition for a step that the table does not have."""
    if after not in STEPS[before]:
        raise IllegalTransition(f"return to baseline: {before} to {after}")
