"""An A&D TM-2655 booth cuff, output format RB (blood-pressure, section 4).

It acknowledges a command and pushes one record when a measurement has ended, whoever started it. A start while it
measures is not acknowledged, and a stopped measurement gives no record: the document tells neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import xor
from types import MappingProxyType

from config.instant import Duration
from config.vocabulary import CuffError
from simulator.cuff import STEPS_PER_S, EmulatedCuff, Outcome, Steps
from simulator.emulator import Emulator
from simulator.vitals import VitalSource

SYN, SOH, STX, ETX, ACK, RS = b"\x16", b"\x01", b"\x02", b"\x03", b"\x06", b"\x1e"
COMMAND_LENGTH = 10
POWERED_ON = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
"""What the device's clock shows when it begins."""

CODES: Mapping[CuffError, str] = MappingProxyType(
    {
        CuffError.CUFF: "E11",
        CuffError.LEAK: "E12",
        CuffError.DEVICE: "E21",
        CuffError.OVERPRESSURE: "E23",
        CuffError.TIMEOUT: "E24",
        CuffError.WEAK_SIGNAL: "E43",
        CuffError.MOTION: "E44",
    }
)


def framed(text: bytes) -> bytes:
    """SYN SYN SOH "00" STX text ETX BCC."""
    checked = SOH + b"00" + STX + text + ETX
    return SYN + SYN + checked + bytes((reduce(xor, checked),))


def record(outcome: Outcome, shown: datetime) -> bytes:
    """The record of one measurement; fields right-aligned in three places, blank without a value."""
    values = zip("SMDP", (outcome.systolic, outcome.mean, outcome.diastolic, outcome.pulse_rate), strict=True)
    fields = [
        "TM2655",
        shown.strftime("%y%m%d%H%M"),
        "A",
        "BM",
        "E00" if outcome.error is None else CODES[outcome.error],
        *(f"{letter}{'' if value is None else value:>3}" for letter, value in values),
        "I180" if outcome.error is None else "I   ",
        "L143" if outcome.error is None else "L   ",
    ]
    return framed(RS.join(field.encode("ascii") for field in fields))


class AndTm265x:
    """The device on a body.

    Attributes:
        cuff: may be given a trouble.
        rejected: host frames with a wrong BCC, or unknown.
    """

    def __init__(self, source: VitalSource, seed: int = 0, *, baud: int = 2400) -> None:
        self.baud = baud
        self.cuff = EmulatedCuff(source, seed)
        self.rejected = 0
        self._steps = Steps()
        self._passed = 0
        self._heard = bytearray()
        self._out = bytearray()

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        return self.cuff.measuring

    def press_start(self) -> None:
        """The device's own button."""
        self.cuff.start(180.0)

    def press_stop(self) -> None:
        """The device's own button."""
        self.cuff.stop()

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, cut anywhere."""
        self._heard += chunk
        while len(self._heard) >= COMMAND_LENGTH:
            frame = bytes(self._heard[:COMMAND_LENGTH])
            if not frame.startswith(SYN + SYN + SOH):
                del self._heard[0]
            elif frame not in (framed(b"ST"), framed(b"SP")):
                self.rejected += 1
                del self._heard[0]
            else:
                del self._heard[:COMMAND_LENGTH]
                self._obey(frame[6:8])

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return what the device said meanwhile."""
        for _ in range(self._steps.take(dt)):
            self._passed += 1
            outcome = self.cuff.step()
            if outcome is not None:
                self._out += record(outcome, POWERED_ON + timedelta(seconds=self._passed / STEPS_PER_S))
        said = bytes(self._out)
        self._out.clear()
        return said

    def _obey(self, letters: bytes) -> None:
        if letters == b"SP":
            self.cuff.stop()
        elif not self.cuff.start(180.0):
            return
        self._out += SYN + SYN + SOH + b"00" + ACK


EMULATORS = (Emulator("and-tm265x", "A&D TM-2655", AndTm265x),)
