"""The name of a page: the receiver's key against doubles (`webhook-id`)."""

from __future__ import annotations

import hashlib

from alerts.alert import Alert


def page_id(alert: Alert, channel: str) -> str:
    """`msg_` and 32 hex digits; equal for the same message of the same alarm on the same channel.

    It is derived, not drawn, so retries and restarts cannot change it (alarm-system 4.3: idempotent by alarm
    id and step). The onset goes in because alarm ids count anew in a new data folder, and a receiver that
    remembers the old ones would pass over a real page. The priority goes in because an alarm that rose unheard
    under a higher one is called again when that one has gone, and no receiver may take that for the lesser call.
    Messages about the service have no onset; their own time tells them apart.
    """
    onset = alert.at if alert.raised_at is None else alert.raised_at
    named = (channel, alert.alarm_id, alert.kind.value, alert.priority.word)
    parts = (*named, str(alert.step), str(alert.occurrence), str(onset))
    return "msg_" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
