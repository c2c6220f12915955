"""The hash chain over the events, and how anybody can check it (rulings, section 5).

An event's hash is the SHA-256, in lower-case hex, of the previous event's hash followed by the event's
canonical bytes: a JSON array of seq, at_us, bed, session, kind and body (the stored text, as a string), without
blanks, in UTF-8. The first event's previous hash is 64 zeros. An auditor needs no more than this:

    import hashlib, json, sqlite3
    head, count = "0" * 64, 0
    rows = sqlite3.connect("journal.sqlite").execute("SELECT * FROM events ORDER BY seq")
    for *event, prev_hash, stored in rows:
        count += 1
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        assert event[0] == count and prev_hash == head, event[0]
        head = hashlib.sha256((head + text).encode("utf-8")).hexdigest()
        assert head == stored, event[0]

Events cut off at the end leave a shorter chain that is sound in itself: compare head and count with a note
of them kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from config.instant import Instant
from monitor.core.errors import JournalError
from monitor.journal.schema import connect_reader

GENESIS = "0" * 64
"""Previous hash of the first event."""


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What an audit of the chain found.

    Attributes:
        count: sound events from the start.
        head: hash of the last sound event.
        first_bad: sequence number where the chain breaks, None when it is whole.
        reason: what is wrong there.
    """

    count: int
    head: str
    first_bad: int | None = None
    reason: str | None = None

    @property
    def ok(self) -> bool:
        """Whether every event stands as it was written."""
        return self.first_bad is None


def link(prev_hash: str, seq: int, at: Instant, bed: str | None, session: str | None, kind: str, body: str) -> str:
    """Hash of one event behind `prev_hash`."""
    text = json.dumps([seq, at, bed, session, kind, body], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((prev_hash + text).encode("utf-8")).hexdigest()


def verify(path: Path) -> VerifyResult:
    """Recompute the whole chain, reading only; works beside a running service.

    Raises:
        JournalError: the file is missing or cannot be read.
    """
    head, count = GENESIS, 0
    try:
        with closing(connect_reader(path)) as connection:
            rows = connection.execute(
                "SELECT seq, at_us, bed, session, kind, body, prev_hash, hash FROM events ORDER BY seq"
            )
            for seq, at, bed, session, kind, body, prev_hash, stored in rows:
                if seq != count + 1:
                    return VerifyResult(count, head, count + 1, "missing")
                if prev_hash != head:
                    return VerifyResult(count, head, seq, "does not follow the event before it")
                if stored != link(head, seq, at, bed, session, kind, body):
                    return VerifyResult(count, head, seq, "was changed after it was written")
                head, count = stored, seq
    except sqlite3.Error as error:
        raise JournalError(f"{path}: cannot be read ({error}); keep a copy and restore from a backup") from error
    return VerifyResult(count, head)
