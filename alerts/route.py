"""Who hears of an alert, on which channels, and why (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.alert import Alert, AlertKind
from alerts.suppress import verdict
from config.vocabulary import Priority

ALARM_KINDS: frozenset[AlertKind] = frozenset(AlertKind) - {AlertKind.HEARTBEAT}
"""What a channel is told unless its settings say otherwise: all but the heartbeat."""

PAGER_FAIL = "PAGER_FAIL"
"""The technical alarm about a channel that does not deliver (alarm-system 3.2)."""


class Reason(StrEnum):
    """Why a channel is told, or not told."""

    RECORD = "the channel keeps a record of everything"
    ON_RECORD = "the channel has written this down, when a higher alarm kept it from people"
    SERVICE = "a message about the service itself"
    PRIORITY = "the priority reaches the channel's minimum"
    FOLLOW_UP = "the channel was told of this alarm before"
    CHANNEL_OFF = "the receiver has switched the channel off"
    CHANNEL_FAILING = "the channel is failing, and this alarm is about failing channels"
    KIND_NOT_WANTED = "the channel is not set to hear this kind of message"
    PERHAPS_TOLD = "nobody can say whether the channel was told of this alarm before"
    NEVER_TOLD = "the channel was never told of this alarm"
    INHIBITED = "a higher alarm of the same group already sounds"
    COMBINED = "a combined announcement has told of many new alarms on this bed"
    STAND_IN = "every channel set to this priority is in trouble: the next one is tried"
    UNATTENDED = "no station page answers: every channel is told"
    CALLED_BEFORE = "the channel has been called about this alarm"
    BELOW_MINIMUM = "the priority is below the channel's minimum"


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """One channel as routing sees it.

    Attributes:
        id, kind: as in the site file.
        options: the kind's checked options; may hold secrets, hence never printed.
        min_priority: the least priority that is told. LOW is never paged by default (alarm-system 4.3).
        tell: kinds of alert it wants.
        keeps_record: True for a log: it hears everything, also what is kept from people (rulings 2.4).
    """

    id: str
    kind: str
    options: object = field(default=None, repr=False)
    min_priority: Priority = Priority.MEDIUM
    tell: frozenset[AlertKind] = ALARM_KINDS
    keeps_record: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one channel is told, with the reason."""

    channel: str
    told: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Standing:
    """What routing has to know about the moment.

    Attributes:
        told: channels paged for this alarm before; None: nobody can say at present.
        off: channels whose receiver answered 410.
        failing: channels that owe a delivery.
    """

    told: Collection[str] | None = ()
    off: Collection[str] = ()
    failing: Collection[str] = ()


def recipients(alert: Alert, channels: Iterable[ChannelSpec], standing: Standing) -> list[Decision]:
    """One decision for every channel, in the order of `channels`."""
    specs = list(channels)
    decisions = [_decide(alert, channel, standing) for channel in specs]
    _find_stand_in(alert, specs, decisions, standing)
    return decisions


def _find_stand_in(alert: Alert, specs: list[ChannelSpec], decisions: list[Decision], standing: Standing) -> None:
    """Every channel that should call somebody is in trouble: the next one does, whatever its minimum (PAGER_FAIL).

    Only a call that nothing keeps back can be below a minimum: nobody else stands in.
    """
    people = [(spec, found) for spec, found in zip(specs, decisions, strict=True) if not spec.keeps_record]
    wanted = any(alert.kind in spec.tell and alert.priority >= spec.min_priority for spec, _ in people)
    reached = any(found.told and spec.id not in standing.failing for spec, found in people)
    if not wanted or reached:
        return
    for index, found in enumerate(decisions):
        if found.reason is Reason.BELOW_MINIMUM and found.channel not in standing.failing:
            decisions[index] = Decision(found.channel, told=True, reason=Reason.STAND_IN)
            return


def _decide(alert: Alert, channel: ChannelSpec, standing: Standing) -> Decision:
    if channel.id in standing.off:
        return Decision(channel.id, told=False, reason=Reason.CHANNEL_OFF)
    if alert.kind not in channel.tell:
        return Decision(channel.id, told=False, reason=Reason.KIND_NOT_WANTED)
    if channel.keeps_record and alert.catching_up:
        return Decision(channel.id, told=False, reason=Reason.CALLED_BEFORE)
    if channel.keeps_record and alert.uncovered:
        return Decision(channel.id, told=False, reason=Reason.ON_RECORD)
    if channel.keeps_record:
        return Decision(channel.id, told=True, reason=Reason.RECORD)
    if alert.kind in (AlertKind.HEARTBEAT, AlertKind.TEST):
        return Decision(channel.id, told=True, reason=Reason.SERVICE)
    if alert.kind in (AlertKind.ACKNOWLEDGED, AlertKind.CLOSED):
        if standing.told is None and alert.priority >= channel.min_priority:
            return Decision(channel.id, told=True, reason=Reason.PERHAPS_TOLD)
        heard = standing.told is not None and channel.id in standing.told
        return Decision(channel.id, told=heard, reason=Reason.FOLLOW_UP if heard else Reason.NEVER_TOLD)
    if alert.alarm == PAGER_FAIL and channel.id in standing.failing:
        return Decision(channel.id, told=False, reason=Reason.CHANNEL_FAILING)
    kept = verdict(alert)
    if kept is not None:
        return Decision(channel.id, told=False, reason=Reason[kept.name])
    if alert.catching_up and standing.told is not None and channel.id in standing.told:
        return Decision(channel.id, told=False, reason=Reason.CALLED_BEFORE)
    if alert.priority < channel.min_priority:
        reason = Reason.UNATTENDED if alert.unattended else Reason.BELOW_MINIMUM
        return Decision(channel.id, told=alert.unattended, reason=reason)
    return Decision(channel.id, told=True, reason=Reason.PRIORITY)
