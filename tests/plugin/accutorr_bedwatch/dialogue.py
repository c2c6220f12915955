"""What to say to an Accutorr 3: `P`, once after each prompt (blood-pressure.md, section 7). No word starts the cuff."""

from __future__ import annotations

from typing import Final

from adapters.reading import DeviceStatus, Fault, Reading
from config.instant import SECOND, Duration, Instant

ASK: Final = b"P"
PACE: Final[Duration] = SECOND
"""From one question to the next."""
SILENCE: Final[Duration] = 3 * SECOND
"""A device that says nothing for so long waits at a prompt that nobody heard: one printed before the line was opened
[?]. The document names no word that makes it prompt again."""


class AccutorrDialogue:
    """Implements `adapters.driver.Dialogue`. One per device, kept over reconnects."""

    def __init__(self) -> None:
        self._asked_at: Instant | None = None
        self._due: Instant | None = None
        self._prompted = False

    def opened(self, now: Instant) -> bytes:
        """Only listen: whether a prompt stands is not known yet."""
        self._prompted = False
        self._due = now + SILENCE
        return b""

    def tick(self, now: Instant) -> bytes:
        """Ask: a prompt was heard, or nothing at all for a long time."""
        if self._due is None or now < self._due:
            return b""
        return self._ask(now)

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """A prompt is answered at the pace of the questions; while the device talks it is not spoken to."""
        if isinstance(reading, DeviceStatus):
            self._prompted = True
            self._due = now if self._asked_at is None else max(now, self._asked_at + PACE)
            return self.tick(now)
        if not self._prompted:
            self._due = now + SILENCE
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """Not possible with this device."""
        return b""

    def cancel_measurement(self, now: Instant) -> bytes:
        """Not possible with this device."""
        return b""

    def next_deadline(self) -> Instant | None:
        """The next question; None before the first `opened`."""
        return self._due

    def _ask(self, now: Instant) -> bytes:
        self._prompted = False
        self._asked_at = now
        self._due = now + SILENCE
        return ASK
