"""Every check of the conformance kit can fail: a driver that holds everything, broken in one place at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.driver import Driver
from adapters.framing import Judgement, Spoilt
from adapters.reading import CuffReading, Fault, FaultKind, OximeterReading, Reading
from config.instant import Instant
from monitor.conformance.checks import CHECKS
from monitor.conformance.outcome import State
from monitor.conformance.subject import Subject
from tests.monitor.conformance.acme import ACME, START, AcmeDecoder, AcmeDialogue, acme

ASKED = {check.name: check for check in CHECKS}


@pytest.fixture
def good(tmp_path: Path) -> Subject:
    return acme(tmp_path)


@pytest.mark.parametrize("check", ASKED)
def test_a_good_driver_holds_everything(check: str, good: Subject) -> None:
    answer = ASKED[check](good)
    assert answer.state is State.HELD, answer.note


class LinesOnly(AcmeDecoder):
    """Understands only what comes as one chunk."""

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        return super().feed(chunk) if chunk.endswith(b"\n") else []


class HearsNoise(AcmeDecoder):
    """Makes a reading of a stray byte."""

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        extra: list[Reading | Fault] = [OximeterReading(0, 97.0, 72.0)] if b"\xa5" in chunk else []
        return [*super().feed(chunk), *extra]


class CountsTwice(AcmeDecoder):
    """Throws each byte away twice."""

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        return [each for item in super().feed(chunk) for each in ((item, item) if isinstance(item, Fault) else (item,))]


class Raises(AcmeDecoder):
    """Cannot bear a byte that is no ASCII."""

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        chunk.decode("ascii")
        return super().feed(chunk)


class Hoards(AcmeDecoder):
    """Keeps all it was given."""

    def __init__(self) -> None:
        super().__init__()
        self._all = bytearray()

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        self._all += chunk
        return super().feed(chunk)


class Sulks(AcmeDecoder):
    """Is deaf after the first fault."""

    def __init__(self) -> None:
        super().__init__()
        self._deaf = False

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        told: list[Reading | Fault] = []
        for item in super().feed(chunk):
            if not self._deaf:
                told.append(item)
            self._deaf |= isinstance(item, Fault)
        return told


class DropsTheLine(AcmeDecoder):
    """Noise that ends in the first good line costs all of it."""

    def misfit(self, length: int) -> Judgement[bytes]:
        return Spoilt(length, FaultKind.MALFORMED)


class Truncates(AcmeDecoder):
    """One too low."""

    def value(self, number: int) -> float | None:
        return float(number - 1) if number else None


class ZeroIsAValue(AcmeDecoder):
    def value(self, number: int) -> float | None:
        return float(number)


class GivesNoReason(AcmeDecoder):
    def read(self, offset: int, text: bytes) -> Reading:
        reading = super().read(offset, text)
        return replace(reading, flags=frozenset()) if isinstance(reading, OximeterReading) else reading


class KeepsThePressures(AcmeDecoder):
    """A failure repeats the last result."""

    def __init__(self) -> None:
        super().__init__()
        self._last = (120.0, 80.0, 93.0)

    def read(self, offset: int, text: bytes) -> Reading:
        reading = super().read(offset, text)
        if isinstance(reading, CuffReading) and reading.error is not None:
            return CuffReading(offset, *self._last, error=reading.error)
        return reading


class HidesFailures(AcmeDecoder):
    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        return [each for each in super().feed(chunk) if not isinstance(each, CuffReading) or each.error is None]


class TellsTwice(AcmeDecoder):
    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        return [each for item in super().feed(chunk) for each in ([item] * (1 + isinstance(item, CuffReading)))]


class BelievesAnySum(AcmeDecoder):
    def fits(self, text: bytes, check: bytes) -> bool:
        return True


SHARED = AcmeDecoder()


class StartsByItself(AcmeDialogue):
    def opened(self, now: Instant) -> bytes:
        return START


class RestartsOnSilence(AcmeDialogue):
    """Innocent when it connects; measures when its own time has come."""

    def __init__(self) -> None:
        self._due: Instant | None = None

    def opened(self, now: Instant) -> bytes:
        self._due = now + 5_000_000
        return b""

    def tick(self, now: Instant) -> bytes:
        self._due = None
        return START

    def next_deadline(self) -> Instant | None:
        return self._due


def decoding(decoder: Callable[[], Any]) -> Driver:
    return replace(ACME, decoder=lambda options: decoder())


BROKEN: list[tuple[str, Driver]] = [
    ("trust", replace(ACME, source="somebody said so")),
    ("captures", decoding(Truncates)),
    ("split", decoding(LinesOnly)),
    ("garbage", decoding(HearsNoise)),
    ("garbage", decoding(CountsTwice)),
    ("garbage", decoding(Raises)),
    ("memory", decoding(Hoards)),
    ("resync", decoding(Sulks)),
    ("resync", replace(decoding(DropsTheLine), resync_bytes=2)),
    ("values", decoding(Truncates)),
    ("values", decoding(TellsTwice)),
    ("absence", decoding(ZeroIsAValue)),
    ("absence", decoding(GivesNoReason)),
    ("absence", replace(ACME, flags=ACME.flags and ACME.flags - {max(ACME.flags)})),
    ("failures", decoding(KeepsThePressures)),
    ("failures", decoding(HidesFailures)),
    ("bad line", decoding(BelievesAnySum)),
    ("reconnect", decoding(lambda: SHARED)),
    ("never starts", replace(ACME, dialogue=lambda options: StartsByItself())),
    ("never starts", replace(ACME, dialogue=lambda options: RestartsOnSilence())),
]


@pytest.mark.parametrize(("check", "driver"), BROKEN, ids=[f"{check}-{n}" for n, (check, _) in enumerate(BROKEN)])
def test_a_broken_one_is_found(check: str, driver: Driver, good: Subject) -> None:
    answer = ASKED[check](replace(good, driver=driver))
    assert answer.state is State.BROKEN
    assert answer.note


def test_every_check_is_seen_to_fail() -> None:
    assert {check for check, _ in BROKEN} == set(ASKED)


@pytest.mark.parametrize("check", ["captures", "resync"])
def test_without_captures_nothing_is_shown(check: str, good: Subject) -> None:
    assert ASKED[check](replace(good, captures=())).state is State.BROKEN


@pytest.mark.parametrize("check", ["values", "absence", "failures", "bad line", "reconnect", "never starts"])
def test_without_an_emulated_device_nothing_is_shown(check: str, good: Subject) -> None:
    assert ASKED[check](replace(good, emulators=())).state is State.BROKEN
