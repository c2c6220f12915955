"""A cuff behind a foreign publisher: the bridge of an Omron HEM-7361T (mqtt-payloads, section 2)."""

from __future__ import annotations

import json
from random import Random

from config.instant import SECOND, Duration, Instant, to_rfc3339
from simulator.publisher import Message
from simulator.squeeze import inflate, let_go
from simulator.vitals import VitalSource

MEASURING: Duration = 34 * SECOND
FETCHED_AFTER: Duration = 8 * SECOND
"""From the end of the measurement until the bridge has read the cuff's memory and publishes."""


class OmronBridge:
    """Tells a result once it has fetched it: QoS 1 and retained, now and then twice. A failed attempt leaves no record.

    Args:
        cycle: from one press of the cuff's button to the next; None: nobody presses it by itself.
    """

    def __init__(
        self,
        source: VitalSource,
        user: str = "user1_at_example.com",
        *,
        cycle: Duration | None = 60 * SECOND,
        seed: int = 0,
    ) -> None:
        if cycle is not None and cycle <= MEASURING + FETCHED_AFTER:
            raise ValueError(f"a cycle of {cycle / SECOND:g} s is shorter than a measurement with its report of 42 s")
        self._source = source
        self._stem = "omron/blood_pressure"
        self._user = user
        self._cycle = cycle
        self._chance = Random(seed)
        self._next: Instant | None = None
        self._since: Instant | None = None
        self._record: tuple[Instant, dict[str, object]] | None = None

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        return self._since is not None

    def press_start(self, now: Instant) -> None:
        """The cuff's own button: measure once, unless it is at it."""
        if self._since is None:
            self._since = now
            inflate(self._source)

    def online(self, now: Instant) -> Message | None:
        """Retained, as the readings are."""
        return self._status("online", now)

    def will(self, now: Instant) -> Message | None:
        """The same topic."""
        return self._status("offline", now)

    def messages(self, now: Instant) -> list[Message]:
        """See `PublishingEmulator`."""
        if self._next is None and self._cycle is not None:
            self._next = now + self._cycle
        if self._next is not None and self._cycle is not None and now >= self._next:
            self.press_start(now)
            self._next = now + self._cycle
        if self._since is not None and now - self._since >= MEASURING:
            self._finish(self._since + MEASURING)
        if self._record is None or now - self._record[0] < FETCHED_AFTER:
            return []
        body = self._record[1] | {"published_at": _local(now)}
        self._record = None
        return [self._message(self._user, body)] * (2 if self._chance.random() < 0.3 else 1)

    def _finish(self, at: Instant) -> None:
        self._since = None
        let_go(self._source)
        seen = self._source.cuff_reading()
        if seen.cuff_error is not None or seen.systolic is None or seen.diastolic is None or seen.pulse_rate is None:
            return
        self._record = (
            at,
            {
                "timestamp": _local(at)[:19],
                "systolic": round(seen.systolic),
                "diastolic": round(seen.diastolic),
                "pulse": round(seen.pulse_rate),
                "category": "normal",
                "irregular_heartbeat": False,
                "body_movement": seen.motion,
                "user_slot": 1,
                "device": "OMRON",
            },
        )

    def _status(self, status: str, now: Instant) -> Message:
        return self._message("status", {"status": status, "message": None, "timestamp": _local(now)[:19]})

    def _message(self, level: str, body: dict[str, object]) -> Message:
        return Message(f"{self._stem}/{level}", json.dumps(body).encode(), 1, True)


def _local(at: Instant) -> str:
    """The bridge's local time, UTC here, without a zone."""
    return to_rfc3339(at).removesuffix("Z")
