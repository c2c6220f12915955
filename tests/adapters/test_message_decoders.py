"""What every driver of whole messages makes of hostile ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.reading import Fault
from adapters.registry import drivers
from monitor.conformance.claims import LINE_MEMORY, MEMORY_BOUND
from monitor.conformance.held import held_bytes
from tests.adapters.captures import fresh_decoder

MESSAGE_DRIVERS = [name for name, driver in drivers().items() if driver.messages]
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("name", MESSAGE_DRIVERS)
@RELAXED
@given(topic=st.text(max_size=40), payload=st.binary(max_size=2000) | st.text().map(lambda text: text.encode()))
def test_garbage_messages_give_only_faults(name: str, topic: str, payload: bytes) -> None:
    found = drivers()[name]
    items = found.decoder(found.options()).feed_message(topic, payload)
    assert all(isinstance(item, Fault) for item in items)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WORDS = [
    "values",
    "flags",
    "error",
    "state",
    "spo2",
    "systolic",
    "seq",
    "t",
    "samples",
    "rate_hz",
    "pressure",
    "battery",
]


@pytest.mark.parametrize("name", MESSAGE_DRIVERS)
@RELAXED
@given(
    kind=st.sampled_from(["spo2", "nibp", "cuff", "pleth", "status", "command", "other"]),
    body=st.dictionaries(st.sampled_from(WORDS), JSON, max_size=6),
)
def test_any_json_gives_one_clear_outcome(name: str, kind: str, body: dict[str, Any]) -> None:
    """A reading, a fault with its reason, or nothing for the own scheme's commands: never an exception."""
    found = drivers()[name]
    items = found.decoder(found.options()).feed_message(f"x/{kind}", json.dumps(body).encode())
    assert len(items) == (0 if kind == "command" and name == "mqtt-vitals" else 1)
    assert all(item.detail for item in items if isinstance(item, Fault))


@pytest.mark.parametrize("name", MESSAGE_DRIVERS)
def test_memory_of_message_drivers_stays_bounded(name: str) -> None:
    """Huge payloads, deep nesting, endless lines and ten thousand kinds of topic leave nothing behind.

    What a driver knows before the first message, such as a mapping, does not count.
    """
    found = drivers()[name]
    decoder = found.decoder(found.options())
    known = held_bytes(decoder)
    for payload in (b"x" * (1 << 20), b'{"zz":' + b"[" * 60_000, b'{"values":{}}', b"[" * (1 << 16)):
        for number in range(50):
            assert all(isinstance(each, Fault) for each in decoder.feed_message(f"a/{number}", payload))
            for kind in ("spo2", "nibp", "pleth", "status"):
                assert len(decoder.feed_message(f"a/{number}/{kind}", payload)) == 1
    assert held_bytes(decoder) - known < MEMORY_BOUND


@pytest.mark.parametrize("name", MESSAGE_DRIVERS)
def test_lines_without_end_are_one_fault_each(name: str) -> None:
    lines = fresh_decoder(name)
    assert len([*lines.feed(b"a" * (1 << 20) + b"\n"), *lines.feed(b"a" * (1 << 20))]) == 1
    assert held_bytes(lines) < MEMORY_BOUND + LINE_MEMORY
