"""The core's reasons for a refusal, in the ward's words."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "not_active": "This alarm is not active any more: there is nothing to acknowledge.",
    "session_open": "A session is open on this bed: discharge or abort it first.",
    "no_session": "There is no session on this bed: open one first.",
    "no_baseline": (
        "The baseline is not complete: take the missing readings, or start with a prescriber's name and a reason."
    ),
    "high_alarm_active": "A high-priority alarm is active: acknowledge it first.",
}


def in_words(reason: str) -> str:
    """A sentence for `reason`; an unlisted one is spelt out as it is."""
    known = REASONS.get(reason)
    return known if known is not None else f"Refused: {reason.replace('_', ' ')}."
