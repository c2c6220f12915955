"""Reading a journal, live or dead, without ever holding up its writer.

Plain blocking calls on a read-only connection; the service runs them off the event loop. Each call sees one
moment of the journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from alerts.alert import AlertKind
from alerts.ledger import PageStatus
from config.instant import Instant
from config.vocabulary import Metric
from monitor.core.errors import JournalError
from monitor.journal.record import (
    EventRow,
    InputRow,
    Restored,
    Session,
    SessionRecord,
    Snapshot,
    SnapshotReason,
    TrendPoint,
)
from monitor.journal.schema import connect_reader

TREND_SOURCES: dict[Metric, tuple[str, str]] = {
    Metric.SPO2: ("spo2", "spo2"),
    Metric.PULSE_RATE: ("spo2", "pulse_rate"),
    Metric.PERFUSION_INDEX: ("spo2", "perfusion_index"),
    Metric.SYSTOLIC: ("nibp", "systolic"),
    Metric.DIASTOLIC: ("nibp", "diastolic"),
    Metric.MEAN: ("nibp", "mean"),
    Metric.PULSE_RATE_CUFF: ("nibp", "pulse_rate"),
    Metric.PULSE_RATE_PLETH: ("pleth_measures", "pulse_rate_pleth"),
    Metric.RESP_RATE_PLETH: ("pleth_measures", "resp_rate_pleth"),
    Metric.RESP_RATE: ("reading_recorded", "resp_rate"),
}
"""Metric → kind of input and field of its line (interfaces, section 4)."""

_SNAPSHOT = "SELECT bed, at_us, input_seq, event_seq, reason, session, state FROM snapshots"
_LAST_SNAPSHOTS = f"{_SNAPSHOT} WHERE id IN (SELECT max(id) FROM snapshots GROUP BY bed)"  # noqa: S608 - constants only
_SESSION = "SELECT id, bed, patient, opened_us, closed_us FROM sessions"
_EVENT = "SELECT seq, at_us, bed, session, kind, body FROM events"
_END = 2**63 - 1


class JournalReader:
    """Reads the journal at `path`. Raises JournalError when it is missing or cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def restore(self, beds: Iterable[str | None]) -> dict[str | None, Restored]:
        """Per bed its last snapshot and the inputs since; None stands for the service itself.

        One pass from the oldest of these snapshots; a bed without any makes it the whole journal.
        """
        with self._moment() as connection:
            wanted: dict[str | None, Restored] = {bed: Restored(None, []) for bed in beds}
            for row in connection.execute(_LAST_SNAPSHOTS):
                if row[0] in wanted:
                    wanted[row[0]] = Restored(_snapshot(row), [])
            folded = {bed: r.snapshot.input_seq if r.snapshot else 0 for bed, r in wanted.items()}
            rows = connection.execute(
                "SELECT seq, at_us, bed, body FROM inputs WHERE seq > ? ORDER BY seq",
                (min(folded.values(), default=_END),),
            )
            for seq, at, bed, body in rows:
                if bed in folded and seq > folded[bed]:
                    wanted[bed].inputs.append(InputRow(seq, at, msgspec.json.decode(body)))
        return wanted

    def sessions(self, *, bed: str | None = None) -> list[Session]:
        """Every session, the newest first; with `bed` those of one bed."""
        where, values = (" WHERE bed = ?", (bed,)) if bed is not None else ("", ())
        with self._moment() as connection:
            rows = connection.execute(f"{_SESSION}{where} ORDER BY opened_us DESC, rowid DESC", values)
            return [Session(*row) for row in rows]

    def session_record(self, session: str) -> SessionRecord:
        """One session whole: the state it began with, its inputs to the end or to now, its events.

        Raises:
            JournalError: there is no such session.
        """
        with self._moment() as connection:
            found = connection.execute(f"{_SESSION} WHERE id = ?", (session,)).fetchone()
            if found is None:
                raise JournalError(
                    f"{self._path}: there is no session {session!r}; GET /api/v1/sessions lists those there are"
                )
            about = Session(*found)
            opening = self._session_snapshot(connection, session, SnapshotReason.SESSION_OPENED)
            closing = self._session_snapshot(connection, session, SnapshotReason.DISCHARGED)
            # Without a snapshot at one of its ends the session's own times bound it.
            inputs = connection.execute(
                "SELECT seq, at_us, body FROM inputs WHERE bed = ? AND seq > ? AND seq <= ? "
                "AND at_us >= ? AND at_us <= ? ORDER BY seq",
                (
                    about.bed,
                    opening.input_seq if opening else 0,
                    closing.input_seq if closing else _END,
                    -_END if opening else about.opened_at,
                    _END if closing or about.closed_at is None else about.closed_at,
                ),
            )
            return SessionRecord(
                about,
                opening,
                [InputRow(seq, at, msgspec.json.decode(body)) for seq, at, body in inputs],
                [_event(row) for row in connection.execute(f"{_EVENT} WHERE session = ? ORDER BY seq", (session,))],
            )

    def events(
        self,
        *,
        since: int = 0,
        bed: str | None = None,
        session: str | None = None,
        kinds: Collection[str] | None = None,
        limit: int | None = None,
    ) -> list[EventRow]:
        """Events after sequence number `since`, in order, of one bed, session or of some kinds, at most `limit`."""
        where, values = "seq > ?", [since]
        filters: list[Any] = values
        for column, wanted in (("bed", bed), ("session", session)):
            if wanted is not None:
                where += f" AND {column} = ?"
                filters.append(wanted)
        if kinds is not None:
            where += f" AND kind IN ({', '.join('?' * len(kinds))})"
            filters += kinds
        filters.append(-1 if limit is None else limit)
        with self._moment() as connection:
            return [_event(row) for row in connection.execute(f"{_EVENT} WHERE {where} ORDER BY seq LIMIT ?", filters)]

    def trend(self, bed: str, metric: Metric, start: Instant, end: Instant) -> list[TrendPoint]:
        """What was measured from `start` to `end` inclusive, in order of time, with the verdict of that moment.

        Raises:
            ValueError: the metric has no trend of single values.
        """
        if metric not in TREND_SOURCES:
            raise ValueError(f"{metric} has no trend: one of {', '.join(sorted(TREND_SOURCES))}")
        kind, name = TREND_SOURCES[metric]
        with self._moment() as connection:
            rows = connection.execute(
                "SELECT at_us, body, verdicts FROM inputs WHERE at_us BETWEEN ? AND ? AND bed = ? AND kind = ? "
                "ORDER BY at_us, seq",
                (start, end, bed, kind),
            )
            points = []
            for at, body, verdicts in rows:
                judged = msgspec.json.decode(verdicts) if verdicts is not None else {}
                verdict, reason = judged.get(metric.value) or judged.get(name) or (None, None)
                points.append(TrendPoint(at, msgspec.json.decode(body).get(name), verdict, reason))
            return sorted(points + self._by_hand(connection, bed, metric, start, end), key=lambda point: point.at)

    def by_hand(self, bed: str, metric: Metric, start: Instant, end: Instant) -> list[TrendPoint]:
        """What people entered from `start` to `end` inclusive, in order of the time they observed it."""
        with self._moment() as connection:
            return sorted(self._by_hand(connection, bed, metric, start, end), key=lambda point: point.at)

    @staticmethod
    def _by_hand(
        connection: sqlite3.Connection, bed: str, metric: Metric, start: Instant, end: Instant
    ) -> list[TrendPoint]:
        """What people entered, at the time they observed it."""
        rows = connection.execute(
            "SELECT body FROM events WHERE kind = 'reading_recorded' AND session IN "
            "(SELECT id FROM sessions WHERE bed = ? AND opened_us <= ? AND ifnull(closed_us, ?) >= ?)",
            (bed, end, _END, start),
        )
        entered = [msgspec.json.decode(body) for (body,) in rows]
        return [
            TrendPoint(data["at"], data["values"][metric.value], None, by_hand=True)
            for data in entered
            if start <= data["at"] <= end and metric.value in data["values"]
        ]

    def previous_baselines(self, patient: str) -> dict[str, list[float]]:
        """The baselines of a patient's sessions by metric, the oldest session first; what was NONE is left out."""
        with self._moment() as connection:
            rows = connection.execute(
                "SELECT sessions.id, body FROM sessions JOIN events ON events.session = sessions.id "
                "WHERE patient = ? AND kind = 'baseline_frozen' ORDER BY opened_us, seq",
                (patient,),
            )
            found: dict[str, dict[str, float]] = {}
            for session, body in rows:
                data = msgspec.json.decode(body)
                if data["value"] is not None:
                    found.setdefault(data["metric"], {})[session] = data["value"]
            return {metric: list(values.values()) for metric, values in found.items()}

    def told(self, alarm_id: str) -> frozenset[str]:
        """Channels that had a raised or escalated page of this alarm delivered."""
        sql = "SELECT DISTINCT channel FROM outbox WHERE alarm_id = ? AND status = ? AND kind IN (?, ?)"
        values = (alarm_id, PageStatus.DELIVERED.value, AlertKind.RAISED.value, AlertKind.ESCALATED.value)
        with self._moment() as connection:
            return frozenset(channel for (channel,) in connection.execute(sql, values))

    def last_moment(self) -> Instant:
        """The latest time in the journal, 0 when there is no journal: the service's scale must not start before it."""
        if not self._path.exists():
            return 0
        with self._moment() as connection:
            row = connection.execute("SELECT (SELECT max(at_us) FROM inputs), (SELECT max(at_us) FROM events)")
            return max(at or 0 for at in row.fetchone())

    @contextmanager
    def _moment(self) -> Iterator[sqlite3.Connection]:
        connection = connect_reader(self._path)
        try:
            connection.execute("BEGIN")
            yield connection
        except (sqlite3.Error, msgspec.DecodeError) as error:
            raise JournalError(f"{self._path}: cannot be read ({error}); keep a copy, then restore a backup") from error
        finally:
            connection.close()

    @staticmethod
    def _session_snapshot(connection: sqlite3.Connection, session: str, reason: SnapshotReason) -> Snapshot | None:
        row = connection.execute(f"{_SNAPSHOT} WHERE session = ? AND reason = ? ORDER BY id LIMIT 1", (session, reason))
        found = row.fetchone()
        return _snapshot(found) if found else None


def _snapshot(row: tuple[Any, ...]) -> Snapshot:
    bed, at, input_seq, event_seq, reason, session, state = row
    return Snapshot(bed, at, input_seq, event_seq, SnapshotReason(reason), session, state)


def _event(row: tuple[Any, ...]) -> EventRow:
    seq, at, bed, session, kind, body = row
    return EventRow(seq, at, bed, session, kind, msgspec.json.decode(body))
