"""Whether the service can do its work, and what it has done: for `/readyz` and `/metrics`. No patient data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from adapters.links import Links
from alerts.dispatcher import Dispatcher
from config.vocabulary import LinkState
from monitor.board import Board
from monitor.core.rules.ruleset import Ruleset
from monitor.intake import Intake
from monitor.journal import Journal
from monitor.loop import Loop
from monitor.station.ports import Count
from monitor.station_watch import StationCount


class ServiceHealth:
    """`monitor.station.ports.Readiness` and `Counters` over the parts of the service."""

    def __init__(
        self,
        journal: Journal,
        links: Links,
        dispatcher: Dispatcher,
        loop: Loop,
        intake: Intake,
        board: Board,
        stations: Callable[[], StationCount],
        rules: Ruleset,
    ) -> None:
        self._journal = journal
        self._links = links
        self._dispatcher = dispatcher
        self._loop = loop
        self._intake = intake
        self._board = board
        self._stations = stations
        self._preset = {"name": rules.name, "version": rules.version, "fingerprint": rules.short_fingerprint}

    def report(self) -> dict[str, object]:
        """Ready = the journal is written and no channel is in trouble; an absent device is the ward's business."""
        trouble = self._journal.health.trouble
        stats, stations = self._links.all_stats(), self._stations()
        channels = {
            status.id: status.failing or ("off" if status.off else "ok") for status in self._dispatcher.status()
        }
        return {
            "ready": trouble is None and all(state == "ok" for state in channels.values()),
            "journal": {"ok": trouble is None, "reason": trouble, "waiting_inputs": self._journal.waiting_inputs},
            "devices": {
                "up": sum(found.state is LinkState.UP for found in stats.values()),
                "down": sorted(name for name, found in stats.items() if found.state is not LinkState.UP),
            },
            "channels": channels,
            "preset": self._preset,
            "stations": {"answering": stations.answering, "mute": stations.mute},
            "alarms": self._service_alarms(),
        }

    def _service_alarms(self) -> dict[str, int]:
        """How many alarms of the service itself stand open, by rule; their subjects may name people."""
        return dict(sorted(Counter(shown.alarm for shown in self._board.alarms() if shown.bed is None).items()))

    def counts(self) -> Iterable[Count]:
        """The present figures."""
        loop = self._loop.stats
        yield Count("bedwatch_inputs_total", "Inputs folded into the core", loop.inputs)
        yield Count("bedwatch_events_total", "Events the core gave out", loop.events)
        yield Count("bedwatch_core_faults_total", "Inputs the core failed on", loop.bugs)
        yield Count(
            "bedwatch_told_before_durable_total", "Events told before they were on disk", loop.told_before_durable
        )
        yield Count("bedwatch_unbound_total", "Messages of devices that no bed binds", self._intake.stats.unbound)
        yield Count("bedwatch_journal_waiting_inputs", "Inputs not on disk yet", self._journal.waiting_inputs, "gauge")
        stations = self._stations()
        yield Count("bedwatch_stations_answering", "Station pages that answer", stations.answering, "gauge")
        yield Count("bedwatch_stations_mute", "Stations that cannot be heard", stations.mute, "gauge")
        for alarm, number in self._service_alarms().items():
            label = (("alarm", alarm),)
            yield Count("bedwatch_service_alarms", "Open alarms of the service itself", number, "gauge", label)
        for device, stats in self._links.all_stats().items():
            label = (("device", device),)
            yield Count("bedwatch_device_up", "1 while the link stands", stats.state is LinkState.UP, "gauge", label)
            yield Count("bedwatch_device_readings_total", "Good readings", stats.readings, labels=label)
            yield Count("bedwatch_device_faults_total", "Rejected units", stats.faults.total(), labels=label)
            yield Count("bedwatch_device_reconnects_total", "Times the link came back", stats.reconnects, labels=label)
        for status in self._dispatcher.status():
            label = (("channel", status.id),)
            yield Count("bedwatch_pages_delivered_total", "Pages delivered", status.delivered, labels=label)
            yield Count("bedwatch_pages_waiting", "Pages without a final status", status.waiting, "gauge", label)
            yield Count("bedwatch_page_tries_failed_total", "Tries that failed", status.failed_tries, labels=label)
