"""Core events to alerts for people: the only bridge to `alerts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from alerts.alert import Alert, AlertKind
from alerts.combine import Combiner
from config.instant import SECOND, Duration, Instant
from config.vocabulary import AlarmState, Priority
from monitor.board import AlarmPicture, Change
from monitor.core.events import Event, EventKind
from monitor.wording import STARS, lasting

FIRST_STEP = 1
STATION_LOST = "STATION_LOST"
"""While it stands, every alarm goes to every channel at once (alarm-system 3.2)."""


ALL_IS_WELL_EVERY: Duration = 60 * SECOND
"""`service.heartbeat` (alarm-system 5.4 b): the receiver calls somebody when none has come for 150 s."""


def all_is_well(now: Instant) -> Alert:
    """The message to whoever watches the service from afar."""
    return Alert(
        kind=AlertKind.HEARTBEAT,
        at=now,
        alarm_id="heartbeat",
        step=FIRST_STEP,
        bed=None,
        bed_label=None,
        alarm="SERVICE_HEARTBEAT",
        priority=Priority.LOW,
        text="bedwatch: the service runs",
    )


class PageWriter:
    """Writes the alerts that follow from a batch of events.

    Args:
        labels: bed id to the label people know.
        unattended: STATION_LOST stands from before.
    """

    def __init__(self, labels: Mapping[str, str], *, unattended: bool = False) -> None:
        self._labels = labels
        self._unattended = unattended
        self._combiner = Combiner()
        self._called: dict[str, tuple[int, Priority]] = {}
        """Open alarms that people were called about: the occurrence and its priority then."""

    def alerts(
        self, events: Sequence[Event], changes: Sequence[Change], session: str | None, patient: str | None
    ) -> list[Alert]:
        """Alerts in the order of the events; an alarm that a higher one has just uncovered comes last."""
        for change in changes:
            if change.after.alarm == STATION_LOST:
                self._unattended = change.after.state is not AlarmState.CLOSED
        after = {change.after.alarm_id: change.after for change in changes}
        before = {change.after.alarm_id: change.before for change in changes}
        found = []
        spoken = set()
        for event in events:
            alarm_id = event.data.get("alarm_id")
            picture = after.get(alarm_id) if isinstance(alarm_id, str) else None
            if picture is None:
                continue
            kind = _kind(event)
            earlier = before[picture.alarm_id]
            # The end of a latched condition was told when it latched, and who answers it says that it is over.
            ended_before = (
                event.kind is EventKind.ALARM_CLOSED and earlier is not None and earlier.state is AlarmState.LATCHED
            )
            if kind is not None and not (ended_before and picture.alarm_id in spoken):
                priority = Priority.from_word(event.data["priority"])
                alert = self._alert(kind, event.at, picture, priority, session, patient)
                alert = self._combiner.take(alert, picture.text)
                found.append(replace(alert, ended_before=True) if ended_before else alert)
                spoken.add(picture.alarm_id)
        last = events[-1].at if events else 0
        for change in changes:
            picture = change.after
            if picture.alarm_id not in spoken and _uncovered(change):
                kind = self._news(picture)
                if kind is not None:
                    alert = self._alert(kind, last, picture, picture.priority, session, patient)
                    found.append(replace(alert, uncovered=True))
        self._remember(found, changes)
        return found

    def catch_up(
        self, pictures: Sequence[AlarmPicture], at: Instant, session: str | None, patient: str | None
    ) -> list[Alert]:
        """The last station page is lost: what it showed and nobody has answered goes to whoever was not called."""
        found = [
            replace(self._alert(AlertKind.RAISED, at, picture, picture.priority, session, patient), catching_up=True)
            for picture in pictures
            if picture.state is AlarmState.ACTIVE and not picture.superseded and picture.alarm != STATION_LOST
        ]
        self._remember(found, [])
        return found

    def folded_due(self) -> Instant | None:
        """When somebody is to be called for alarms that a combined call was to stand for and did not name."""
        return self._combiner.due()

    def folded(self, at: Instant) -> dict[str, list[str]]:
        """Those of each bed, by alarm id; given once, for `call_for_folded`."""
        return self._combiner.release(at)

    def call_for_folded(
        self,
        alarm_ids: Sequence[str],
        pictures: Sequence[AlarmPicture],
        at: Instant,
        session: str | None,
        patient: str | None,
    ) -> list[Alert]:
        """One call that names what of them is still there, unanswered and in no call since (decisions/0005)."""
        open_still = [
            picture
            for picture in pictures
            if picture.alarm_id in alarm_ids
            and picture.state is AlarmState.ACTIVE
            and not picture.superseded
            and picture.alarm_id not in self._called
        ]
        if not open_still:
            return []
        first, *others = open_still
        alert = self._alert(AlertKind.RAISED, at, first, first.priority, session, patient)
        if others:
            alert = replace(alert, text=f"{alert.text}; also: {', '.join(picture.text for picture in others)}")
        self._remember([alert], [])
        return [replace(alert, uncovered=True)]

    def _news(self, picture: AlarmPicture) -> AlertKind | None:
        """What nobody has been told of this alarm. Neither kind was used on a person's channel while it was covered,
        so the message has an id of its own there; after a restart every occurrence is a new one (row 17).
        """
        occurrence, priority = self._called.get(picture.alarm_id, (0, picture.priority))
        if occurrence != picture.occurrence:
            return AlertKind.RAISED
        return AlertKind.ESCALATED if picture.priority > priority else None

    def _remember(self, told: Sequence[Alert], changes: Sequence[Change]) -> None:
        for alert in told:
            if alert.audible and not alert.combined and alert.kind not in _LAST:
                self._called[alert.alarm_id] = (alert.occurrence, alert.priority)
        for change in changes:
            if change.after.state is AlarmState.CLOSED:
                self._called.pop(change.after.alarm_id, None)

    def _alert(
        self,
        kind: AlertKind,
        at: Instant,
        picture: AlarmPicture,
        priority: Priority,
        session: str | None,
        patient: str | None,
    ) -> Alert:
        label = None if picture.bed is None else self._labels.get(picture.bed, picture.bed)
        return Alert(
            kind=kind,
            at=at,
            alarm_id=picture.alarm_id,
            # A rise is told once for each priority reached.
            step=int(priority) if kind is AlertKind.ESCALATED else FIRST_STEP,
            bed=picture.bed,
            bed_label=label,
            alarm=picture.alarm,
            priority=priority,
            text=_text(kind, picture, priority, label, at),
            value=picture.value,
            limit=picture.limit,
            unit=picture.unit,
            raised_at=picture.raised_at,
            session=session,
            patient=patient,
            occurrence=picture.occurrence,
            audible=not picture.superseded,
            unattended=self._unattended,
            over=kind in _LAST and picture.state is AlarmState.CLOSED,
        )


_LAST = (AlertKind.ACKNOWLEDGED, AlertKind.CLOSED)


def _kind(event: Event) -> AlertKind | None:
    """What an event means to somebody far away; None: nothing."""
    match event.kind:
        case EventKind.ALARM_RAISED:
            return AlertKind.RAISED
        case EventKind.ALARM_REARMED:
            # A rise of an acknowledged alarm is told as the rise.
            return None if event.data["reason"] == "priority" else AlertKind.RAISED
        case EventKind.ALARM_PRIORITY_CHANGED:
            return AlertKind.ESCALATED
        case EventKind.ALARM_ACKNOWLEDGED:
            return AlertKind.ACKNOWLEDGED
        case EventKind.ALARM_LATCHED | EventKind.ALARM_CLOSED:
            return AlertKind.CLOSED
    return None


def _uncovered(change: Change) -> bool:
    """The higher alarm of its group has gone and nobody has answered this one: now it counts (rulings 2.4)."""
    before = change.before
    return (
        before is not None and before.superseded and not change.after.superseded
    ) and change.after.state is AlarmState.ACTIVE


def _text(kind: AlertKind, picture: AlarmPicture, priority: Priority, label: str | None, at: Instant) -> str:
    text = f"{STARS[priority]} {'bedwatch' if label is None else label} {picture.text}"
    if kind is AlertKind.CLOSED:
        return f"{text} - ended"
    if kind is AlertKind.ACKNOWLEDGED:
        return f"{text} - acknowledged by {picture.acknowledged_by}" if picture.acknowledged_by else text
    return f"{text}{lasting(at - picture.since)}"
