"""Who is signed in at which page."""

from __future__ import annotations

from config.instant import SECOND
from monitor.station.signed_in import KEPT, SignedInPages


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
