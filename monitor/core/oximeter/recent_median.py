"""A metric's own recent median, for the rule that watches for a sudden fall (rulings 3, VASOVAGAL)."""

from __future__ import annotations

from collections.abc import Sequence

from config.instant import Instant
from monitor.core.rules.patient import LevelRule, RecentMedian
from monitor.core.track import Track, highest_of, median_of


def before(level: LevelRule, rule: RecentMedian, value: float, tracks: Sequence[Track], at: Instant) -> float | None:
    """The median that `value`, come at `at`, is held against; None: too little is known, or no sudden fall."""
    if not level.trigger.crossed(value, None):
        return None
    highest = highest_of(tracks, at - rule.within, at)
    # No median above this can follow from what was reached lately; most values are done with here.
    if highest is None or not level.triggered(value, highest / rule.fallen_from):
        return None
    median, covered = median_of(tracks, at - rule.window, at)
    if median is None or covered < rule.valid or highest < rule.fallen_from * median:
        return None
    return median
