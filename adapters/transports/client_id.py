"""A connection that is made and lost again and again: two clients with one client id throw each other out.

With MQTT 3.1.1 a broker closes the older connection without a word, so the pattern is all that shows
(mqtt-payloads, section 7).
"""

from __future__ import annotations

from config.instant import SECOND, Duration

SHORT: Duration = 15 * SECOND
TIMES = 3


class Flapping:
    """Counts connections in a row that did not live long. `client_id`: the one that the site chose; None: our own."""

    def __init__(self, client_id: str | None) -> None:
        self._client_id = client_id
        self._short = 0

    def remark(self, lived: Duration | None) -> str:
        """What to add to the reason of a loss after `lived`; None: there was no connection."""
        if lived is None:
            return ""
        self._short = self._short + 1 if lived < SHORT else 0
        if self._short < TIMES:
            return ""
        told = f"; {self._short} times in a row within {SHORT // SECOND} s of connecting"
        if self._client_id is None:
            return told
        return f"{told}: another client seems to use the client id {self._client_id!r}, give each its own"
