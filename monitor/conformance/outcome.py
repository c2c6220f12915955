"""How one check of one driver ended, and what a check is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from monitor.conformance.subject import Subject


class State(Enum):
    """Whether the driver holds what the check asks."""

    HELD = "held"
    BROKEN = "broken"
    DOES_NOT_APPLY = "does not apply"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check of one driver: `note` is the badge's text when held, and the reason otherwise."""

    state: State
    note: str = ""


def held(note: str = "") -> Outcome:
    """The driver holds what is asked."""
    return Outcome(State.HELD, note)


def broken(reason: str) -> Outcome:
    """It does not; the reason shows how to see it."""
    return Outcome(State.BROKEN, reason)


def does_not_apply(reason: str) -> Outcome:
    """The question makes no sense for this driver."""
    return Outcome(State.DOES_NOT_APPLY, reason)


@dataclass(frozen=True, slots=True)
class Check:
    """One question to a driver.

    Attributes:
        name: one or two words, the badge's column.
        asks: what is held, in a sentence.
        ask: gives the outcome; a driver that raises meanwhile has not held it.
    """

    name: str
    asks: str
    ask: Callable[[Subject], Outcome]

    def __call__(self, subject: Subject) -> Outcome:
        """The outcome. Nothing that a driver does gets out of here."""
        try:
            return self.ask(subject)
        except Exception as error:
            # A driver never raises on input: what it raised is the finding.
            return broken(f"raised {type(error).__name__}: {error}")
