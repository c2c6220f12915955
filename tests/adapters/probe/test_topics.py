"""Which driver reads what on a broker."""

from __future__ import annotations

import pytest

from adapters.devices.mqtt_mapped import PROBED
from adapters.devices.mqtt_mapped.shipped import shipped_names
from adapters.probe.topics import LIMIT, TopicTrial, message_candidates
from adapters.registry import drivers
from tests.adapters.captures import Capture, captures

MESSAGES = [each for each in captures() if drivers()[each.driver].carrier == "mqtt" and drivers()[each.driver].messages]


def new_trial() -> TopicTrial:
    return TopicTrial(message_candidates(drivers().values()))


def test_every_shipped_mapping_is_tried() -> None:
    assert shipped_names() == PROBED


@pytest.mark.parametrize(
    "capture", [each for each in MESSAGES if each.folder.name == "clean"], ids=lambda each: each.name
)
def test_clean_captures_are_read_by_their_driver(capture: Capture) -> None:
    trial = new_trial()
    for line in capture.input.splitlines():
        topic, _, payload = line.partition(b" ")
        trial.take(topic.decode(), payload)
    named = {candidate.driver.name for topic in trial.topics for candidate, _ in trial.readers(topic)[:1]}
    assert named == {capture.driver}


def test_what_nobody_reads_is_counted_and_named_by_nobody() -> None:
    trial = new_trial()
    for payload in (b"on", b"off", b"\xff\x00", b"{", b""):
        trial.take("house/lamp", payload)
    assert trial.topics["house/lamp"].messages == 5
    assert trial.readers("house/lamp") == []


def test_topics_are_bounded() -> None:
    trial = new_trial()
    for number in range(LIMIT + 7):
        trial.take(f"house/{number}", b"1")
    assert len(trial.topics) == LIMIT
    assert trial.others == 7
