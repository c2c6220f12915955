"""Publishers are found by themselves, and each is read by the driver it is named after."""

from __future__ import annotations

import pytest

from adapters.message_lines import MessageLines, message_line
from adapters.reading import CuffReading, Fault, OximeterReading
from adapters.registry import build_options, drivers
from adapters.transports.topics import matches
from config.instant import MINUTE, SECOND
from simulator.publisher import publishers
from tests.simulator.devices.still_body import StillBody


def test_every_publisher_belongs_to_a_driver() -> None:
    assert {each.driver for each in publishers().values()} <= {
        name for name, driver in drivers().items() if driver.messages
    }
    assert "mqtt-vitals" in publishers()


@pytest.mark.parametrize("name", publishers())
def test_what_a_publisher_sends_is_read_by_its_driver(name: str) -> None:
    """Values of the body come out on the other side, without a fault, on topics that the filter covers."""
    chosen = publishers()[name]
    driver = drivers()[chosen.driver]
    device = chosen.make(StillBody(), 1)
    decoder = MessageLines(driver.decoder(build_options(driver, chosen.options)))
    greeting = device.online(0)
    sent = [] if greeting is None else [greeting]
    for step in range(0, 3 * MINUTE, SECOND):
        sent += device.messages(step)
    last_will = device.will(3 * MINUTE)
    sent += [] if last_will is None else [last_will]
    assert all(matches(chosen.topic_filter, message.topic) for message in sent)
    items = [item for message in sent for item in decoder.feed(message_line(message.topic, message.payload))]
    assert not [item for item in items if isinstance(item, Fault)]
    oximeter = {(item.spo2, item.pulse_rate) for item in items if isinstance(item, OximeterReading)}
    cuff = {(item.systolic, item.diastolic, item.pulse_rate) for item in items if isinstance(item, CuffReading)}
    assert oximeter or cuff
    assert oximeter <= {(97, 72)}
    assert cuff <= {(128, 78, 72)}
