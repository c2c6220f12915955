"""Who is signed in at which page."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.instant import SECOND
from monitor.station.signed_in import KEPT, REMEMBERED, SignedInPages


def test_use_keeps_the_controls_unlocked() -> None:
    pages = SignedInPages(lock_after=10 * SECOND)
    page = pages.begin("nurse-a", 0)
    pages.use(page, 9 * SECOND)
    found = pages.find(page, 18 * SECOND)
    assert found is not None
    assert found[1] is False
    found = pages.find(page, 19 * SECOND)
    assert found is not None
    assert found[1] is True


def test_signing_out_ends_it_and_using_it_does_not_bring_it_back() -> None:
    pages = SignedInPages()
    page = pages.begin("nurse-a", 0)
    pages.end(page)
    pages.use(page, 1)
    assert pages.find(page, 1) is None


def test_memory_is_bounded_and_the_longest_unused_goes_first() -> None:
    pages = SignedInPages()
    first, second = pages.begin("nurse-a", 0), pages.begin("nurse-b", 0)
    pages.use(first, 1)
    for _ in range(KEPT - 1):
        pages.begin("nurse-c", 2)
    assert pages.find(first, 3) is not None
    assert pages.find(second, 3) is None


async def test_after_a_restart_a_page_may_look_and_its_controls_are_locked(tmp_path: Path) -> None:
    """Alarm-system, section 6: the display goes on; the cookie itself stands nowhere on the disk."""
    file = tmp_path / "signed-in.json"
    first = SignedInPages(file=file, now=0)
    page, other = first.begin("nurse-a", 5), first.begin("nurse-b", 6)
    await first.keep()
    first.end(other)
    await first.keep()
    assert page not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    second = SignedInPages(file=file, now=10)
    found = second.find(page, 10)
    assert found is not None
    assert (found[0].name, found[1]) == ("nurse-a", True)
    second.use(page, 11)
    found = second.find(page, 11)
    assert found is not None
    assert found[1] is True, "only signing in again unlocks"
    assert second.find(other, 10) is None, "signed out stays signed out"
    assert SignedInPages(file=file, now=5 + REMEMBERED).find(page, 0) is None


@pytest.mark.parametrize("content", [b"", b"{", b'[{"page": 1}]', b"\xff"])
def test_a_file_that_cannot_be_read_costs_a_sign_in_and_no_more(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "signed-in.json"
    file.write_bytes(content)
    pages = SignedInPages(file=file)
    assert pages.find(pages.begin("nurse-a", 0), 0) is not None


async def test_a_file_that_cannot_be_written_stops_no_sign_in(tmp_path: Path) -> None:
    pages = SignedInPages(file=tmp_path / "none" / "signed-in.json")
    page = pages.begin("nurse-a", 0)
    await pages.keep()
    assert pages.find(page, 0) is not None
