"""A SunTech Advantage OEM module (blood-pressure, section 2).

It speaks when asked; only the K at the end of a measurement comes by itself. What it answers to a command that it
refuses is not documented: any letter but O and K; here it is N. It keeps the last result for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from config.instant import Duration
from config.vocabulary import CuffError
from simulator.cuff import EmulatedCuff, Outcome, Steps
from simulator.emulator import Emulator
from simulator.vitals import VitalSource

HOST, MODULE = 0x3A, 0x3E
HOST_LENGTHS: Mapping[int, int] = MappingProxyType({0x20: 3, 0x28: 3, 0x79: 5, 0x17: 5, 0x0C: 6, 0x04: 4})
"""Whole host frames by their command byte: host frames carry no length."""
START_ADULT, START_NEONATE, TARGET, ASK = 0x20, 0x28, 0x17, 0x79
STOP, RESULT, PRESSURE = 0x01, 0x03, 0x05
NEONATE_TARGET = 100.0
START_ALLOWED_BELOW = 10.0

CODES: Mapping[CuffError, int] = MappingProxyType(
    {
        CuffError.WEAK_SIGNAL: 1,
        CuffError.MOTION: 2,
        CuffError.TIMEOUT: 4,
        CuffError.CUFF: 85,
        CuffError.ABORTED: 87,
        CuffError.LEAK: 88,
        CuffError.OVERPRESSURE: 90,
        CuffError.DEVICE: 97,
    }
)


def module_frame(data: bytes) -> bytes:
    """`3E len data ck`: the sum of the whole frame is 0 modulo 256."""
    frame = bytes((MODULE, len(data) + 3)) + data
    return frame + bytes((-sum(frame) % 256,))


def result_data(outcome: Outcome, beats: int = 30) -> bytes:
    """Bytes 2 to 22 of the reply with the last result."""
    data = bytearray(21)
    for at, value in ((0, outcome.systolic), (2, outcome.diastolic), (16, outcome.mean)):
        data[at : at + 2] = (value or 0).to_bytes(2, "little")
    data[4] = 0 if outcome.systolic is None else beats
    data[5] = 1
    data[14] = outcome.pulse_rate or 0
    data[18] = 0 if outcome.error is None else CODES[outcome.error]
    return bytes(data)


class SunTechAdvantage:
    """The module with its cuff on a body.

    Attributes:
        cuff: may be given a trouble.
        rejected: host frames that it did not understand.
    """

    baud = 9600

    def __init__(self, source: VitalSource, seed: int = 0) -> None:
        self.rejected = 0
        self.cuff = EmulatedCuff(source, seed)
        self._steps = Steps()
        self._target = 160.0
        self._last = Outcome()
        self._heard = bytearray()
        self._out = bytearray()

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        return self.cuff.measuring

    def press_start(self) -> None:
        """A start from elsewhere: the host's program before this one, a button of the monitor it is built into."""
        self.cuff.start(self._target)

    def press_stop(self) -> None:
        """A stop from elsewhere."""
        self._stop()

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, cut anywhere."""
        self._heard += chunk
        while self._heard:
            if self._heard[0] != HOST:
                del self._heard[0]
                continue
            if len(self._heard) < 2:
                return
            length = HOST_LENGTHS.get(self._heard[1])
            if length is not None and len(self._heard) < length:
                return
            if length is None or sum(self._heard[:length]) % 256:
                self.rejected += 1
                del self._heard[0]
                continue
            frame = bytes(self._heard[:length])
            del self._heard[:length]
            self._obey(frame[1], frame[2:-1])

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return what the module said meanwhile, answers to the host first."""
        for _ in range(self._steps.take(dt)):
            outcome = self.cuff.step()
            if outcome is not None:
                self._last = outcome
                self._say(b"K")
        said = bytes(self._out)
        self._out.clear()
        return said

    def _obey(self, command: int, data: bytes) -> None:
        match command:
            case 0x20 | 0x28:
                self._start(NEONATE_TARGET if command == START_NEONATE else self._target)
            case 0x17:
                self._target = float(int.from_bytes(data, "little"))
                self._say(b"K")
            case 0x79 if data[0] == PRESSURE:
                self._say(round(self.cuff.pressure).to_bytes(2, "little"))
            case 0x79 if data[0] == RESULT:
                self._say(result_data(self._last))
            case 0x79 if data[0] == STOP:
                self._say(b"O")
                self._stop()
            case _:
                self._say(b"N")

    def _start(self, target: float) -> None:
        empty = self.cuff.pressure <= START_ALLOWED_BELOW
        self._say(b"O" if empty and self.cuff.start(target) else b"N")

    def _stop(self) -> None:
        outcome = self.cuff.stop()
        self._last = outcome or self._last

    def _say(self, data: bytes) -> None:
        self._out += module_frame(data)


EMULATORS = (Emulator("suntech-advantage", "SunTech Advantage", SunTechAdvantage),)
