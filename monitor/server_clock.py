"""Whether the server's own clock is right: CLOCK of the service (alarm-system 3.2; section 6)."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from config.instant import SECOND, Clock, Duration
from monitor.core.inputs import SystemState

LOOK_EVERY: Duration = 30 * SECOND
SUBJECT = "server"

TIME_ERROR = 5
"""What adjtimex(2) answers while nothing keeps the kernel's clock right."""
LARGER_THAN_TIMEX = 512
"""Bytes; the structure has 208 on 64-bit Linux."""


def synchronised() -> bool | None:
    """Whether something such as an NTP client keeps this machine's clock right; None where it cannot be known.

    Asks the kernel, so it needs no right, no program and no network.
    """
    if not sys.platform.startswith("linux"):
        return None
    # All zero: `modes` 0 asks and sets nothing.
    answer = ctypes.create_string_buffer(LARGER_THAN_TIMEX)
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(answer)
    except (OSError, AttributeError):
        return None
    return None if state < 0 else bool(state != TIME_ERROR)


class ServerClockWatch:
    """Reports `clock` to the core when it changes; what cannot be known raises nothing."""

    def __init__(self, ask: Callable[[], bool | None], submit: Callable[[SystemState], None], clock: Clock) -> None:
        self._ask = ask
        self._submit = submit
        self._clock = clock
        self._wrong = False

    async def run(self) -> None:
        """Look twice a minute until cancelled."""
        while True:
            self.look()
            await self._clock.sleep_until(self._clock.now() + LOOK_EVERY)

    def look(self) -> None:
        """Report what has changed since the last look."""
        wrong = self._ask() is False
        if wrong is not self._wrong:
            self._wrong = wrong
            detail = "the server's clock is not synchronised" if wrong else None
            self._submit(SystemState("clock", ok=not wrong, subject=SUBJECT, detail=detail))
