"""What every driver found must hold: any split, any garbage, bounded memory, and finding its feet again."""

from __future__ import annotations

import gc
import json
import random
import sys
from collections import deque
from dataclasses import replace
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.reading import Fault, Reading
from adapters.registry import drivers
from tests.adapters.captures import ROOT, bytewise, captures, decode, fresh_decoder

STREAM_DRIVERS = [name for name, driver in drivers().items() if not driver.messages]
MESSAGE_DRIVERS = [name for name, driver in drivers().items() if driver.messages]

MEMORY_BOUND = 64 * 1024
"""Bytes a stream decoder may hold between two chunks, whatever came."""


def clean(name: str) -> bytes:
    """Every driver has a capture `clean`: good traffic that has to be understood again after garbage."""
    (path,) = (ROOT / name / "clean").glob("input.*")
    return path.read_bytes()


def held_bytes(decoder: object) -> int:
    """Size of everything reachable from the decoder, classes, functions and modules apart.

    Measured from outside, so that no decoder can leave anything out of its own account.
    """
    apart = (type, FunctionType, BuiltinFunctionType, ModuleType)
    seen: set[int] = set()
    queue: deque[object] = deque([decoder])
    total = 0
    while queue:
        each = queue.popleft()
        if id(each) in seen or isinstance(each, apart):
            continue
        seen.add(id(each))
        total += sys.getsizeof(each)
        queue.extend(gc.get_referents(each))
    return total


@st.composite
def streams(draw: st.DrawFn, name: str) -> bytes:
    """Pieces of the driver's own captures, garbage between them, single bytes changed, lost or doubled."""
    pool = [capture.input for capture in captures() if capture.driver == name]
    pieces = []
    for _ in range(draw(st.integers(0, 5))):
        source = draw(st.sampled_from(pool))
        start = draw(st.integers(0, len(source)))
        piece = bytearray(source[start : start + draw(st.integers(0, 300))])
        for _ in range(draw(st.integers(0, 2))):
            if piece:
                at = draw(st.integers(0, len(piece) - 1))
                piece[at : at + 1] = draw(st.binary(max_size=2))
        pieces.append(bytes(piece))
        pieces.append(draw(st.binary(max_size=40)))
    return b"".join(pieces)


def split(draw: st.DataObject, stream: bytes) -> list[bytes]:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    return [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("name", drivers())
@RELAXED
@given(data=st.data())
def test_any_split_gives_the_same(name: str, data: st.DataObject) -> None:
    """Equal readings and faults, offsets included. Message drivers are fed their lines the same way."""
    stream = data.draw(streams(name))
    whole = decode(name, stream)
    assert decode(name, *split(data, stream)) == whole
    assert decode(name, *bytewise(stream)) == whole


@pytest.mark.parametrize("name", STREAM_DRIVERS)
@given(garbage=st.binary(max_size=2000))
@RELAXED
def test_garbage_gives_only_faults(name: str, garbage: bytes) -> None:
    """Random bytes carry no sum that fits: every byte of them is accounted for as discarded, save control answers."""
    items = decode(name, garbage)
    assert all(isinstance(item, Fault) for item in items)
    assert sum(item.discarded for item in items if isinstance(item, Fault)) <= len(garbage)


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


@pytest.mark.parametrize("name", drivers())
@RELAXED
@given(data=st.data())
def test_after_garbage_the_next_good_unit_is_found(name: str, data: st.DataObject) -> None:
    """The second copy of clean traffic after garbage gives exactly what it gives alone.

    The first copy may pay for the garbage: a unit that it began may swallow the head of the first good one.
    """
    traffic = clean(name)
    before = data.draw(streams(name)) + (b"\n" if drivers()[name].messages else b"")
    alone = decode(name, traffic)
    start = len(before) + len(traffic)
    if drivers()[name].messages:
        start = before.count(b"\n") + traffic.count(b"\n")
    items = decode(name, before + traffic + traffic)
    assert [item for item in items if item.offset >= start] == [shifted(item, start) for item in alone]


def shifted(item: Reading | Fault, by: int) -> Reading | Fault:
    return replace(item, offset=item.offset + by)


FLOODS = {
    "random": random.Random(2026).randbytes(1 << 20),
    "zeros": bytes(1 << 17),
    "ones": b"\x01" * (1 << 17),
    "frame heads": b"\x01\x80" * (1 << 16),
    "control answers": b"\x06" * (1 << 17),
    "control answers without end": b"\x02\xf2\x10" * (1 << 15),
    "frames never in step": bytes.fromhex("0180000081") * (1 << 14),
    "frames always in step": bytes.fromhex("0181000082") * (1 << 14),
    "text without end": b"\x02" + b"9" * (1 << 17),
    "text begun again and again": b"\x02S1" * (1 << 15),
    "cuff pressures": b"\x02145C0S8\x03\r" * (1 << 13),
    "SpO2 heads": b"\x55\xaa\x10" * (1 << 15),
}


@pytest.mark.parametrize("flood", FLOODS)
@pytest.mark.parametrize("name", STREAM_DRIVERS)
def test_memory_stays_bounded(name: str, flood: str) -> None:
    decoder = fresh_decoder(name)
    for chunk in (FLOODS[flood][:7], FLOODS[flood]):
        for _ in decoder.feed(chunk):
            pass
        assert held_bytes(decoder) < MEMORY_BOUND


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
    lines = fresh_decoder(name)
    faults = list(lines.feed(b"a" * (1 << 20) + b"\n")) + list(lines.feed(b"a" * (1 << 20)))
    assert len(faults) == 1
    assert held_bytes(lines) - known < MEMORY_BOUND + 512 * 1024
