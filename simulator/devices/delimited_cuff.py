"""Cuffs that push one line per measurement: Omron HBP-9020 and HBP-9030, Terumo BP-500 (blood-pressure, section 6).

They take no commands. HBP-9030 tells a failure by a digit, here 2; how the two others print one is not documented, so
here they print nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from config.instant import Duration
from simulator.cuff import STEPS_PER_S, EmulatedCuff, Outcome, Steps
from simulator.emulator import Emulator
from simulator.vitals import VitalSource

POWERED_ON = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
"""What the device's clock shows when it begins."""
PATIENT = "42"
FAILED = "2"
UNKNOWN_CHECK = b"?"


def hbp9020(outcome: Outcome, shown: datetime) -> bytes:
    """Mode 5 F3: the mean stands between systolic and diastolic."""
    if outcome.error is not None:
        return b""
    values = ",".join(_three(each) for each in (outcome.systolic, outcome.mean, outcome.diastolic, outcome.pulse_rate))
    return f"bp,{PATIENT:0>20},{shown:%Y/%m/%d,%H:%M},{values},0\r\n".encode("ascii")


def hbp9030(outcome: Outcome, shown: datetime) -> bytes:
    """Format 5: 53 characters, an error digit, no mean."""
    error = "0" if outcome.error is None else FAILED
    values = ",".join(_three(each) for each in (outcome.systolic, outcome.diastolic, outcome.pulse_rate))
    return f"{shown:%Y,%m,%d,%H,%M},{PATIENT:0>20},{error},{values},0\r\n".encode("ascii")


def bp500(outcome: Outcome, shown: datetime) -> bytes:
    """STX, line, ETX and a byte nobody knows."""
    if outcome.error is not None:
        return b""
    values = ",".join(_three(each) for each in (outcome.systolic, outcome.mean, outcome.diastolic, outcome.pulse_rate))
    text = f"R1,{PATIENT:0>9},{shown:%y%m%d,%H%M%S},{values},0000,0000,00000,000"
    return b"\x02" + text.encode("ascii") + b"\x03" + UNKNOWN_CHECK


def _three(value: int | None) -> str:
    return "   " if value is None else f"{value:03d}"


class DelimitedCuff:
    """The device on a body; `line` prints one measurement.

    Attributes:
        cuff: may be given a trouble.
    """

    baud = 9600

    def __init__(
        self, source: VitalSource, seed: int = 0, *, line: Callable[[Outcome, datetime], bytes] = hbp9020
    ) -> None:
        self.cuff = EmulatedCuff(source, seed)
        self._line = line
        self._steps = Steps()
        self._passed = 0

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        return self.cuff.measuring

    def press_start(self) -> None:
        """The device's own button."""
        self.cuff.start()

    def press_stop(self) -> None:
        """The device's own button: nothing is printed."""
        self.cuff.stop()

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host: it takes no commands."""

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the lines printed meanwhile."""
        said = b""
        for _ in range(self._steps.take(dt)):
            self._passed += 1
            outcome = self.cuff.step()
            if outcome is not None:
                said += self._line(outcome, POWERED_ON + timedelta(seconds=self._passed / STEPS_PER_S))
        return said


EMULATORS = (
    Emulator("delimited-cuff", "Omron HBP-9020", DelimitedCuff),
    Emulator(
        "delimited-cuff",
        "Omron HBP-9030",
        lambda source, seed: DelimitedCuff(source, seed, line=hbp9030),
        variant="omron-hbp9030",
        options={"layout": "omron-hbp9030"},
    ),
    Emulator(
        "delimited-cuff",
        "Terumo BP-500",
        lambda source, seed: DelimitedCuff(source, seed, line=bp500),
        variant="terumo-bp500",
        options={"layout": "terumo-bp500"},
    ),
)
