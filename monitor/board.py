"""The alarms as they were last told: what pages, dashboards and late comers see.

Numbers may be shown the moment they come; an alarm only once its event is durable (rulings, section 5). The
board therefore keeps pictures of the alarms apart from the live beds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.instant import Instant
from config.vocabulary import AlarmState, Priority
from monitor.core.alarm import Alarm, AlarmBook
from monitor.core.events import ALARM_EVENTS, Event, EventKind
from monitor.wording import describe


@dataclass(frozen=True, slots=True)
class AlarmPicture:
    """One alarm instance at one moment. `text` is in a nurse's words; `durable` False: told before it was on disk."""

    alarm_id: str
    bed: str | None
    alarm: str
    device: str | None
    text: str
    priority: Priority
    state: AlarmState
    stale: bool
    superseded: bool
    value: float | None
    limit: float | None
    unit: str | None
    since: Instant
    raised_at: Instant
    occurrence: int
    acknowledged_by: str | None
    acknowledged_at: Instant | None
    ended_at: Instant | None
    close_reason: str | None = None
    durable: bool = True


def picture(alarm: Alarm, book: AlarmBook) -> AlarmPicture:
    """The instance as it is now."""
    return AlarmPicture(
        alarm_id=alarm.alarm_id,
        bed=book.bed,
        alarm=alarm.rule.name,
        device=alarm.device,
        text=describe(alarm),
        priority=alarm.priority,
        state=alarm.state,
        stale=alarm.stale,
        superseded=book.superseded(alarm),
        value=alarm.value,
        limit=alarm.limit,
        unit=alarm.unit,
        since=alarm.since,
        raised_at=alarm.raised_at,
        occurrence=alarm.occurrence,
        acknowledged_by=alarm.acknowledged_by,
        acknowledged_at=alarm.acknowledged_at,
        ended_at=alarm.ended_at,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One alarm that is not as it was: the picture before (None: it is new) and after."""

    before: AlarmPicture | None
    after: AlarmPicture


class Board:
    """Pictures of every open alarm: as decided (for telling what changed), and as told (for showing)."""

    def __init__(self) -> None:
        self._decided: dict[str | None, dict[str, AlarmPicture]] = {}  # by bed
        self._told: dict[str, AlarmPicture] = {}

    def decide(self, events: Sequence[Event], books: Sequence[AlarmBook]) -> list[Change]:
        """What `events` changed among the alarms of their books; nothing is shown yet."""
        reasons = {
            event.data["alarm_id"]: str(event.data.get("reason"))
            for event in events
            if event.kind is EventKind.ALARM_CLOSED
        }
        touched = {event.bed for event in events if event.kind in ALARM_EVENTS}
        changes = []
        for book in books:
            if book.bed in touched:
                changes += self._compare(book, events, reasons)
        return changes

    def tell(self, changes: Sequence[Change], *, durable: bool) -> list[AlarmPicture]:
        """Show them now; the pictures to send on.

        The journal writes in order: once something is told that is on disk, so is all that was told before it.
        """
        shown = self._on_record() if durable else []
        for change in changes:
            after = change.after if durable else replace(change.after, durable=False)
            if after.state is AlarmState.CLOSED:
                self._told.pop(after.alarm_id, None)
            else:
                self._told[after.alarm_id] = after
            shown.append(after)
        return shown

    def _on_record(self) -> list[AlarmPicture]:
        """Those told before they were on disk, which they are by now."""
        late = [replace(told, durable=True) for told in self._told.values() if not told.durable]
        self._told |= {told.alarm_id: told for told in late}
        return late

    def alarms(self) -> list[AlarmPicture]:
        """Every alarm that has been told and is open: highest priority first, then the oldest."""
        return sorted(self._told.values(), key=lambda shown: (-shown.priority, shown.raised_at))

    def decided(self, bed: str | None) -> list[AlarmPicture]:
        """Every open alarm of a bed, or of the service, as it is by now, told or not."""
        return list(self._decided.get(bed, {}).values())

    def load(self, books: Sequence[AlarmBook]) -> None:
        """Take over what a journal has restored: it was told before the service stopped."""
        for book in books:
            for alarm in book.open.values():
                shown = picture(alarm, book)
                self._told[alarm.alarm_id] = shown
                self._decided.setdefault(book.bed, {})[alarm.alarm_id] = shown

    def _compare(self, book: AlarmBook, events: Sequence[Event], reasons: dict[str, str]) -> list[Change]:
        changes = []
        decided = self._decided.setdefault(book.bed, {})
        now_open = {alarm.alarm_id: picture(alarm, book) for alarm in book.open.values()}
        for alarm_id, after in now_open.items():
            before = decided.get(alarm_id)
            if before != after:
                changes.append(Change(before, after))
                decided[alarm_id] = after
        for alarm_id, before in list(decided.items()):
            if alarm_id not in now_open:
                del decided[alarm_id]
                changes.append(Change(before, _closed(before, reasons.get(alarm_id), _ended(events, alarm_id))))
        return changes


def _ended(events: Sequence[Event], alarm_id: str) -> Instant | None:
    found = [event.at for event in events if event.data.get("alarm_id") == alarm_id]
    return found[-1] if found else None


def _closed(before: AlarmPicture, reason: str | None, at: Instant | None) -> AlarmPicture:
    ended = before.ended_at if before.ended_at is not None else at
    return replace(before, state=AlarmState.CLOSED, ended_at=ended, close_reason=reason, superseded=False)
