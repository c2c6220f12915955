"""A made-up monitor with oximeter and cuff that holds everything: the tests break it in one place at a time.

A line each second, `A` saturation `,` rate `,` flags, and one for each cuff measurement, `R` three pressures and pulse
or `E` and a number, each with `*`, the sum as two hex digits, and LF. 000 is no value. `G` LF starts the cuff.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from adapters.driver import Cadence, Driver, FrameCheck, LineSettings
from adapters.framing import MORE, Judgement, Noise, Scanner, Unit, sum_mod_256
from adapters.jsonline import to_json
from adapters.reading import CuffReading, Fault, FaultKind, OximeterReading, Reading
from config.instant import SECOND, Duration, Instant
from config.vocabulary import CuffError, Flag
from monitor.conformance.captures import Capture
from monitor.conformance.subject import Subject
from simulator.cuff import EmulatedCuff, Outcome, Steps
from simulator.emulator import Emulator
from simulator.vitals import VitalSource

LIMIT: Final = 24
FLAGS: Final = {1: Flag.SENSOR_OFF, 2: Flag.NO_FINGER, 4: Flag.SEARCHING}
ERRORS: Final = tuple(CuffError)
START: Final = b"G\n"


class AcmeDecoder:
    def __init__(self) -> None:
        self._scanner: Scanner[bytes] = Scanner(self._judge, unit_limit=LIMIT)

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        return [
            each if isinstance(each, Fault) else self.read(each.offset, each.value)
            for each in self._scanner.feed(chunk)
        ]

    def finish(self) -> list[Reading | Fault]:
        return [
            each if isinstance(each, Fault) else self.read(each.offset, each.value) for each in self._scanner.finish()
        ]

    def read(self, offset: int, text: bytes) -> Reading:
        fields = [int(each) for each in text[1:].split(b",")]
        if text[:1] == b"A":
            flags = frozenset(flag for bit, flag in FLAGS.items() if fields[2] & bit)
            return OximeterReading(offset, self.value(fields[0]), self.value(fields[1]), flags=flags)
        if text[:1] == b"E":
            return CuffReading(offset, None, None, None, error=ERRORS[fields[0] % len(ERRORS)])
        return CuffReading(offset, *(self.value(each) for each in fields))

    def value(self, number: int) -> float | None:
        return float(number) if number else None

    def fits(self, text: bytes, check: bytes) -> bool:
        return check == b"%02X" % sum_mod_256(text)

    def misfit(self, length: int) -> Judgement[bytes]:
        return Noise(FaultKind.MALFORMED)

    def _judge(self, data: bytearray, at: int, end: int, skipped: int) -> Judgement[bytes]:
        if data[at] not in b"AER":
            return Noise(FaultKind.GARBAGE)
        stop = data.find(b"\n", at, end)
        if stop < 0:
            return MORE
        text, star, check = bytes(data[at:stop]).partition(b"*")
        fields = text[1:].split(b",")
        wanted = {65: 3, 69: 1, 82: 4}[data[at]]
        if not star or len(fields) != wanted or not all(each.isdigit() and len(each) == 3 for each in fields):
            return self.misfit(stop + 1 - at)
        if not self.fits(text, check):
            return Noise(FaultKind.CHECKSUM)
        return Unit(stop + 1 - at, text)


class AcmeDialogue:
    """Says nothing by itself."""

    def opened(self, now: Instant) -> bytes:
        return b""

    def tick(self, now: Instant) -> bytes:
        return b""

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        return START

    def cancel_measurement(self, now: Instant) -> bytes:
        return b""

    def next_deadline(self) -> Instant | None:
        return None


def line(text: str) -> bytes:
    body = text.encode("ascii")
    return b"%s*%02X\n" % (body, sum(body) % 256)


class AcmeMonitor:
    baud = 9600

    def __init__(self, source: VitalSource, seed: int) -> None:
        self._source = source
        self._cuff = EmulatedCuff(source, seed)
        self._steps = Steps()
        self._passed = 0

    @property
    def measuring(self) -> bool:
        return self._cuff.measuring

    def press_start(self) -> None:
        self._cuff.start()

    def press_stop(self) -> None:
        self._cuff.stop()

    def receive(self, chunk: bytes) -> None:
        if chunk == START:
            self._cuff.start()

    def advance(self, dt: Duration) -> bytes:
        said = b""
        for _ in range(self._steps.take(dt)):
            self._passed += 1
            outcome = self._cuff.step()
            if outcome is not None:
                said += self._result(outcome)
            if self._passed % 10 == 0:
                said += self._row()
        return said

    def _row(self) -> bytes:
        seen = self._source.oximeter()
        flags = seen.sensor_off * 1 + seen.finger_out * 2 + (seen.pulse_rate is None) * 4
        return line(f"A{round(seen.spo2 or 0):03d},{round(seen.pulse_rate or 0):03d},{flags:03d}")

    def _result(self, outcome: Outcome) -> bytes:
        if outcome.error is not None:
            return line(f"E{ERRORS.index(outcome.error):03d}")
        values = (outcome.systolic, outcome.diastolic, outcome.mean, outcome.pulse_rate)
        return line("R" + ",".join(f"{value or 0:03d}" for value in values))


CLEAN: Final = b"".join(
    line(text) for text in ("A097,072,000", "A097,151,000", "R128,078,095,072", "A000,000,006", "E003", "A096,073,000")
)
ACME: Final = Driver(
    name="acme",
    title="Acme, made up",
    source="this file [V]",
    decoder=lambda options: AcmeDecoder(),
    cadence=Cadence.STREAM,
    nominal_interval=SECOND,
    line=LineSettings(baud=9600),
    frame_check=FrameCheck.SUM,
    flags=frozenset(FLAGS.values()),
    dialogue=lambda options: AcmeDialogue(),
    starts=True,
    resync_bytes=LIMIT,
)
EMULATOR: Final = Emulator("acme", "Acme, made up", AcmeMonitor)


def acme(folder: Path) -> Subject:
    """The driver with its capture, written below `folder`, and its emulator."""
    clean = folder / "acme" / "clean"
    clean.mkdir(parents=True)
    (clean / "input.bin").write_bytes(CLEAN)
    decoder = AcmeDecoder()
    told = [to_json(item) for item in [*decoder.feed(CLEAN), *decoder.finish()]]
    (clean / "expected.jsonl").write_text("".join(json.dumps(each) + "\n" for each in told), "utf-8")
    (clean / "about.toml").write_text('origin = "made up"\nreal = false\nshows = "Every line."\n', "utf-8")
    return Subject(ACME, (Capture(clean),), (EMULATOR,))
