"""The hash chain finds what was changed, and strangers can check it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from monitor.core.errors import JournalError
from monitor.journal import chain, verify
from tests.monitor.journal.conftest import OpenJournal
from tests.monitor.journal.rows import change, raised, stored


@pytest.fixture
async def written(open_journal: OpenJournal, path: Path) -> Path:
    """A closed journal with six events, one of the service itself, one with letters beyond ASCII."""
    journal = await open_journal()
    for at in range(1, 6):
        journal.append([raised(at, at, text='Bett "ü" \u2014 €')], session="s-1")
    await journal.append([raised(6, 1, bed=None)], session=None).wait()
    await journal.close()
    return path


def test_an_untouched_journal_is_whole(written: Path) -> None:
    result = verify(written)
    assert (result.ok, result.count, result.first_bad) == (True, 6, None)
    assert [result.head] == stored(written, "SELECT hash FROM events WHERE seq = 6")


@pytest.mark.parametrize(
    ("meddle", "first_bad", "reason"),
    [
        ("UPDATE events SET body = replace(body, 'SPO2_LOW', 'SPO2_OK') WHERE seq = 3", 3, "was changed"),
        ("UPDATE events SET at_us = at_us + 1 WHERE seq = 1", 1, "was changed"),
        ("UPDATE events SET bed = 'bay-2' WHERE seq = 6", 6, "was changed"),
        ("UPDATE events SET hash = 'f' WHERE seq = 2", 2, "was changed"),
        ("UPDATE events SET prev_hash = 'f' WHERE seq = 5", 5, "does not follow"),
        ("DELETE FROM events WHERE seq = 4", 4, "missing"),
        ("DELETE FROM events WHERE seq = 1", 1, "missing"),
        ("DELETE FROM events WHERE seq = 4; UPDATE events SET seq = seq - 1 WHERE seq > 4", 4, "does not follow"),
    ],
)
def test_a_change_is_named(written: Path, meddle: str, first_bad: int, reason: str) -> None:
    change(written, f"DROP TRIGGER events_stay; DROP TRIGGER events_remain; {meddle}")
    result = verify(written)
    assert (result.ok, result.first_bad, result.count) == (False, first_bad, first_bad - 1)
    assert result.reason is not None
    assert reason in result.reason


def test_a_shorter_chain_shows_in_count_and_head(written: Path) -> None:
    """What is cut off at the end is found by comparing with a note kept elsewhere, as the text says."""
    before = verify(written)
    change(written, "DROP TRIGGER events_remain; DELETE FROM events WHERE seq = 6")
    after = verify(written)
    assert after.ok
    assert (after.count, after.head) != (before.count, before.head)


def test_the_auditors_lines_in_the_text_work(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should need this package to check its journal."""
    assert chain.__doc__ is not None
    lines = [line for line in chain.__doc__.splitlines() if line.startswith("    ")]
    monkeypatch.chdir(written.parent)
    names: dict[str, object] = {}
    exec(textwrap.dedent("\n".join(lines)), names)  # noqa: S102 - the text is ours
    names["rows"].connection.close()  # type: ignore[attr-defined]
    assert (names["count"], names["head"]) == (6, verify(written).head)


async def test_a_live_journal_can_be_verified(open_journal: OpenJournal, path: Path) -> None:
    journal = await open_journal()
    await journal.append([raised(1)], session=None).wait()
    assert verify(path).count == 1


def test_a_missing_journal_is_named(path: Path) -> None:
    with pytest.raises(JournalError, match="no journal here"):
        verify(path)
