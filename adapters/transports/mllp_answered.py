"""The messages of one HL7 listener that have been answered, so that one sent again is not read again."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import Final

from adapters.hl7_answer import Verdict
from adapters.hl7_message import Message
from config.instant import MINUTE, Instant

FEW: Final = 1024
"""So many are remembered however long ago they came."""
REMEMBERED_FOR: Final = MINUTE
"""What came within this time is remembered, too: a monitor sends again after 10 s."""
MOST: Final = 8192
"""Bound: a message a second on every connection of a listener for `REMEMBERED_FOR`, and some more."""

Key = tuple[str, str, str, str]


class Answered:
    """Verdicts by peer, MSH-3, place and MSH-10: many monitors of one make count from 1 under the same name."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, tuple[bytes, Verdict, Instant]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def before(self, peer: str, message: Message, payload: bytes) -> Verdict | None:
        """What was answered to the same bytes; None: they are new. Some monitors give every message the same MSH-10."""
        known = self._known.get(_key(peer, message))
        return known[1] if known is not None and known[0] == _digest(payload) else None

    def keep(self, peer: str, message: Message, payload: bytes, verdict: Verdict, now: Instant) -> None:
        """Remember this one, and forget the oldest ones in time."""
        key = _key(peer, message)
        self._known[key] = (_digest(payload), verdict, now)
        self._known.move_to_end(key)
        while len(self._known) > FEW:
            oldest = next(iter(self._known.values()))[2]
            if now - oldest <= REMEMBERED_FOR and len(self._known) <= MOST:
                return
            self._known.popitem(last=False)


def _key(peer: str, message: Message) -> Key:
    place = next(iter(message.named("PV1")), None)
    return peer, message.header.raw(3)[:64], "" if place is None else place.raw(3)[:64], message.control_id[:64]


def _digest(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=16).digest()
