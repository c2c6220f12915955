"""Masimo oximeters with serial output ASCII 1 (pulse-oximeters, section 7): one row a second.

Which fields a row has depends on the model; every field keeps its width, dashes stand for digits that are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from config.instant import SECOND, Duration
from simulator.emulator import Emulator
from simulator.vitals import Vitals, VitalSource

SWITCHED_ON = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
"""What the device's clock shows at first."""

NO_SENSOR = 0x001
LOW_PERFUSION = 0x004
PULSE_SEARCH = 0x008
INTERFERENCE = 0x010
SENSOR_OFF_PATIENT = 0x020
LOW_SIGNAL_IQ = 0x400
SET_RUNNING = 0x800

SPO2_LOW = 0x0002
PULSE_HIGH = 0x0004
PULSE_LOW = 0x0008
ALARM_ACTIVE = 0x0010
ALARM_SILENCED = 0x0020
LOW_BATTERY = 0x0040

SPO2_LIMIT = 90
PULSE_LIMITS = (50, 140)
"""The device's own limits. Design: the usual order of magnitude."""


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one row; None where there are no digits. `serial` has 10 places."""

    at: datetime = SWITCHED_ON
    serial: str = "0000056661"
    spo2: int | None = None
    pulse_rate: int | None = None
    perfusion_index: float | None = None
    alarm: int = 0
    exceptions: int = 0
    extra: dict[str, str] = field(default_factory=dict)
    """Co-oximetry and other fields that stand otherwise as dashes, as printed."""

    def rad8(self) -> str:
        """125 characters."""
        return " ".join(
            [
                self._head(),
                f"SN={self.serial}",
                f"SPO2={_digits(self.spo2)}%",
                f"BPM={_digits(self.pulse_rate)}",
                f"PI={_hundredths(self.perfusion_index)}%",
                self._extra("SPCO", "--.-%"),
                self._extra("SPMET", "--.-%"),
                self._extra("DESAT", "--"),
                self._extra("PIDELTA", "+--"),
                *([self._extra("PVI", "---")] if "PVI" in self.extra else []),
                f"ALARM={self.alarm:04X}",
                f"EXC={self.exceptions:06X}",
            ]
        )

    def radical7(self) -> str:
        """The blue screen's 133 characters."""
        return replace(self, extra={"PVI": "---"} | self.extra).rad8()

    def radical7_colour(self) -> str:
        """175 characters; no per cent sign behind PI."""
        return " ".join(
            [
                self._head(),
                f"SN={self.serial}",
                f"SPO2={_digits(self.spo2)}%",
                f"BPM={_digits(self.pulse_rate)}",
                f"PI={_hundredths(self.perfusion_index)}",
                self._extra("SPCO", "--%"),
                self._extra("SPMET", "--.-%"),
                self._extra("SPHB", "--.-"),
                self._extra("SPOC", "--"),
                self._extra("RESVD", "---"),
                self._extra("DESAT", "--"),
                self._extra("PIDELTA", "+--"),
                self._extra("PVI", "---"),
                f"ALARM={self.alarm:06X}",
                f"EXC={self.exceptions:07X}",
                "EXC1=00000000",
            ]
        )

    def radical5(self) -> str:
        """62 characters, without a serial number."""
        return " ".join(
            [
                self._head(),
                f"SPO2={_digits(self.spo2)}%",
                f"BPM={_digits(self.pulse_rate)}",
                f"PI={_hundredths(self.perfusion_index)}%",
                f"ALARM={self.alarm:02X}",
                f"EXC={self.exceptions:03X}",
            ]
        )

    def _head(self) -> str:
        return self.at.strftime("%m/%d/%y %H:%M:%S")

    def _extra(self, key: str, dashes: str) -> str:
        return f"{key}={self.extra.get(key, dashes)}"


def _digits(value: int | None) -> str:
    return "---" if value is None else f"{value:03d}"


def _hundredths(value: float | None) -> str:
    return "--.--" if value is None else f"{value:05.2f}"


class MasimoAscii1:
    """The device on a body.

    Args:
        source: the body.
        printed: how this model prints a row.
        ascii_1: the output mode chosen in the menu; a Rad-8 leaves the factory in ASCII 2 and is silent.

    Attributes:
        battery_low: told in ALARM.
        silenced: somebody has silenced the alarms at the device.
    """

    baud = 9600

    def __init__(self, source: VitalSource, *, printed: Callable[[Row], str] = Row.rad8, ascii_1: bool = True) -> None:
        self.battery_low = False
        self.silenced = False
        self._source = source
        self._printed = printed
        self._ascii_1 = ascii_1
        self._elapsed: Duration = 0
        self._rows = 0

    def receive(self, chunk: bytes) -> None:
        """The device listens to nothing."""

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the rows that became due. The body must already stand at that moment."""
        self._elapsed += dt
        said = b""
        while (self._rows + 1) * SECOND <= self._elapsed:
            self._rows += 1
            said += self._printed(self._row(self._source.oximeter())).encode("ascii") + b"\r\n"
        return said if self._ascii_1 else b""

    def _row(self, vitals: Vitals) -> Row:
        off = vitals.sensor_off or vitals.finger_out
        spo2 = None if off or vitals.spo2 is None else min(max(round(vitals.spo2), 1), 100)
        rate = None if off or vitals.pulse_rate is None else min(max(round(vitals.pulse_rate), 25), 240)
        index = None if off or vitals.perfusion_index is None else min(max(vitals.perfusion_index, 0.02), 20.0)
        return Row(
            at=SWITCHED_ON + timedelta(seconds=self._rows),
            spo2=spo2,
            pulse_rate=rate,
            perfusion_index=index,
            alarm=self._alarm(spo2, rate),
            exceptions=_exceptions(vitals),
        )

    def _alarm(self, spo2: int | None, rate: int | None) -> int:
        low, high = PULSE_LIMITS
        alarm = SPO2_LOW if spo2 is not None and spo2 < SPO2_LIMIT else 0
        if rate is not None:
            alarm |= PULSE_LOW if rate < low else PULSE_HIGH if rate > high else 0
        if alarm:
            alarm |= ALARM_ACTIVE | (ALARM_SILENCED if self.silenced else 0)
        return alarm | (LOW_BATTERY if self.battery_low else 0)


def _exceptions(vitals: Vitals) -> int:
    if vitals.sensor_off:
        return NO_SENSOR
    if vitals.finger_out:
        return SENSOR_OFF_PATIENT | SET_RUNNING
    exceptions = SET_RUNNING
    if vitals.pulse_rate is None:
        exceptions |= PULSE_SEARCH
    if vitals.low_perfusion:
        exceptions |= LOW_PERFUSION
    if vitals.motion:
        exceptions |= INTERFERENCE | LOW_SIGNAL_IQ
    return exceptions


EMULATORS = (
    Emulator("masimo-ascii1", "Masimo Rad-8", lambda source, seed: MasimoAscii1(source)),
    Emulator(
        "masimo-ascii1",
        "Masimo Radical-7, colour screen",
        lambda source, seed: MasimoAscii1(source, printed=Row.radical7_colour),
        variant="radical-7",
    ),
    Emulator(
        "masimo-ascii1",
        "Masimo Radical-5",
        lambda source, seed: MasimoAscii1(source, printed=Row.radical5),
        variant="radical-5",
    ),
)
