"""Replays every session of a journal and holds the events against those that were journaled then."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

from monitor.core.events import to_line
from monitor.journal import JournalReader
from monitor.journal.chain import verify
from monitor.restore import bed_setups
from monitor.session_replay import journaled_events, replay_session
from monitor.site import Site


def check_journal(journal: Path, site: Site) -> dict[str, int]:
    """Assert that the chain is whole and each session replays to its own events; their number, by session.

    A replay ends with the last input; what fell due after it has no part in the comparison.
    """
    found = verify(journal)
    assert found.ok, found
    reader = JournalReader(journal)
    compared = {}
    for session in reader.sessions():
        record = reader.session_record(session.session)
        end = record.inputs[-1].at
        origin = session.opened_at
        then = [to_line(event, origin) for event in journaled_events(record) if event.at <= end]
        again = [to_line(event, origin) for event in replay_session(record, bed_setups(site))]
        for now, before in zip_longest(again, then):
            assert now == before, f"session {session.session}: replayed {now}, journaled {before}"
        compared[session.session] = len(then)
    raised = [row.data["alarm_id"] for row in reader.events() if row.kind == "alarm_raised"]
    assert len(raised) == len(set(raised)), "an alarm was raised twice"
    return compared
