"""How the watchdog is heard: bell and banner, a command of the site's own, and pages until they arrive."""

from __future__ import annotations

import sys
from pathlib import Path

from alerts.alert import AlertKind
from alerts.channel import Rejected, Retry
from config.instant import SECOND, seconds
from config.vocabulary import Priority
from monitor.watchdog.outcry import Outcry
from tests.support.channel import RecordingChannel
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.webhook_receiver import until


class Night:
    """An outcry and everything it did."""

    def __init__(self, *channels: RecordingChannel, command: tuple[str, ...] = ()) -> None:
        self.clock = ManualClock(1000 * SECOND)
        self.written: list[str] = []
        self.outcry = Outcry(channels, command, self.written.append, self.clock)

    def begins(self) -> None:
        """Ten seconds without a heartbeat."""
        self.outcry.begin(self.clock.now() - 10 * SECOND)


async def test_core_stalled_rings_for_as_long_as_it_lasts() -> None:
    """At least the 120 s of section 5.4, with the time it has lasted; then it says that it is over."""
    night = Night()
    night.begins()
    await night.clock.advance(seconds(130))
    assert len(night.written) == 19
    assert all("\a" in text and "NOT MONITORING" in text for text in night.written)
    assert "10 s" in night.written[0]
    assert "136 s" in night.written[-1]
    night.outcry.end(seconds(141))
    await night.clock.advance(seconds(60))
    assert night.written[19:] == ["bedwatch: the heartbeat is back after 141 s\n"]
    await night.outcry.aclose()


async def test_every_channel_is_paged_until_it_has_it() -> None:
    """HIGH; one that fails is tried again and holds up no other; whoever was called hears of the end."""
    bad = RecordingChannel("bad", [Retry("HTTP 500"), RuntimeError("a bug"), Retry("HTTP 500")])
    good, off = RecordingChannel("good"), RecordingChannel("off", then=Rejected("410"))
    night = Night(bad, good, off)
    night.begins()
    await let_tasks_run()
    assert (len(bad.tries), len(good.tries), len(off.tries)) == (1, 1, 1)
    await night.clock.advance(seconds(60))
    assert (len(bad.tries), len(good.tries), len(off.tries)) == (4, 1, 1)
    (page,) = good.delivered
    assert (page.alert.alarm, page.alert.priority, page.alert.kind) == ("CORE_STALLED", Priority.HIGH, AlertKind.RAISED)
    assert {each.page_id for _, each in bad.tries} == {bad.delivered[0].page_id}, "one message, however often tried"
    night.outcry.end(seconds(70))
    await let_tasks_run()
    assert [each.alert.kind for each in good.delivered] == [AlertKind.RAISED, AlertKind.CLOSED]
    await night.outcry.aclose()
    assert good.closed


async def test_a_second_failure_is_another_alarm() -> None:
    """The receiver must not take it for the first."""
    channel = RecordingChannel("pager")
    night = Night(channel)
    for _ in range(2):
        night.begins()
        await night.clock.advance(seconds(20))
        night.outcry.end(seconds(30))
        await let_tasks_run()
    assert len({page.alert.alarm_id for page in channel.delivered}) == 2
    assert len(channel.delivered) == 4
    await night.outcry.aclose()


async def test_the_sites_command_sounds_again_and_again(tmp_path: Path) -> None:
    """Started anew whenever it has ended; one that does not exist ends nothing."""
    heard = tmp_path / "heard"
    write = f"open({str(heard)!r}, 'a').write('x')"
    night = Night(command=(sys.executable, "-c", write))
    night.begins()
    await let_tasks_run()
    await until(lambda: heard.exists() and heard.read_text() == "x")
    await until(lambda: night.outcry._sound is not None and night.outcry._sound.poll() is not None)
    await night.clock.advance(seconds(7))
    await until(lambda: heard.read_text() == "xx")
    night.outcry.end(seconds(20))
    await night.outcry.aclose()
    deaf = Night(command=("/no/such/player",))
    deaf.begins()
    await deaf.clock.advance(seconds(7))
    assert len(deaf.written) == 2
    await deaf.outcry.aclose()


async def test_the_weekly_test_says_what_each_channel_did() -> None:
    night = Night(RecordingChannel("pager"), RecordingChannel("sms", [Retry("HTTP 503")]))
    assert await night.outcry.test() == {"pager": None, "sms": "HTTP 503"}
    assert len(night.written) == 1
    await night.outcry.aclose()
