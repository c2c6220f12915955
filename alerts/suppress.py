"""Why an alert is kept from people: a higher alarm of its group, or a combined announcement (pure)."""

from __future__ import annotations

from enum import StrEnum

from alerts.alert import Alert, AlertKind


class Suppression(StrEnum):
    """The named reason for keeping an alert from people."""

    INHIBITED = "a higher alarm of the same group already sounds"
    COMBINED = "a combined announcement has told of many new alarms on this bed"


def verdict(alert: Alert) -> Suppression | None:
    """The reason to call nobody for `alert`, or None (rulings 2.4 and 2.9).

    Only a call is kept back. Whoever was told of the alarm while it did sound also hears that it was
    acknowledged and that it ended (alarm-system 4.3), else the receiver would keep it open for ever.
    """
    if alert.kind not in (AlertKind.RAISED, AlertKind.ESCALATED):
        return None
    if not alert.audible:
        return Suppression.INHIBITED
    return Suppression.COMBINED if alert.combined else None
