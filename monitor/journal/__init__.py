"""The durable journal: what came in, what the core said, who has to be told (rulings, section 5).

One SQLite file, one thread that writes it. SQLAlchemy and alembic were weighed and left out: an embedded file
with a single writer and a bound of 250 ms on each commit gains nothing from them and pays in latency.
"""

from monitor.journal.backlog import InputLine, storable, write_down
from monitor.journal.chain import VerifyResult, verify
from monitor.journal.commit import Commit, CommitResult, Durable, Failed
from monitor.journal.journal import Journal
from monitor.journal.reader import JournalReader
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

__all__ = [
    "Commit",
    "CommitResult",
    "Durable",
    "EventRow",
    "Failed",
    "InputLine",
    "InputRow",
    "Journal",
    "JournalReader",
    "Restored",
    "Session",
    "SessionRecord",
    "Snapshot",
    "SnapshotReason",
    "TrendPoint",
    "VerifyResult",
    "storable",
    "verify",
    "write_down",
]
