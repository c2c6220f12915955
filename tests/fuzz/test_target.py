"""The fuzzer's target: captures hold as seeds, and what is found is kept as a capture."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.registry import drivers
from monitor.conformance.captures import find_captures
from tests.fuzz.grow import LONGEST, by_lot
from tests.fuzz.target import Finding, Target
from tests.monitor.conformance.acme import acme
from tests.monitor.conformance.test_checks import CountsTwice, Raises


@pytest.mark.parametrize("name", drivers())
def test_the_seeds_hold(name: str, tmp_path: Path) -> None:
    """Of every driver; a few inputs beside them for the play without the engine."""
    target = Target(name, tmp_path)
    chance = random.Random(1)
    for seed in target.seeds():
        target(seed[:LONGEST])
    for _ in range(5):
        target(chance.randbytes(200))
    assert not list(tmp_path.iterdir())


def test_a_finding_is_kept_as_a_capture(tmp_path: Path) -> None:
    target = Target("bci-5byte", tmp_path / "captures")
    good = acme(tmp_path)
    target.subject = replace(good, driver=replace(good.driver, decoder=lambda options: CountsTwice()))
    with pytest.raises(Finding, match="bytes discarded"):
        target(b"\x00\x00\x00" + b"no line at all" * 30)
    (kept,) = find_captures([tmp_path / "captures"])
    assert kept.input == b"no line at all" * 30
    assert kept.driver == "acme"
    assert "bytes discarded" in kept.about["shows"]
    assert not (kept.folder / "expected.jsonl").exists()


def test_what_was_raised_is_kept_with_its_options(tmp_path: Path) -> None:
    """Options are those of the capture that named them."""
    target = Target("mqtt-mapped", tmp_path)
    options = next(options for options, _ in target.settings if options)
    target.settings = [(options, [])]
    target.subject = replace(
        target.subject, driver=replace(target.subject.driver, decoder=lambda options: Raises(), messages=False)
    )
    with pytest.raises(UnicodeDecodeError):
        target(b"\x00\x00\x00\xff")
    (kept,) = find_captures([tmp_path])
    assert kept.options == options


def test_without_the_engine_the_captures_are_played(capsys: pytest.CaptureFixture[str]) -> None:
    """And it says so."""
    by_lot("bci-5byte", 0)
    assert "played without coverage guidance" in capsys.readouterr().err
