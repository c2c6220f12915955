"""Alerts and channel settings with only the interesting fields spelt out."""

from __future__ import annotations

from dataclasses import replace

from alerts.alert import Alert, AlertKind
from alerts.ledger import Page
from alerts.page_id import page_id
from alerts.route import ALARM_KINDS, ChannelSpec
from config.instant import SECOND, Instant
from config.vocabulary import Priority

ONSET: Instant = 1_000 * SECOND

_RAISED = Alert(
    kind=AlertKind.RAISED,
    at=ONSET + 15 * SECOND,
    alarm_id="bay-1-0007",
    step=1,
    bed="bay-1",
    bed_label="Bay 1",
    alarm="SPO2_LOW",
    priority=Priority.MEDIUM,
    text="** Bay 1 SpO2 88 % (limit 90) for 15 s",
    value=88.0,
    limit=90.0,
    unit="%",
    raised_at=ONSET,
    session="s-1",
    patient="P-17",
)


def alert(kind: AlertKind = AlertKind.RAISED, alarm_id: str = "bay-1-0007", **changes: object) -> Alert:
    """A medium SPO2_LOW on bay-1, with changes."""
    return replace(_RAISED, kind=kind, alarm_id=alarm_id, **changes)  # type: ignore[arg-type]


def page(about: Alert, channel: str = "pager") -> Page:
    """`about` on its way to `channel`."""
    return Page(page_id(about, channel), channel, about)


def spec(
    channel_id: str = "pager",
    min_priority: Priority = Priority.MEDIUM,
    tell: frozenset[AlertKind] = ALARM_KINDS,
    keeps_record: bool = False,
) -> ChannelSpec:
    """A channel's settings."""
    return ChannelSpec(channel_id, "recording", None, min_priority, tell, keeps_record)
