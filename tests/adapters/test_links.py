"""All connections of a site together: none takes another one down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.conversation import Refused
from adapters.driver import Cadence, Driver, LineSettings
from adapters.links import DeviceSpec, Links
from config.instant import SECOND, Instant
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.fake_device import LineDecoder, message_driver, stream_driver
from tests.support.recording_sink import RecordingSink


class Site:
    """Links over captures, which need no device."""

    def __init__(self, *devices: DeviceSpec, sink: RecordingSink | None = None) -> None:
        self.clock = ManualClock(1_000 * SECOND)
        self.sink = sink or RecordingSink()
        self.links = Links(devices, self.sink, self.clock, Random(1), lambda *_: None)


def capture(folder: Path, name: str, data: bytes, driver: Driver | None = None) -> DeviceSpec:
    (folder / name).write_bytes(data)
    return DeviceSpec(name, driver or stream_driver(), f"replay://{folder / name}?rate=100")


async def test_a_bug_in_one_driver_is_told_and_the_device_started_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The others go on; the reason names the bug; the trace is in the log."""
    site = Site(
        replace(capture(tmp_path, "bad", b"97\nbug\n"), url=f"replay://{tmp_path / 'bad'}?rate=100&repeat=yes"),
        capture(tmp_path, "good", b"95\n" * 100),
    )
    await site.links.start()
    await site.clock.advance(3 * SECOND)
    assert len([detail for what, detail in site.sink.what("good") if what == "reading"]) == 100
    bad = site.sink.what("bad")
    assert bad[:3] == [("up", None), ("reading", 97.0), ("down", "internal error (RuntimeError: a planted bug)")]
    assert bad[3:5] == [("up", None), ("reading", 97.0)]
    assert site.links.stats("bad").reconnects >= 1
    assert all(record.exc_info for record in caplog.records if record.levelname == "ERROR")
    await site.links.stop()


async def test_a_sink_that_fails_is_logged_and_takes_nothing_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Even its failure to hear of the failure."""

    class Broken(RecordingSink):
        def reading(self, device_id: str, reading: Any, received_at: Instant) -> None:
            if device_id == "bad":
                raise RuntimeError("a sink's bug")
            super().reading(device_id, reading, received_at)

        def link_down(self, device_id: str, at: Instant, reason: str) -> None:
            if device_id == "bad":
                raise RuntimeError("another of its bugs")
            super().link_down(device_id, at, reason)

    site = Site(capture(tmp_path, "bad", b"97\n"), capture(tmp_path, "good", b"95\n" * 50), sink=Broken())
    await site.links.start()
    await site.clock.advance(2 * SECOND)
    assert site.links.stats("good").readings == 50
    assert "could not be reported" in caplog.text
    await site.links.stop()


async def test_a_stop_ends_everything_and_may_be_repeated(tmp_path: Path) -> None:
    """And nothing is told of it: our own end is no loss."""
    site = Site(capture(tmp_path, "a", b"97\n" * 100), capture(tmp_path, "b", b"97\n" * 100))
    await site.links.stop()
    await site.links.start()
    with pytest.raises(RuntimeError, match="already"):
        await site.links.start()
    await let_tasks_run()
    await site.links.stop()
    await site.links.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert "down" not in [heard.what for heard in site.sink.heard]


async def test_figures_by_device(tmp_path: Path) -> None:
    site = Site(capture(tmp_path, "a", b"97\nxx\n"))
    await site.links.start()
    await site.clock.advance(SECOND // 2)
    assert site.links.stats("a").readings == 1
    assert site.links.all_stats()["a"].faults_in_a_row == 1
    assert site.links.broker_stats() == {}
    with pytest.raises(KeyError):
        site.links.stats("z")
    await site.links.stop()


async def test_commands_to_unknown_or_mute_devices_are_refused(tmp_path: Path) -> None:
    site = Site(
        capture(tmp_path, "a", b""), DeviceSpec("m", message_driver(), "mqtt://127.0.0.1:1/a", command_topic="b")
    )
    assert await site.links.request_measurement("z") == Refused("there is no device 'z'")
    assert await site.links.cancel_measurement("z") == Refused("there is no device 'z'")
    assert await site.links.request_measurement("a") == Refused("a line device takes no commands")
    assert await site.links.cancel_measurement("a") == Refused("a line device takes no commands")
    assert await site.links.request_measurement("m") == Refused("a message device takes no commands")
    assert await site.links.cancel_measurement("m") == Refused("a message device takes no commands")


@pytest.mark.parametrize(
    ("device", "complaint"),
    [
        (DeviceSpec("a", stream_driver(), "mqtt://broker/a"), "serial:, tcp: or replay:"),
        (DeviceSpec("a", message_driver(), "tcp://host:1"), "an mqtt: URL"),
        (DeviceSpec("a", stream_driver(), "tcp://host"), "host and port"),
        (DeviceSpec("ok", stream_driver(), "tcp://host:1"), "twice"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_opened(device: DeviceSpec, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Site(DeviceSpec("ok", stream_driver(), "tcp://host:1"), device)


async def test_a_device_may_have_its_own_cadence_line_and_options(tmp_path: Path) -> None:
    """Options default to the driver's; a cadence stands above the driver's."""

    @dataclass(frozen=True)
    class Options:
        word: str = "default"

    seen: list[Any] = []

    def decoder(options: Any) -> LineDecoder:
        seen.append(options)
        return LineDecoder(options)

    driver = replace(stream_driver(), decoder=decoder, options=Options)
    site = Site(
        replace(capture(tmp_path, "a", b"97\n", driver), cadence=Cadence.EPISODIC, line=LineSettings(19200)),
        replace(capture(tmp_path, "b", b"97\n", driver), options=Options("given")),
    )
    await site.links.start()
    await let_tasks_run()
    assert site.sink.what() == [("up", None)]
    assert seen == [Options(), Options("given")]
    await site.links.stop()
