"""An emulated Accutorr 3, written from blood-pressure.md, section 7, and not from the driver.

What the document does not say [?]: from the start of a measurement on no result stands, and a failed one shows `--`
at zero minutes; one that was stopped by its button leaves nothing. A byte that comes without a prompt is lost.
"""

from __future__ import annotations

from typing import Final

from config.instant import MINUTE, Duration
from config.vocabulary import CuffError
from simulator.cuff import STEP, EmulatedCuff, Outcome, Steps
from simulator.emulator import Emulator
from simulator.vitals import VitalSource

BAUD: Final = 9600
GREETING: Final = b"ACCUTORR PC Interface is ready\r\n"
PROMPT: Final = b">"
STATUS: Final = {CuffError.OVERPRESSURE: 1, CuffError.MOTION: 2}
NONE: Final = Outcome()


class Accutorr3:
    """Implements `simulator.emulator.CuffEmulator`: the oximeter and the cuff of one monitor.

    Attributes:
        unprompted: bytes that came without a prompt.
    """

    baud = BAUD

    def __init__(self, source: VitalSource, seed: int) -> None:
        self.unprompted = 0
        self._source = source
        self._cuff = EmulatedCuff(source, seed)
        self._steps = Steps()
        self._outcome = NONE
        self._age: Duration | None = None
        self._prompting = True
        self._answering = False
        self._out = bytearray(GREETING + PROMPT)

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        return self._cuff.measuring

    def press_start(self) -> None:
        """The only way to start a measurement."""
        if self._cuff.start():
            self._outcome, self._age = NONE, None

    def press_stop(self) -> None:
        """Let the pressure out."""
        self._cuff.stop()

    def receive(self, chunk: bytes) -> None:
        """`P` is answered; of the other words the document tells only that they exist."""
        for byte in chunk:
            if not self._prompting:
                self.unprompted += 1
                continue
            self._prompting = False
            self._answering = byte == ord("P")

    def advance(self, dt: Duration) -> bytes:
        """See `SerialEmulator`. An answer takes one step."""
        for _ in range(self._steps.take(dt)):
            if self._age is not None:
                self._age += STEP
            ended = self._cuff.step()
            if ended is not None:
                self._outcome, self._age = ended, 0
            if not self._prompting:
                self._out += (self._reply() if self._answering else b"") + PROMPT
                self._prompting = True
        said = bytes(self._out)
        self._out.clear()
        return said

    def _reply(self) -> bytes:
        shown, cuff = self._source.oximeter(), self._outcome
        status = 0 if cuff.error is None else STATUS.get(cuff.error, 0)
        minutes = None if self._age is None else min(self._age // MINUTE, 999)
        fields = (
            shown.spo2,
            shown.pulse_rate,
            cuff.systolic,
            cuff.mean,
            cuff.diastolic,
            0,
            0,
            status,
            minutes,
        )
        return b"P:" + b",".join(map(_field, fields)) + b"\r\n"


def _field(value: float | None) -> bytes:
    return b"--" if value is None else b"%03d" % round(value)


EMULATORS: Final = (Emulator(driver="accutorr-3", title="Datascope Accutorr 3", make=Accutorr3),)
