"""Gets the bytes that `score` judges: listens at each line setting, then speaks the dialogues.

Nothing said here can start a measurement: only `opened`, `tick` and `on_reading` of a dialogue are ever called
(`adapters.driver.Dialogue`; blood-pressure, section 9.5), one dialogue after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Never

from adapters.conversation import Conversation, first_to_fail
from adapters.driver import LineSettings
from adapters.probe.score import Candidate, Score, Trial, Verdict, judge, score
from adapters.reading import Reading
from adapters.transports.contract import LinkLost, Transport
from config.instant import SECOND, Clock, Duration, Instant

ENOUGH: Final = 64 * 1024
"""Bytes after which a listening ends early: what they do not show, more will not."""
SHOW_EVERY: Final[Duration] = SECOND
FEW: Final[Duration] = 6 * SECOND
"""After so long from its first byte on, a device that is understood need not be listened to any longer; and no longer
does anybody wait for answers."""

Open = Callable[[LineSettings | None], Transport]
"""A transport, not yet open, at a line setting; None where the line has no settings."""
Show = Callable[[Candidate, Sequence[Reading]], None]
"""Takes the newest readings of the candidate that is ahead, about once a second."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One listening and its verdict.

    Attributes:
        line: the setting; None where the line has none.
        spoken: whose words were said; None: nothing was.
        data: the bytes.
    """

    line: LineSettings | None
    spoken: Candidate | None
    data: bytes
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was tried; the last one is it when its verdict has a best driver."""

    tries: tuple[Heard, ...]

    @property
    def found(self) -> Heard | None:
        """The listening that named a driver."""
        last = self.tries[-1] if self.tries else None
        return last if last is not None and last.verdict.best is not None else None

    @property
    def nearest(self) -> Score | None:
        """Where nothing fits: what came nearest in any of the listenings."""
        near = [each.verdict.nearest for each in self.tries if each.verdict.nearest is not None]
        return max(near, key=lambda each: each.quality, default=None)

    @property
    def silent(self) -> bool:
        """Not a byte came."""
        return not any(each.data for each in self.tries)


class _TimeUp(Exception):
    """The listening is over."""


class Probe:
    """Looks for the driver of whatever is behind `open_at`.

    Args:
        open_at: see `Open`.
        lines: the settings to try; None alone where the line has none.
        tried: the candidates.
        each: how long each listening takes; where it asks, a few seconds at most.
        tell: takes a line about what is being done.
        show: see `Show`.
    """

    def __init__(
        self,
        open_at: Open,
        lines: Sequence[LineSettings | None],
        tried: Sequence[Candidate],
        clock: Clock,
        *,
        each: Duration,
        tell: Callable[[str], None],
        show: Show,
    ) -> None:
        self._open_at = open_at
        self._lines = lines
        self._tried = tried
        self._clock = clock
        self._each = each
        self._tell = tell
        self._show = show
        self._tries: list[Heard] = []

    async def run(self, *, speak: bool) -> Outcome:
        """Listen, and where that does not tell, `speak`.

        Raises:
            LinkUnavailable: the line cannot be opened.
            LinkLost: it has gone meanwhile.
        """
        self._tries = []
        for line in self._lines:
            if await self._at(line, [None]):
                break
            if not any(each.data for each in self._tries):
                # Who talks is heard at the first setting, if only as noise: it checks no parity.
                break
        if speak and self._tries[-1].verdict.best is None:
            for line in self._lines:
                if await self._at(line, self._speakers(line)):
                    break
        return Outcome(tuple(self._tries))

    def _speakers(self, line: LineSettings | None) -> list[Candidate]:
        """Who speaks at this setting; tables of one driver that change nothing of its words, once."""
        said: set[tuple[str, bytes]] = set()
        speakers = []
        for each in self._tried:
            key = (each.driver.name, _greeting(each))
            if self._belongs(each, line) and talks(each) and key not in said:
                said.add(key)
                speakers.append(each)
        return speakers

    def _belongs(self, candidate: Candidate, line: LineSettings | None) -> bool:
        """Whether to speak as it does at this setting: one of its own, or any where none of its own is tried."""
        return line is None or line in candidate.lines or not set(candidate.lines) & set(self._lines)

    async def _at(self, line: LineSettings | None, speakers: Sequence[Candidate | None]) -> bool:
        """One opening of the port, one listening for each speaker (None: nobody speaks); whether one told."""
        if not speakers:
            return False
        where = "" if line is None else f" at {line}"
        transport = self._open_at(line)
        try:
            await transport.open()
            for spoken in speakers:
                self._tell(f"listening{where}" if spoken is None else f"asking{where} as {spoken.name} does")
                listening = _Listening(self._tried, spoken, transport, self._clock, self._show)
                await listening.run(self._clock.now() + (self._each if spoken is None else min(self._each, FEW)))
                heard = Heard(line, spoken, bytes(listening.data), listening.verdict(line))
                self._tries.append(heard)
                if heard.verdict.best is not None:
                    return True
        finally:
            await transport.close()
        return False


