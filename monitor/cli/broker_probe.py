"""What `bedwatch probe` says of a broker: its topics, who reads them, and the lines for a site file."""

from __future__ import annotations

import asyncio
import json
from random import Random

from adapters.probe.score import Candidate
from adapters.probe.topics import TopicTrial, message_candidates
from adapters.registry import drivers
from adapters.transports.url import MqttUrl
from config.instant import seconds
from monitor.cli.finding import words
from monitor.cli.terminal import FAULT, OK, ResourceMissing, note, say


def probe_broker(where: MqttUrl, url: str, length_s: float) -> int:
    """Listen to the topics of `url`, which is `where`. 0 when a driver reads some of them, 1 when none does."""
    trial = _listen(where, length_s)
    if not trial.topics:
        say("unknown")
        note(
            f"no message came on {where.topic_filter}. Look at:\n"
            "  - the topics: is the filter right? '#' alone is every topic that the account may read\n"
            "  - the publishers: do they send more seldom than --seconds? A message that the broker kept is history"
        )
        return FAULT
    found: dict[str, Candidate] = {}
    for topic, seen in trial.topics.items():
        readers = trial.readers(topic)
        names = " or ".join(candidate.name for candidate, _ in readers) or "no driver"
        say(f"{topic}: {seen.messages} message{'s' * (seen.messages != 1)}, {names}")
        if readers:
            latest = tuple(readers[0][1].latest.values())
            say(f"  decoded: {words(latest) if latest else 'the pleth wave'}")
            found.setdefault(_filter(topic, readers[0][0]), readers[0][0])
    if trial.others:
        say(f"and {trial.others} messages on further topics")
    if not found:
        say("unknown")
        note("no driver reads these messages; a mapping of your own can: driver mqtt-mapped, docs/for-integrators.md")
        return FAULT
    say("\nfor the site file, with your own ids and beds:")
    for number, (topic_filter, candidate) in enumerate(found.items(), 1):
        say(f"\n{_site_lines(where, url, number, topic_filter, candidate)}")
    return OK


def _listen(where: MqttUrl, length_s: float) -> TopicTrial:
    from adapters.transports.lost_sockets import quiet_when_brokers_go
    from adapters.transports.mqtt import MqttHub
    from monitor.clock import SystemClock
    from monitor.running import until_stopped

    clock = SystemClock()
    trial = TopicTrial(message_candidates(drivers().values()))
    chance = Random()  # noqa: S311 - spreads retries
    hub = MqttHub(
        where.broker, [], where.topic_filter, lambda topic, payload, at: trial.take(topic, payload), clock, chance
    )

    async def work() -> None:
        with quiet_when_brokers_go(asyncio.get_running_loop()):
            running = asyncio.create_task(hub.run())
            try:
                await clock.sleep_until(clock.now() + seconds(length_s))
            finally:
                running.cancel()
                await asyncio.wait([running])

    note(f"listening to {where.topic_filter} at {where.broker} for {length_s:g} s; nothing is published")
    asyncio.run(until_stopped(work()))
    if not hub.stats.connects:
        raise ResourceMissing(hub.stats.reason or f"broker {where.broker} did not answer")
    return trial


def _filter(topic: str, candidate: Candidate) -> str:
    """Our own scheme has a topic for each kind of message below the device; elsewhere nothing is known of that."""
    return topic if candidate.table else f"{topic.rpartition('/')[0]}/+"


def _site_lines(where: MqttUrl, url: str, number: int, topic_filter: str, candidate: Candidate) -> str:
    scheme = "mqtts" if where.broker.tls else "mqtt"
    query = url.partition("?")[2]
    lines = [
        "[[device]]",
        f'id = "device-{number}"',
        'bed = "bay-1"',
        f'driver = "{candidate.driver.name}"',
        f'url = "{scheme}://{where.broker}/{topic_filter}{query and "?"}{query}"',
    ]
    if where.broker.username is not None:
        lines.append("# the account stands before the broker: mqtt://USER:PASSWORD@...")
    if candidate.table:
        lines += ["[device.options]", *(f"{key} = {json.dumps(value)}" for key, value in candidate.table.items())]
    return "\n".join(lines)
