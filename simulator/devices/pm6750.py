"""A Berry PM6750 module: SpO2 and NIBP (blood-pressure, section 5).

Silent until an output is enabled. How often it repeats its parameters is not documented: here once a second, the NIBP
status five times a second while it measures, and pleth at 50 Hz. It has no code for a leak: 6, "error", stands for it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from types import MappingProxyType

from config.instant import Duration
from config.vocabulary import CuffError
from simulator.cuff import STEPS_PER_S, EmulatedCuff, Outcome, Steps
from simulator.emulator import Emulator
from simulator.vitals import Vitals, VitalSource

HEAD = b"\x55\xaa"
COMMAND_LENGTH = 6
NIBP, SPO2, MODE, TARGET, PLETH = 0x02, 0x03, 0x09, 0x0A, 0xFE
KNOWN = frozenset({0x01, NIBP, SPO2, 0x04, 0x05, MODE, TARGET, PLETH, 0xFF})
NIBP_STATUS, SPO2_PARAMETERS, PLETH_BYTE = 0x03, 0x04, 0xFE

MEASURING, INITIALISED = 1, 10
STATES: Mapping[CuffError | None, int] = MappingProxyType(
    {
        None: 0,
        CuffError.ABORTED: 2,
        CuffError.OVERPRESSURE: 3,
        CuffError.CUFF: 4,
        CuffError.TIMEOUT: 5,
        CuffError.DEVICE: 6,
        CuffError.LEAK: 6,
        CuffError.MOTION: 7,
        CuffError.WEAK_SIGNAL: 8,
    }
)
DEFAULT_TARGET = 160.0
NIBP_STEPS = STEPS_PER_S // 5
PLETH_PER_STEP = 5
PLETH_HZ = float(PLETH_PER_STEP * STEPS_PER_S)
NO_SPO2, NO_PULSE = 0x7F, 0xFF
HIGHEST_BYTE = 250


def framed(kind: int, data: bytes) -> bytes:
    """`55 AA N type data ck`; N counts itself, type, data and ck."""
    body = bytes((len(data) + 3, kind)) + data
    return HEAD + body + bytes((~sum(body) & 0xFF,))


class Pm6750:
    """The module with probe and cuff on a body.

    Attributes:
        cuff: may be given a trouble.
        rejected: host frames with a wrong check, or unknown.
    """

    baud = 115200

    def __init__(self, source: VitalSource, seed: int = 0) -> None:
        self.cuff = EmulatedCuff(source, seed)
        self.rejected = 0
        self._source = source
        self._random = random.Random(seed)
        self._steps = Steps()
        self._passed = 0
        self._spo2 = self._pleth = self._nibp = False
        self._mode = 0
        self._target = DEFAULT_TARGET
        self._outcome: Outcome | None = None
        self._heard = bytearray()
        self._out = bytearray()

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        return self.cuff.measuring

    def press_start(self) -> None:
        """A start from elsewhere."""
        self._start()

    def press_stop(self) -> None:
        """A stop from elsewhere."""
        self._stop()

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, cut anywhere."""
        self._heard += chunk
        while len(self._heard) >= COMMAND_LENGTH:
            frame = bytes(self._heard[:COMMAND_LENGTH])
            if not frame.startswith(HEAD):
                del self._heard[0]
            elif frame != framed(frame[3], frame[4:5]) or frame[3] not in KNOWN:
                self.rejected += 1
                del self._heard[0]
            else:
                del self._heard[:COMMAND_LENGTH]
                self._obey(frame[3], frame[4])

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return what the module said meanwhile."""
        for _ in range(self._steps.take(dt)):
            self._step()
        said = bytes(self._out)
        self._out.clear()
        return said

    def _step(self) -> None:
        self._passed += 1
        outcome = self.cuff.step()
        if outcome is not None:
            self._outcome = outcome
        every_second = self._passed % STEPS_PER_S == 0
        if self._pleth:
            for sample in self._source.pleth(PLETH_PER_STEP, PLETH_HZ):
                self._say(PLETH_BYTE, bytes((sample * 100 // 255,)))
        if self._spo2 and every_second:
            self._say(SPO2_PARAMETERS, _spo2(self._source.oximeter()))
        listening = self._spo2 or self._pleth or self._nibp
        if listening and (every_second or outcome or (self.measuring and self._passed % NIBP_STEPS == 0)):
            self._say(NIBP_STATUS, self._nibp_status())

    def _obey(self, kind: int, value: int) -> None:
        match kind:
            case 0x02 if value == 1:
                self._nibp = True
                self._start()
            case 0x02:
                self._stop()
            case 0x03:
                self._spo2 = bool(value)
            case 0xFE:
                self._pleth = bool(value)
            case 0x09 if 1 <= value <= 3:
                self._mode = value - 1
            case 0x0A:
                self._target = 2.0 * value

    def _start(self) -> None:
        self.cuff.start(self._target)
        self._target = DEFAULT_TARGET

    def _stop(self) -> None:
        outcome = self.cuff.stop()
        if outcome is not None:
            self._outcome = outcome

    def _nibp_status(self) -> bytes:
        outcome = self._outcome
        if self.measuring:
            state, values = MEASURING, (0, 0, 0)
        elif outcome is None:
            state, values = INITIALISED, (0, 0, 0)
        else:
            state = STATES[outcome.error]
            values = (outcome.systolic or 0, outcome.mean or 0, outcome.diastolic or 0)
        noise = self._random.randrange(4) << 6
        shown = (min(value, HIGHEST_BYTE) for value in values)
        return bytes((noise | state << 2 | self._mode, min(255, round(self.cuff.pressure / 2)), *shown))

    def _say(self, kind: int, data: bytes) -> None:
        self._out += framed(kind, data)


def _spo2(vitals: Vitals) -> bytes:
    status = 1 if vitals.sensor_off else 2 if vitals.finger_out else 3 if vitals.pulse_rate is None else 0
    if status or vitals.spo2 is None or vitals.pulse_rate is None:
        return bytes((status, NO_SPO2, NO_PULSE))
    return bytes((0, round(vitals.spo2), min(round(vitals.pulse_rate), NO_PULSE - 1)))


EMULATORS = (Emulator("pm6750", "Berry PM6750", Pm6750),)
