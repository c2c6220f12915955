"""The service's exceptions. The line's noise is data; these are the cases someone must act on."""

from __future__ import annotations


class VitalsError(Exception):
    """Root of the service's own exceptions."""


class ConfigError(VitalsError):
    """The operator can fix it: the message names file, key and remedy."""


class InputError(VitalsError):
    """A recorded input line cannot be read: the message names what is wrong with it."""


class JournalError(VitalsError):
    """The journal cannot be opened, read or written."""


class IllegalTransition(VitalsError):
    """An internal cue met a state without a cell for it: a bug, never the nurse's doing."""


class EndlessDeadlines(VitalsError):
    """Deadlines of one moment bring each other about without end: a bug, told as CORE_FAULT instead of a standstill."""


class CoreFault(VitalsError):
    """The core failed on what a person asked: a bug, told as CORE_FAULT; nobody knows how far it came."""
