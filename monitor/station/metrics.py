"""Figures for Prometheus, collected when asked for; no global registry, no patient data."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from monitor.station.ports import Counters

MEDIA_TYPE = CONTENT_TYPE_LATEST


def exposition(parts: Iterable[Counters]) -> bytes:
    """The present figures of all parts in the Prometheus text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Parts(parts))
    return generate_latest(registry)


class _Parts(Collector):
    def __init__(self, parts: Iterable[Counters]) -> None:
        self._parts = tuple(parts)

    def describe(self) -> list[CounterMetricFamily]:
        return []  # collecting just to learn the names would count everything twice

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for part in self._parts:
            for count in part.counts():
                family = families.get(count.name)
                if family is None:
                    make = CounterMetricFamily if count.kind == "counter" else GaugeMetricFamily
                    family = make(count.name, count.help, labels=[label for label, _ in count.labels])
                    families[count.name] = family
                family.add_metric([value for _, value in count.labels], count.value)
        return families.values()
