"""The conformance kit over every driver found, a stranger's too; README's badge table is what it gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.conformance.badges import in_document, markdown
from monitor.conformance.checks import CHECKS
from monitor.conformance.claims import finds_its_feet, holds_little, only_faults, same_when_cut
from monitor.conformance.outcome import Outcome, State
from monitor.conformance.subject import Subject, find_subjects
from tests.adapters.captures import ROOT

README = Path(__file__).parents[2] / "README.md"
ASKED = {check.name: check for check in CHECKS}


@cache
def subjects() -> dict[str, Subject]:
    return find_subjects([ROOT])


@cache
def outcome(driver: str, check: str) -> Outcome:
    """Asked once: the README is compared with the same answers."""
    return ASKED[check](subjects()[driver])


@pytest.mark.parametrize("check", ASKED)
@pytest.mark.parametrize("driver", subjects())
def test_driver(driver: str, check: str, record_property: Callable[[str, object], None]) -> None:
    """What the check asks, see `bedwatch conformance --checks`."""
    answer = outcome(driver, check)
    # Read by the summary at the end of the run (tests/conftest.py).
    record_property("badge", (driver, check, answer.state.value, answer.note))
    assert answer.state is not State.BROKEN, answer.note


def test_the_table_in_the_readme_is_current() -> None:
    """Else: bedwatch conformance --write README.md"""
    badges = {driver: {check: outcome(driver, check) for check in ASKED} for driver in subjects()}
    table = markdown(badges, {name: subject.driver.title for name, subject in subjects().items()})
    document = README.read_text("utf-8")
    assert in_document(document, table) == document


# The kit draws its streams by lot, so that a stranger needs nothing but the product; here they are searched, too.

RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@st.composite
def streams(draw: st.DrawFn, pool: list[bytes]) -> bytes:
    """Pieces of the driver's own captures, garbage between them, single bytes changed, lost or doubled."""
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


@pytest.mark.parametrize("driver", subjects())
@RELAXED
@given(data=st.data())
def test_any_split_gives_the_same(driver: str, data: st.DataObject) -> None:
    subject = subjects()[driver]
    options, pool = data.draw(st.sampled_from(subject.settings()))
    stream = data.draw(streams(pool))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    assert same_when_cut(subject, stream, cuts, options) is None
    assert same_when_cut(subject, stream, range(1, len(stream)), options) is None


@pytest.mark.parametrize("driver", [name for name, subject in subjects().items() if not subject.driver.messages])
@RELAXED
@given(garbage=st.binary(max_size=2000))
def test_garbage_gives_only_faults(driver: str, garbage: bytes) -> None:
    assert only_faults(subjects()[driver], garbage, {}) is None


@pytest.mark.parametrize("driver", subjects())
@RELAXED
@given(data=st.data())
def test_after_garbage_the_next_good_unit_is_found(driver: str, data: st.DataObject) -> None:
    subject = subjects()[driver]
    clean = subject.clean
    assert clean is not None
    pool = next(inputs for options, inputs in subject.settings() if options == clean.options)
    _, wrong = finds_its_feet(subject, data.draw(streams(pool)), clean.input, clean.options)
    assert wrong is None


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
@pytest.mark.parametrize("driver", ["nonin-df2", "nonin-df7", "par-nibp", "pm6750"])
def test_memory_stays_bounded(driver: str, flood: str) -> None:
    """What looks like the units of these, over and over."""
    assert holds_little(subjects()[driver], FLOODS[flood], {}) is None
