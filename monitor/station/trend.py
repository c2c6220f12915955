"""A trend for the eye: gaps stay gaps, and thinning keeps what stands out. Pure."""

from __future__ import annotations

from typing import TypeAlias

from config.instant import SECOND, Duration, Instant
from config.vocabulary import Metric

Point: TypeAlias = tuple[Instant, float | None, str | None]
"""When, the value, and the reason when there is none."""

SILENCE: Duration = 15 * SECOND
"""From then on the display shows no number either (alarm-system, section 5.3)."""

CONTINUOUS = frozenset(
    {
        Metric.SPO2,
        Metric.PULSE_RATE,
        Metric.PERFUSION_INDEX,
        Metric.RESP_RATE_PLETH,
        Metric.PULSE_RATE_PLETH,
    }
)
"""Metrics that come about once a second: a silence between two values is a gap, not an interval."""


def with_gaps(points: list[Point], metric: Metric) -> list[Point]:
    """`points` in order of time, with a null point wherever a continuous metric was silent."""
    if metric not in CONTINUOUS:
        return points
    shown: list[Point] = []
    for point in points:
        if shown and shown[-1][1] is not None and point[0] - shown[-1][0] > SILENCE:
            shown.append((shown[-1][0] + SILENCE, None, "no_data"))
        shown.append(point)
    return shown


def thin(points: list[Point], at_most: int) -> list[Point]:
    """About `at_most` of the points, all measured ones: of each stretch of time its lowest and its highest.

    A gap stays as one null point where it begins; only gaps may lead beyond `at_most`.
    """
    if len(points) <= at_most:
        return points
    first, last = points[0][0], points[-1][0]
    buckets = max(1, at_most // 2)
    width = (last - first) // buckets + 1
    kept: list[Point] = []
    stretch: list[Point] = []
    until = first + width
    for point in points:
        if point[1] is None:
            kept += _extremes(stretch)
            stretch = []
            if not kept or kept[-1][1] is not None:
                kept.append(point)
            continue
        if point[0] >= until:
            kept += _extremes(stretch)
            stretch = []
            until = first + ((point[0] - first) // width + 1) * width
        stretch.append(point)
    return kept + _extremes(stretch)


def _extremes(stretch: list[Point]) -> list[Point]:
    if len(stretch) <= 2:
        return stretch
    low = min(stretch, key=_value)
    high = max(stretch, key=_value)
    return [low] if low is high else sorted((low, high), key=lambda point: point[0])


def _value(point: Point) -> float:
    assert point[1] is not None  # noqa: S101 - stretches hold measured points only
    return point[1]
