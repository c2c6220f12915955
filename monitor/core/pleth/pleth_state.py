"""What is remembered of the pleth's measures, as plain values that a snapshot can hold."""

from __future__ import annotations

from dataclasses import dataclass

from config.instant import Instant
from monitor.core.condition import Condition


@dataclass(slots=True)
class PlethSeen:
    """The newest measures of the pleth wave, and when each of two things was last so.

    Attributes:
        at: of the newest measures; None before the first.
        pulse_at: when a pulse was last present.
        still_from, slowest, fastest: since when the numbers have not changed, and between which rates the wave moved.
    """

    at: Instant | None = None
    device: str | None = None
    sqi: float = 0.0
    pulse_present: bool = False
    pulse_at: Instant | None = None
    pulse_rate: float | None = None
    resp_rate: float | None = None
    rr_quality: float | None = None
    amplitude: float | None = None
    still_from: Instant | None = None
    slowest: float = 0.0
    fastest: float = 0.0


@dataclass(slots=True)
class Breathing:
    """RR_LOW between its moments.

    Attributes:
        by_count: the present alarm rests on a person's count; the derived rate does not end it.
        condition: of the derived rate; None while it is not low.
        until: when the last derived rate stops standing.
    """

    by_count: bool = False
    condition: Condition | None = None
    until: Instant = 0
