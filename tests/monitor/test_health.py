"""Whether the service can do its work, and what it has done."""

from __future__ import annotations

from pathlib import Path
from random import Random

from adapters.link_report import LinkStats
from adapters.links import Links
from adapters.reading import FaultKind
from alerts.dispatcher import Dispatcher
from alerts.worker import ChannelStatus
from config.vocabulary import LinkState
from monitor.health import ServiceHealth
from monitor.intake import Intake
from monitor.station_watch import StationCount
from tests.support.live_ward import LiveWard, live_ward
from tests.support.ward import shipped_rules


class SetLinks(Links):
    """Connections whose figures a test sets."""

    figures: dict[str, LinkStats]

    def all_stats(self) -> dict[str, LinkStats]:
        """As set."""
        return self.figures


class SetDispatcher(Dispatcher):
    """Channels whose state a test sets."""

    channels: list[ChannelStatus]

    def status(self) -> list[ChannelStatus]:
        """As set."""
        return self.channels


class Parts:
    """A service's parts, quiet until set."""

    def __init__(self, live: LiveWard) -> None:
        self.live = live
        self.intake = Intake({}, live.loop.submit, lambda *wave: None, lambda *value: None)
        self.links = SetLinks([], self.intake, live.clock, Random(1), self.intake.unbound)
        self.links.figures = {}
        self.dispatcher = SetDispatcher(
            [], live.journal.outbox, live.clock, Random(1).random, lambda *told: None, lambda channel: None
        )
        self.dispatcher.channels = []
        self.stations = StationCount(0, 0)
        self.health = ServiceHealth(
            *(live.journal, self.links, self.dispatcher, live.loop, self.intake, live.board),
            lambda: self.stations,
            shipped_rules(),
        )

    def figures(self) -> dict[tuple[str, str], float]:
        """Every figure by name and label."""
        return {
            (count.name, ",".join(value for _, value in count.labels)): float(count.value)
            for count in self.health.counts()
        }


def channel(name: str, failing: str | None = None, *, off: bool = False) -> ChannelStatus:
    return ChannelStatus(name, waiting=2, delivered=7, failed_tries=3, dropped=0, failing=failing, off=off)


async def test_a_quiet_service_is_ready(tmp_path: Path) -> None:
    """Without a device and without a channel, too."""
    async with live_ward(tmp_path) as live:
        report = Parts(live).health.report()
    assert report["ready"] is True
    assert report["journal"] == {"ok": True, "reason": None, "waiting_inputs": 0}
    assert report["devices"] == {"up": 0, "down": []}
    assert report["preset"] == {
        "name": "ketamine-adult",
        "version": 1,
        "fingerprint": shipped_rules().short_fingerprint,
    }


async def test_an_absent_device_is_the_ward_s_business(tmp_path: Path) -> None:
    """Named, but the service can do its work; one that was never heard of is not up."""
    async with live_ward(tmp_path) as live:
        parts = Parts(live)
        parts.links.figures = {
            "ox-1": LinkStats(state=LinkState.UP),
            "ox-3": LinkStats(),
            "ox-2": LinkStats(state=LinkState.DOWN),
        }
        report = parts.health.report()
    assert report["devices"] == {"up": 1, "down": ["ox-2", "ox-3"]}
    assert report["ready"] is True


async def test_a_channel_in_trouble_or_off_is_not_ready(tmp_path: Path) -> None:
    """Pages do not reach anybody there; the reason stands beside it."""
    async with live_ward(tmp_path) as live:
        parts = Parts(live)
        parts.dispatcher.channels = [channel("pager", "HTTP 500"), channel("log"), channel("old", off=True)]
        report = parts.health.report()
    assert report["channels"] == {"pager": "HTTP 500", "log": "ok", "old": "off"}
    assert report["ready"] is False


async def test_a_journal_in_trouble_is_not_ready(tmp_path: Path) -> None:
    """Alarms go on, but nothing is on record."""
    async with live_ward(tmp_path) as live:
        parts = Parts(live)
        live.journal.health.slow("not on disk within 250 ms")
        report = parts.health.report()
    assert report["ready"] is False
    journal = report["journal"]
    assert isinstance(journal, dict)
    assert journal["ok"] is False
    assert "250 ms" in str(journal["reason"])


async def test_stations_and_the_services_own_alarms_are_counted(tmp_path: Path) -> None:
    """By rule alone: a subject may name a person."""
    async with live_ward(tmp_path) as live:
        parts = Parts(live)
        parts.stations = StationCount(3, 2)
        for name in ("nurse-a at 10.0.0.7", "nurse-b at 10.0.0.8"):
            live.put(1, "system", None, system="station", ok=False, subject=name)
        await live.settled()
        report, found = parts.health.report(), parts.figures()
    assert report["stations"] == {"answering": 3, "mute": 2}
    assert report["alarms"] == {"STATION_MUTE": 2}
    assert report["ready"] is True
    assert found[("bedwatch_service_alarms", "STATION_MUTE")] == 2
    assert (found[("bedwatch_stations_answering", "")], found[("bedwatch_stations_mute", "")]) == (3, 2)


async def test_the_figures_say_what_was_done(tmp_path: Path) -> None:
    """Each device and each channel under its own label; nothing of patients."""
    async with live_ward(tmp_path) as live:
        parts = Parts(live)
        live.open()
        live.samples(1, 4, 97)
        await live.settled()
        up = LinkStats(state=LinkState.UP, readings=40, reconnects=2)
        up.faults.update({FaultKind.CHECKSUM: 3, FaultKind.GARBAGE: 1})
        parts.links.figures = {"ox-1": up, "ox-2": LinkStats(state=LinkState.DOWN)}
        parts.dispatcher.channels = [channel("pager")]
        found = parts.figures()
    assert found[("bedwatch_inputs_total", "")] == 4
    assert found[("bedwatch_events_total", "")] == 2
    assert found[("bedwatch_core_faults_total", "")] == 0
    assert found[("bedwatch_device_up", "ox-1")] == 1
    assert found[("bedwatch_device_up", "ox-2")] == 0
    assert found[("bedwatch_device_readings_total", "ox-1")] == 40
    assert found[("bedwatch_device_faults_total", "ox-1")] == 4
    assert found[("bedwatch_device_reconnects_total", "ox-1")] == 2
    assert found[("bedwatch_pages_delivered_total", "pager")] == 7
    assert found[("bedwatch_pages_waiting", "pager")] == 2
    assert found[("bedwatch_page_tries_failed_total", "pager")] == 3
    assert not [name for name, label in found if "P-bay-1" in name + label]
