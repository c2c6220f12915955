"""Who is signed in at which page. It ends by sign-out; after a restart of the service a page may still look.

After a time without use, and after a restart, the controls lock while the display stays (alarm-system, section 6,
automatic logoff): a service that comes back must not leave every station blind until somebody signs in.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import tempfile
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import structlog

from config.instant import MINUTE, Duration, Instant

LOCK_AFTER: Duration = 12 * 60 * MINUTE
KEPT = 1024
REMEMBERED: Duration = 30 * 24 * 60 * MINUTE
"""After a restart, a page that was signed in longer ago is a stranger."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One signed-in page.

    Attributes:
        since: when it signed in.
        used_at: when it last changed something, or signed in.
        restored: it signed in before the service's last start.
    """

    name: str
    since: Instant
    used_at: Instant
    restored: bool = False


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One page in the file: `page` is the SHA-256 of its cookie, which cannot be read back."""

    page: str
    name: str
    since: Instant


class SignedInPages:
    """Bounded: beyond 1024 pages the one unused for longest is signed out.

    With `file`, who was signed in is known again after a restart; a file that cannot be read or written is
    logged, and costs no more than signing in again.
    """

    def __init__(self, lock_after: Duration = LOCK_AFTER, file: Path | None = None, now: Instant = 0) -> None:
        self._lock_after = lock_after
        self._file = file
        self._writing = asyncio.Lock()
        self._pages: OrderedDict[str, SignedIn] = OrderedDict()
        if file is not None:
            self._restore(file, now)

    def begin(self, name: str, now: Instant) -> str:
        """A new page of `name`; returns the random id for its cookie."""
        page = secrets.token_urlsafe(32)
        self._pages[digest(page)] = SignedIn(name, now, now)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return page

    def find(self, page: str, now: Instant) -> tuple[SignedIn, bool] | None:
        """The page and whether its controls are locked; None when it is not signed in."""
        found = self._pages.get(digest(page))
        if found is None:
            return None
        return found, found.restored or now - found.used_at >= self._lock_after

    def use(self, page: str, now: Instant) -> None:
        """The page was used by its person just now."""
        key = digest(page)
        found = self._pages.get(key)
        if found is not None:
            self._pages[key] = replace(found, used_at=now)
            self._pages.move_to_end(key)

    def end(self, page: str) -> None:
        """Sign out; nothing happens when it is already."""
        self._pages.pop(digest(page), None)

    async def keep(self) -> None:
        """Have what `begin` and `end` changed survive a restart."""
        if self._file is None:
            return
        async with self._writing:
            kept = [_Kept(page, found.name, found.since) for page, found in self._pages.items()]
            try:
                await asyncio.to_thread(_write, self._file, msgspec.json.encode(kept))
            except OSError as error:
                log.warning("signed_in_pages_not_kept", file=str(self._file), detail=str(error))

    def _restore(self, file: Path, now: Instant) -> None:
        try:
            kept = msgspec.json.decode(file.read_bytes(), type=list[_Kept])
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            log.warning("signed_in_pages_unreadable", file=str(file), detail=str(error))
            return
        for each in kept[-KEPT:]:
            if now - each.since < REMEMBERED:
                self._pages[each.page] = SignedIn(each.name, each.since, each.since, restored=True)


def digest(page: str) -> str:
    """What is kept of a page's id: nobody who reads memory or file can sign in with it."""
    return hashlib.sha256(page.encode("utf-8", "surrogatepass")).hexdigest()


def _write(file: Path, content: bytes) -> None:
    # mkstemp makes the file readable by its owner alone, and the rename keeps it so.
    handle, name = tempfile.mkstemp(prefix=".signed-in-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
