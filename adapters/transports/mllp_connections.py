"""The connections of one HL7 listener, and which of them must go: nobody's silence may shut a monitor out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from adapters.message_device import MessageDevice
from adapters.transports.mllp_framing import MllpFrames
from config.instant import MINUTE, Instant

MOST_CONNECTIONS: Final = 128
"""Of one listener: a ward's monitors and some more. Further ones are closed at once."""
MOST_OF_ONE_PEER: Final = 8
"""Connections of one address, beyond which a new one takes the place of its oldest idle one."""
IDLE_AFTER: Final = MINUTE
"""Without a message: a monitor sends at least one a minute."""
CLOSED_AFTER: Final = 5 * MINUTE
"""Without a message: then a connection is closed."""

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Connection:
    """One monitor's connection, and the devices whose messages came over it last.

    Attributes:
        peer: the address at its other end.
        silent_since: when its last message came; before the first one, when it was opened.
        spoke: whether a message has come.
        dropped: why it was closed from here.
    """

    peer: str
    silent_since: Instant
    close: Callable[[], None]
    spoke: bool = False
    dropped: str | None = None
    frames: MllpFrames = field(default_factory=MllpFrames)
    devices: set[MessageDevice] = field(default_factory=set)

    @property
    def name(self) -> str:
        """For the log and the page."""
        return f"monitor at {self.peer}"

    def heard(self, at: Instant) -> None:
        """A message has come."""
        self.silent_since, self.spoke = at, True


class Connections:
    """What is open. Never more than `MOST_CONNECTIONS`; of one peer at most `MOST_OF_ONE_PEER` that are idle.

    A connection that brings messages is never closed for another one: behind one address may stand a gateway, or the
    network of a container, with the monitors of a whole ward.
    """

    def __init__(self) -> None:
        self._open: list[Connection] = []
        self._gave_way = 0

    def admit(self, connection: Connection) -> bool:
        """Whether there is room for this one; the oldest idle one of its peer may be dropped for it."""
        same = [each for each in self._open if each.peer == connection.peer]
        now = connection.silent_since
        idle = [each for each in same if not each.spoke or now - each.silent_since >= IDLE_AFTER]
        if idle and (len(same) >= MOST_OF_ONE_PEER or len(self._open) >= MOST_CONNECTIONS):
            oldest = min(idle, key=lambda each: each.silent_since)
            self._gave_way += 1
            # Who connects without end does not fill the log.
            level = logging.WARNING if self._gave_way == 1 else logging.DEBUG
            self._drop(oldest, "gave way to a new connection from there: it brought no message", level)
        if len(self._open) >= MOST_CONNECTIONS:
            return False
        self._open.append(connection)
        return True

    def drop_silent(self, now: Instant) -> None:
        """Close those that have been silent for `CLOSED_AFTER`."""
        for each in [each for each in self._open if now - each.silent_since >= CLOSED_AFTER]:
            self._drop(each, f"closed here: no message for {CLOSED_AFTER // MINUTE} min", logging.WARNING)

    def forget(self, connection: Connection) -> None:
        """It has ended; one that was dropped is forgotten already."""
        if connection in self._open:
            self._open.remove(connection)

    def _drop(self, connection: Connection, reason: str, level: int) -> None:
        logger.log(level, "%s: %s", connection.name, reason)
        connection.dropped = reason
        self._open.remove(connection)
        connection.close()
