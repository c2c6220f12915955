"""Why an alert is kept from people: inhibition by a higher alarm of the same group (pure)."""

from __future__ import annotations

from enum import StrEnum

from alerts.alert import Alert, AlertKind


class Suppression(StrEnum):
    """The named reason for keeping an alert from people."""

    INHIBITED = "a higher alarm of the same group already sounds"


def verdict(alert: Alert) -> Suppression | None:
    """The reason to call nobody for `alert`, or None (rulings 2.4).

    Only a call is inhibited. Whoever was told of the alarm while it did sound also hears that it was
    acknowledged and that it ended (alarm-system 4.3), else the receiver would keep it open for ever.
    """
    if alert.audible or alert.kind not in (AlertKind.RAISED, AlertKind.ESCALATED):
        return None
    return Suppression.INHIBITED
