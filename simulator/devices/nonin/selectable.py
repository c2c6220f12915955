"""Nonins that can be told which data format to send, and their other commands (pulse-oximeters, section 4a)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from config.instant import SECOND, Duration
from simulator.devices.nonin.frames import NoninDf2, NoninDf7
from simulator.devices.nonin.records import NoninDf8
from simulator.devices.nonin.spot_check import SWITCHED_ON, NoninDf13
from simulator.emulator import SerialEmulator
from simulator.vitals import VitalSource

ANSWERS_FOR: Duration = 5 * SECOND
"""After connecting; later commands to set the format are not answered."""
PATIENCE = 32
"""Bytes of a command that does not end, after which its head is dropped."""

STX, ETX = 0x02, 0x03
ACK, NAK = b"\x06", b"\x15"
FORMAT, TIME, SERIAL = 0x70, 0x72, 0x74

FORMATS: dict[int, Callable[[VitalSource], SerialEmulator]] = {
    0x02: NoninDf2,
    0x07: NoninDf7,
    0x08: NoninDf8,
    0x0D: NoninDf13,
}


class SelectableNonin:
    """A 9560, or with `wrist` a 3150, on a body. It speaks `data_format` until it is told another.

    `serial_number` has nine characters.
    """

    baud = 9600

    def __init__(
        self, source: VitalSource, data_format: int = 0x0D, *, wrist: bool = False, serial_number: str = "123456789"
    ) -> None:
        self.data_format = data_format
        self._source = source
        self._wrist = wrist
        self._serial_number = serial_number.encode("ascii")
        self._device = FORMATS[data_format](source)
        self._elapsed: Duration = 0
        self._connected: Duration = 0
        self._clock_set = SWITCHED_ON
        self._heard = bytearray()
        self._answers = b""

    def connect(self) -> None:
        """A host connects anew."""
        self._connected = self._elapsed
        self._heard.clear()

    def receive(self, chunk: bytes) -> None:
        """Commands from the host, cut anywhere; what is none is passed over."""
        self._heard += chunk
        while self._heard:
            length = self._heard[2] + 4 if len(self._heard) > 2 else 0
            if self._heard[0] != STX or length > PATIENCE:
                del self._heard[0]
            elif not length or len(self._heard) < length:
                return
            else:
                command = bytes(self._heard[:length])
                del self._heard[: length if command[-1] == ETX else 1]
                if command[-1] == ETX:
                    self._answers += self._obey(command[1], command[3:-1], command)

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass: the answers first, then what the format sends."""
        self._elapsed += dt
        answers, self._answers = self._answers, b""
        return answers + self._device.advance(dt)

    def _obey(self, opcode: int, data: bytes, command: bytes) -> bytes:
        if opcode == FORMAT:
            return self._set_format(data, command)
        if opcode == TIME and len(data) == 6:
            self._set_time(*data)
        elif opcode == TIME and not data:
            now = self._clock_set + timedelta(microseconds=self._elapsed)
            fields = (now.year - 2000, now.month, now.day, now.hour, now.minute, now.second)
            return bytes((STX, 0xF2, len(fields), *fields, ETX))
        elif opcode == SERIAL and data == b"\x02\x02":
            return bytes((STX, 0xF4, 10, 0x02)) + self._serial_number + bytes((ETX,))
        return b""

    def _set_time(self, year: int, month: int, day: int, hour: int, minute: int, second: int) -> None:
        try:
            told = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            # Not answered either way: a time that does not exist is not taken.
            return
        self._clock_set = told - timedelta(microseconds=self._elapsed)

    def _set_format(self, data: bytes, command: bytes) -> bytes:
        if self._elapsed - self._connected > ANSWERS_FOR:
            return b""
        if self._wrist:
            known = len(data) == 4 and data[3] == sum(command[1:-2]) % 256 and data[1] != 0x0D
        else:
            known = len(data) == 2
        if not known or data[0] != 0x02 or data[1] not in FORMATS:
            return NAK
        if data[1] != self.data_format:
            self.data_format = data[1]
            self._device = FORMATS[data[1]](self._source)
        return ACK
