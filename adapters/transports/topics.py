"""Which device a topic belongs to: MQTT topic filters, matched cheaply. Pure.

The rules are those of MQTT 3.1.1, section 4.7: `+` stands for one whole level, `#` for all that follow, and
neither at the first level matches a topic that starts with `$`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Generic, TypeVar

T = TypeVar("T")

LONGEST_FILTER = 1024
CACHED_TOPICS = 16_384
LONGEST_CACHED_TOPIC = 256


def check_filter(topic_filter: str) -> None:
    """Raises ValueError with the reason when `topic_filter` is not a topic filter one may subscribe to."""
    if not topic_filter or len(topic_filter) > LONGEST_FILTER or "\0" in topic_filter:
        raise ValueError(f"a topic filter has 1 to {LONGEST_FILTER} characters and no NUL")
    levels = topic_filter.split("/")
    if levels[0] == "$share":
        raise ValueError(f"topic filter {topic_filter!r}: shared subscriptions would hide readings from this service")
    for position, level in enumerate(levels, start=1):
        if level == "#" and position < len(levels):
            raise ValueError(f"topic filter {topic_filter!r}: # may only be the last level")
        if len(level) > 1 and ("+" in level or "#" in level):
            raise ValueError(f"topic filter {topic_filter!r}: + and # must stand alone between slashes")


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a message on `topic` belongs to a subscription of `topic_filter`."""
    return covers(topic_filter, topic)


def covers(wide: str, narrow: str) -> bool:
    """Whether every topic that matches the filter `narrow` also matches the filter `wide`."""
    if narrow.startswith("$") and wide[:1] in ("+", "#"):
        return False
    wide_levels, narrow_levels = wide.split("/"), narrow.split("/")
    for position, level in enumerate(wide_levels):
        if level == "#":
            return True
        if position >= len(narrow_levels):
            return False
        other = narrow_levels[position]
        if other == "#" or (level != "+" and level != other):
            return False
    # `a/#` also matches `a`, which `a` does not return the favour for: lengths must agree here.
    return len(wide_levels) == len(narrow_levels)


def widest(filters: Iterable[str]) -> list[str]:
    """`filters` without those another one covers, in order: a broker may deliver once per overlapping filter."""
    kept: list[str] = []
    for candidate in dict.fromkeys(filters):
        if any(covers(other, candidate) for other in kept):
            continue
        kept = [other for other in kept if not covers(candidate, other)]
        kept.append(candidate)
    return kept


class TopicTable(Generic[T]):
    """Who listens to a topic. One dictionary look-up for a topic seen before, else one step for each level.

    The memory for topics seen is bounded: only bound ones are kept, and all are forgotten at the limit.
    """

    def __init__(self, bindings: Iterable[tuple[str, T]]) -> None:
        self._root: _Level[T] = _Level()
        for position, (topic_filter, bound) in enumerate(bindings):
            self._root.add(topic_filter.split("/"), (position, bound))
        self._seen: dict[str, tuple[T, ...]] = {}

    def find(self, topic: str) -> tuple[T, ...]:
        """Everybody bound to `topic`, in the order of the bindings; empty when nobody is."""
        found = self._seen.get(topic)
        if found is not None:
            return found
        reached = self._root.reach(topic.split("/"), wild=not topic.startswith("$"))
        # Somebody bound by two filters that both match is there once.
        found = tuple(dict.fromkeys(bound for _, bound in sorted(reached, key=itemgetter(0))))
        if found and len(topic) <= LONGEST_CACHED_TOPIC:
            if len(self._seen) >= CACHED_TOPICS:
                self._seen.clear()
            self._seen[topic] = found
        return found


class _Level(Generic[T]):
    """One level of the tree of filters: what follows by name, by `+`, by `#`, and who is bound right here."""

    __slots__ = ("any_one", "bound", "named", "rest")

    def __init__(self) -> None:
        self.named: dict[str, _Level[T]] = {}
        self.any_one: _Level[T] | None = None
        self.rest: list[tuple[int, T]] = []
        self.bound: list[tuple[int, T]] = []

    def add(self, levels: Sequence[str], entry: tuple[int, T]) -> None:
        """Bind `entry` to the filter of these levels."""
        at = self
        for level in levels:
            if level == "#":
                at.rest.append(entry)
                return
            if level == "+":
                at.any_one = at.any_one or _Level()
                at = at.any_one
            else:
                at = at.named.setdefault(level, _Level())
        at.bound.append(entry)

    def reach(self, levels: Sequence[str], *, wild: bool) -> list[tuple[int, T]]:
        """Everything bound to filters that match; without `wild` none that begins with a wildcard."""
        found = list(self.rest) if wild else []
        if not levels:
            return found + self.bound
        named = self.named.get(levels[0])
        if named is not None:
            found += named.reach(levels[1:], wild=True)
        if wild and self.any_one is not None:
            found += self.any_one.reach(levels[1:], wild=True)
        return found
