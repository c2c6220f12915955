"""A Contec oximeter of protocol V7.0, silent until asked (pulse-oximeters, section 10).

Packages begin with a type byte, the only one with bit 7 clear. Of the data bytes that follow, bits 7 travel together
in the byte before them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from config.instant import SECOND, Duration
from simulator.emulator import Emulator
from simulator.vitals import Vitals, VitalSource

PACKAGE_RATE_HZ = 60
BEEP_PACKAGES = 2
"""As in the recording."""
SILENCED_AFTER: Duration = 60 * SECOND
"""How long the device streams without a keep-alive. Not documented [?]; so it can be set."""
TOO_LONG: Duration = 10 * SECOND
"""Searching for longer than this is "too long". Design: the document gives no time."""

COMMAND = 0x7D
COMMAND_LENGTH = 9


class Command(IntEnum):
    """What the host can ask for, as far as it is played here; the stored data are empty."""

    START_LIVE = 0xA1
    STOP_LIVE = 0xA2
    STOP_STORED = 0xA7
    DEVICE_ID = 0xAA
    USER_INFO = 0xAB
    PI_SUPPORT = 0xAC
    USERS = 0xAD
    STILL_HERE = 0xAF
    STORAGE_NOTICE = 0xB0
    SET_TIME = 0xB1
    SET_DATE = 0xB2


class Answer(IntEnum):
    """The types of what the device sends."""

    LIVE = 0x01
    IDENTIFIER = 0x04
    USER = 0x05
    FEEDBACK = 0x0B
    FREE = 0x0C
    DISCONNECT = 0x0D
    PI_SUPPORT = 0x0E
    USERS = 0x10
    NOTICE = 0x11


DONE, SHUTDOWN, NOT_SUPPORTED = 0, 1, 5

NO_PULSE_RATE = 0xFF
NO_SPO2 = 0x7F
NO_PERFUSION = 0xFFFF
HIGHEST_PERFUSION = 2200
FINGER_OUT_WAVE = 0x40
GOOD_STRENGTH = 8
WEAK_STRENGTH = 2
"""What strength a low perfusion gives. Design: the document names the range, no meaning of its steps."""


def pack(kind: int, *data: int) -> bytes:
    """A package: type, the data's bits 7 gathered in one byte, the data with bit 7 set."""
    high = 0x80
    for place, value in enumerate(data):
        high |= (value >> 7) << place
    return bytes((kind, high, *(0x80 | value & 0x7F for value in data)))


def pack_command(code: int, *data: int) -> bytes:
    """A command of the host: nine bytes, unused data 0."""
    return pack(COMMAND, code, *data, *[0] * (6 - len(data)))


@dataclass(frozen=True, slots=True)
class Live:
    """The fields of a live package. `perfusion` in hundredths of a per cent."""

    strength: int = GOOD_STRENGTH
    searching_long: bool = False
    low_spo2: bool = False
    beep: bool = False
    probe_error: bool = False
    wave: int = 0
    searching: bool = False
    bar: int = 0
    perfusion_invalid: bool = True
    pulse_rate: int = NO_PULSE_RATE
    spo2: int = NO_SPO2
    perfusion: int = NO_PERFUSION

    def encode(self) -> bytes:
        """The nine bytes."""
        return pack(
            Answer.LIVE,
            self.strength | self.searching_long << 4 | self.low_spo2 << 5 | self.beep << 6 | self.probe_error << 7,
            self.wave | self.searching << 7,
            self.bar | self.perfusion_invalid << 4,
            self.pulse_rate,
            self.spo2,
            self.perfusion & 0xFF,
            self.perfusion >> 8,
        )


