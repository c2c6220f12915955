"""Who is signed in at which page: in memory, ended by sign-out or a restart of the service.

After a time without use the controls lock while the display stays (alarm-system, section 6, automatic logoff).
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace

from config.instant import MINUTE, Duration, Instant

LOCK_AFTER: Duration = 12 * 60 * MINUTE
KEPT = 1024


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One signed-in page. `used_at`: when it last changed something, or signed in."""

    name: str
    used_at: Instant


class SignedInPages:
    """Bounded: beyond 1024 pages the one unused for longest is signed out."""

    def __init__(self, lock_after: Duration = LOCK_AFTER) -> None:
        self._lock_after = lock_after
        self._pages: OrderedDict[str, SignedIn] = OrderedDict()

    def begin(self, name: str, now: Instant) -> str:
        """A new page of `name`; returns the random id for its cookie."""
        page = secrets.token_urlsafe(32)
        self._pages[page] = SignedIn(name, now)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return page

    def find(self, page: str, now: Instant) -> tuple[SignedIn, bool] | None:
        """The page and whether its controls are locked; None when it is not signed in."""
        found = self._pages.get(page)
        if found is None:
            return None
        return found, now - found.used_at >= self._lock_after

    def use(self, page: str, now: Instant) -> None:
        """The page was used by its person just now."""
        found = self._pages.get(page)
        if found is not None:
            self._pages[page] = replace(found, used_at=now)
            self._pages.move_to_end(page)

    def end(self, page: str) -> None:
        """Sign out; nothing happens when it is already."""
        self._pages.pop(page, None)
