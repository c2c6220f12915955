"""One question at a time, to a device that answers each and says nothing of which question it answers."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from config.instant import Duration, Instant

Q = TypeVar("Q")

UNKNOWN_AFTER: Final = 3
"""Questions without an answer after which the device's state counts as unknown."""


class Questions(Generic[Q]):
    """What was asked last, and whether the device still answers.

    Args:
        patience: how long an answer may take; after that the line is free for the next question.
    """

    def __init__(self, patience: Duration) -> None:
        self._patience = patience
        self._asked_at: Instant = 0
        self._unanswered = UNKNOWN_AFTER
        self.open: Q | None = None
        """The question that waits for its answer."""

    @property
    def known(self) -> bool:
        """Whether the device has answered lately; never before its first answer on this connection."""
        return self._unanswered < UNKNOWN_AFTER

    def connected(self) -> None:
        """A new connection: nothing was asked on it, and nothing is known."""
        self.open = None
        self._unanswered = UNKNOWN_AFTER

    def ask(self, question: Q, now: Instant) -> None:
        """The question is sent now, in place of any that was open."""
        self.open = question
        self._asked_at = now

    def answered(self) -> None:
        """The device has answered, whatever it was."""
        self.open = None
        self._unanswered = 0

    def overdue(self, now: Instant) -> Q | None:
        """The open question when its time is up: it is given up and counts as unanswered."""
        if self.open is None or now < self._asked_at + self._patience:
            return None
        given_up, self.open = self.open, None
        self._unanswered += 1
        return given_up

    def deadline(self) -> Instant | None:
        """When the open question is given up; None without one."""
        return None if self.open is None else self._asked_at + self._patience
