"""A GE DINAMAP / Carescape V100 as a host port shows it (blood-pressure, section 3).

It answers ` NA`, ` RC`, ` RA` and ` OA`; what it answers to ` NC` and ` ND` is not documented: here nothing. Status 0
is "none", 2 "in progress" and 3 "failed": the document names 1 and "above 2" only. Columns 4 and 5, unknown, are 0.
"""

from __future__ import annotations

from config.instant import Duration
from simulator.cuff import STEPS_PER_S, EmulatedCuff, Outcome, Steps
from simulator.emulator import Emulator
from simulator.vitals import VitalSource

COUNTER_END = 9999
LONGEST_REQUEST = 40


def with_check(text: str) -> str:
    """`text` and its two check characters: t = sum of (code - 0x1F), then t in two digits of 6 bits."""
    t = sum(ord(each) - 0x1F for each in text)
    return text + chr(0x20 + ((t >> 6) & 0x3F)) + chr(0x20 + (t & 0x3F))


class GeDinamap:
    """The monitor on a body.

    Attributes:
        cuff: may be given a trouble.
        rejected: requests with wrong check characters, or unknown.
    """

    baud = 9600

    def __init__(self, source: VitalSource, seed: int = 0) -> None:
        self.cuff = EmulatedCuff(source, seed)
        self.rejected = 0
        self._source = source
        self._steps = Steps()
        self._result: Outcome | None = None
        self._age_steps = 0
        self._heard = bytearray()
        self._out = bytearray()

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        return self.cuff.measuring

    def press_start(self) -> None:
        """The monitor's own button."""
        self.cuff.start()

    def press_stop(self) -> None:
        """The monitor's own button; the last result stays."""
        self.cuff.stop()

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, cut anywhere; a line feed after the carriage return is passed over."""
        for byte in chunk:
            if byte == 0x0D:
                self._obey(bytes(self._heard).lstrip(b"\n").decode("latin-1"))
                self._heard.clear()
            elif len(self._heard) < LONGEST_REQUEST:
                self._heard.append(byte)

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the answers to the host."""
        for _ in range(self._steps.take(dt)):
            self._age_steps += 1
            outcome = self.cuff.step()
            if outcome is not None:
                self._result, self._age_steps = outcome, 0
        said = bytes(self._out)
        self._out.clear()
        return said

    def _obey(self, request: str) -> None:
        text = request[:-2]
        if with_check(text) != request:
            self.rejected += 1
            return
        vitals = self._source.oximeter()
        match text:
            case " NC0":
                self.cuff.start()
            case " ND":
                self.cuff.stop()
            case " NA":
                self._say(self._nibp())
            case " RC":
                self._say(f" RC0{_three(vitals.pulse_rate)}")
            case " RA":
                self._say(f" RA{2 if vitals.pulse_rate is not None else 0}0{_three(vitals.pulse_rate)}")
            case " OA":
                self._say(f" OA{1 if vitals.spo2 is not None else 0}{_three(vitals.spo2)}")
            case _:
                self.rejected += 1

    def _nibp(self) -> str:
        result = self._result
        if self.measuring or result is None:
            return f" NA{2 if self.measuring else 0}00" + "0" * 13
        age = f"{min(self._age_steps // STEPS_PER_S, COUNTER_END):04d}"
        if result.error is not None:
            return f" NA300{age}" + "0" * 9
        return f" NA100{age}{result.systolic:03d}{result.diastolic:03d}{result.mean:03d}"

    def _say(self, text: str) -> None:
        self._out += with_check(text).encode("ascii") + b"\r"


def _three(value: float | None) -> str:
    return "000" if value is None else f"{round(value):03d}"


EMULATORS = (Emulator("ge-dinamap", "GE Carescape V100", GeDinamap),)