class ContecV7:
    """The device on a body.

    Args:
        source: the body.
        perfusion_index: whether the model gives one (CMS50D+ and CMS50E do not).
        silenced_after: how long it streams without hearing A1 or AF.

    Attributes:
        streaming: live data are being sent.
        answers: whether commands to rest are answered; some units do not.
    """

    baud = 115200

    def __init__(
        self, source: VitalSource, *, perfusion_index: bool = False, silenced_after: Duration = SILENCED_AFTER
    ) -> None:
        self.streaming = False
        self.answers = True
        self._source = source
        self._perfusion_index = perfusion_index
        self._silenced_after = silenced_after
        self._now: Duration = 0
        self._heard_at: Duration = 0
        self._packages = 0
        self._beat_phase = 0.0
        self._beep_left = 0
        self._searching_since: int | None = None
        self._heard = bytearray()
        self._say = bytearray()

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host: 7D and eight bytes with bit 7 set are a command; anything else is passed over."""
        for byte in chunk:
            if not byte & 0x80:
                self._heard.clear()
            self._heard.append(byte)
            if self._heard[0] != COMMAND:
                self._heard.clear()
            elif len(self._heard) == COMMAND_LENGTH:
                high = self._heard[1]
                self._obey(*(value & 0x7F | (high >> place & 1) << 7 for place, value in enumerate(self._heard[2:])))
                self._heard.clear()

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass: answers, and live packages while they are wanted. The body must stand there already."""
        self._now += dt
        due = self._now * PACKAGE_RATE_HZ // SECOND - self._packages
        if due > 0:
            vitals = self._source.oximeter()
            for sample in self._source.pleth(due, PACKAGE_RATE_HZ):
                package = self._next(vitals, sample)
                at = self._packages * SECOND // PACKAGE_RATE_HZ
                if self.streaming and at - self._heard_at > self._silenced_after:
                    self.streaming = False
                if self.streaming:
                    self._say += package
        said = bytes(self._say)
        self._say.clear()
        return said

    def switch_off(self) -> None:
        """The device's own button: it says so and is silent."""
        self.streaming = False
        self._say += pack(Answer.DISCONNECT, SHUTDOWN)

    def _obey(self, code: int, *data: int) -> None:
        match code:
            case Command.START_LIVE:
                self.streaming = True
                self._heard_at = self._now
            case Command.STILL_HERE:
                self._heard_at = self._now
            case Command.STOP_LIVE | Command.STOP_STORED:
                self.streaming = self.streaming and code != Command.STOP_LIVE
                if self.answers:
                    self._say += pack(Answer.FREE)
            case Command.DEVICE_ID:
                self._say += pack(Answer.IDENTIFIER, *b"user   ")
            case Command.USER_INFO:
                self._say += pack(Answer.USER, 0, *b"user  ")
            case Command.PI_SUPPORT:
                self._say += pack(Answer.PI_SUPPORT, 0 if self._perfusion_index else 1)
            case Command.USERS:
                self._say += pack(Answer.USERS, 1)
            case Command.STORAGE_NOTICE:
                self._say += pack(Answer.NOTICE, 1, 1, 0, 0, 0, 0, 0)
            case Command.SET_TIME | Command.SET_DATE:
                self._say += pack(Answer.FEEDBACK, code, DONE)
            case _:
                self._say += pack(Answer.FEEDBACK, code, NOT_SUPPORTED)

    def _next(self, vitals: Vitals, sample: int) -> bytes:
        self._packages += 1
        searching = not vitals.sensor_off and not vitals.finger_out and vitals.pulse_rate is None
        if not searching:
            self._searching_since = None
        elif self._searching_since is None:
            self._searching_since = self._packages
        beep = self._advance_beat(vitals)
        if vitals.sensor_off or vitals.finger_out:
            return Live(strength=0, probe_error=True, wave=FINGER_OUT_WAVE).encode()
        since = self._searching_since
        wave = sample >> 1
        perfusion = vitals.perfusion_index if self._perfusion_index else None
        return Live(
            strength=WEAK_STRENGTH if vitals.low_perfusion else GOOD_STRENGTH,
            searching_long=since is not None and (self._packages - since) * SECOND >= TOO_LONG * PACKAGE_RATE_HZ,
            beep=beep,
            wave=wave,
            searching=since is not None,
            bar=wave >> 3,
            perfusion_invalid=perfusion is None,
            pulse_rate=NO_PULSE_RATE if vitals.pulse_rate is None else min(max(round(vitals.pulse_rate), 1), 254),
            spo2=NO_SPO2 if vitals.spo2 is None else min(max(round(vitals.spo2), 1), 100),
            perfusion=NO_PERFUSION if perfusion is None else min(max(round(perfusion * 100), 0), HIGHEST_PERFUSION),
        ).encode()

    def _advance_beat(self, vitals: Vitals) -> bool:
        self._beep_left = max(0, self._beep_left - 1)
        if vitals.pulse_rate is None:
            self._beat_phase = 0.0
            return False
        self._beat_phase += vitals.pulse_rate / 60 / PACKAGE_RATE_HZ
        if self._beat_phase >= 1.0:
            self._beat_phase %= 1.0
            self._beep_left = BEEP_PACKAGES
        return self._beep_left > 0


EMULATORS = (
    Emulator("contec-v7", "Contec CMS50D+ 4.6", lambda source, seed: ContecV7(source)),
    Emulator(
        "contec-v7",
        "Contec CMS50F with perfusion index",
        lambda source, seed: ContecV7(source, perfusion_index=True),
        variant="pi",
    ),
)
