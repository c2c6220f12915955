"""Recorded messages fit to be kept: whatever no shipped mapping reads is unreadable."""

from __future__ import annotations

from functools import cache

from adapters.devices.mqtt_mapped.reader import read_mapping
from adapters.devices.mqtt_mapped.redaction import mask_lines
from adapters.devices.mqtt_mapped.shipped import shipped, shipped_names

USUAL_KEYS = frozenset(
    {"type", "attribute", "seq", "time", "timestamp", "scan_time", "published_at", "status", "online"}
)


def mask_capture(capture: bytes) -> bytes:
    """See `adapters.driver.Driver.mask`. Who was measured, in a topic or a payload, is masked, too."""
    keys, levels = _known()
    return mask_lines(capture, keys, levels)


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    mappings = [read_mapping(shipped(name)) for name in shipped_names()]
    keys = frozenset[str]().union(*(each.shown for each in mappings), USUAL_KEYS)
    who = frozenset[str]().union(*(path.keys for each in mappings for rule in each.messages for path in rule.device))
    levels = {
        level for each in mappings for rule in each.messages if rule.topic is not None for level in rule.topic.levels
    }
    return keys - (who - {"data", "value"}), frozenset(levels)