def talks(candidate: Candidate) -> bool:
    """Whether its dialogue says something by itself; a cuff's that only starts measurements does not."""
    if candidate.driver.dialogue is None:
        return False
    dialogue = candidate.driver.dialogue(candidate.options)
    return bool(dialogue.opened(0)) or dialogue.next_deadline() is not None


def _greeting(candidate: Candidate) -> bytes:
    """What its dialogue says first."""
    dialogue = candidate.driver.dialogue
    return b"" if dialogue is None else dialogue(candidate.options).opened(0)


class _Listening:
    """All candidates on one connection, and the dialogue of one of them."""

    def __init__(
        self, tried: Sequence[Candidate], spoken: Candidate | None, transport: Transport, clock: Clock, show: Show
    ) -> None:
        self.data = bytearray()
        self._trials = [Trial(each) for each in tried]
        self._spoken = spoken
        self._transport = transport
        self._clock = clock
        self._show = show
        self._shown_at: Instant = clock.now()
        self._heard_at: Instant | None = None
        self._conversation: Conversation | None = None
        if spoken is not None and spoken.driver.dialogue is not None:
            self._conversation = Conversation(spoken.driver.dialogue(spoken.options), transport.send, clock)

    async def run(self, until: Instant) -> None:
        """Hear, and speak, until `until`."""
        parts = [self._hear(), self._wait(until)]
        if self._conversation is not None:
            await self._conversation.opened()
            parts.append(self._conversation.keep_time())
        try:
            await first_to_fail(*parts)
        except _TimeUp:
            pass
        except LinkLost:
            # A capture that has been played to its end, or a converter that hangs up: what was heard counts.
            if not self.data:
                raise

    def verdict(self, line: LineSettings | None) -> Verdict:
        """The end of it."""
        heard = bytes(self.data)
        for trial in self._trials:
            trial.finish()
        return judge([score(trial, heard) for trial in self._trials], line, self._spoken)

    async def _hear(self) -> Never:
        while True:
            chunk = await self._transport.receive()
            now = self._clock.now()
            self.data += chunk
            if self._heard_at is None:
                self._heard_at = now
            for trial in self._trials:
                for item in trial.feed(chunk):
                    if self._conversation is not None and trial.candidate == self._spoken:
                        await self._conversation.heard(item, now)
            self._show_leader(now)
            if len(self.data) >= ENOUGH:
                raise _TimeUp

    async def _wait(self, until: Instant) -> Never:
        while (now := self._clock.now()) < until and not self._understood(now):
            await self._clock.sleep_until(min(until, now + SHOW_EVERY))
        raise _TimeUp

    def _understood(self, now: Instant) -> bool:
        """A device that was listened to for a while, and whose driver is known."""
        if self._heard_at is None or now - self._heard_at < FEW:
            return False
        heard = bytes(self.data)
        return any(each.readings and score(each, heard).fits for each in self._trials)

    def _show_leader(self, now: Instant) -> None:
        if now - self._shown_at < SHOW_EVERY:
            return
        leader = max((each for each in self._trials if each.readings), key=lambda each: each.quality, default=None)
        if leader is not None:
            self._shown_at = now
            self._show(leader.candidate, tuple(leader.latest.values()))
