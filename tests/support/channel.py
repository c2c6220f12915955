"""A channel that remembers what it was given and answers by script."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from alerts.alert import AlertKind
from alerts.channel import Delivered, Outcome
from alerts.ledger import Page
from config.instant import Instant


class RecordingChannel:
    """Answers with `outcomes` in turn, then with `then`. With `hold()` sends hang until `let_go()`."""

    def __init__(
        self, channel_id: str, outcomes: Iterable[Outcome | Exception] = (), then: Outcome | None = None
    ) -> None:
        self.id = channel_id
        self.tries: list[tuple[Instant, Page]] = []
        self.delivered: list[Page] = []
        self.closed = False
        self.then: Outcome = Delivered("recorded") if then is None else then
        self.outcomes = list(outcomes)
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        """Sends hang from now on."""
        self._open.clear()

    def let_go(self) -> None:
        """Hanging sends go on."""
        self._open.set()

    async def send(self, page: Page, now: Instant) -> Outcome:
        """As `Channel.send`."""
        self.tries.append((now, page))
        await self._open.wait()
        outcome = self.outcomes.pop(0) if self.outcomes else self.then
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, Delivered):
            self.delivered.append(page)
        return outcome

    async def aclose(self) -> None:
        """As `Channel.aclose`."""
        self.closed = True

    def told(self) -> list[tuple[str, AlertKind]]:
        """Alarm ids and kinds of what was delivered, in order."""
        return [(page.alert.alarm_id, page.alert.kind) for page in self.delivered]
