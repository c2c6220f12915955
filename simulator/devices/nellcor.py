"""Nellcor oximeters with their printout on the serial line (pulse-oximeters, section 8): a row every two seconds.

A page is 25 lines: three of heading, 22 rows. The heading also comes when one of its values changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from config.instant import SECOND, Duration
from simulator.emulator import Emulator
from simulator.vitals import Vitals, VitalSource

INTERVAL: Duration = 2 * SECOND
ROWS_PER_PAGE = 22
SEARCH_ROWS = 3
"""Rows of a pulse search after the sensor is back."""
SWITCHED_ON = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
"""What the device's clock shows at first."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
XON, XOFF = 0x11, 0x13

SLOTS = {
    "MO": 44, "PS": 44, "SD": 44, "SO": 44, "LP": 44, "LM": 44,
    "SL": 47, "SH": 47, "PL": 50, "PH": 50, "LB": 53, "AS": 56, "AO": 59,
}  # fmt: skip
"""First column of each code; those of PL, PH and LB are not documented [?]."""
WIDTH = 61
AMPLITUDE_PER_PERCENT = 15
"""Pulse amplitude for 1 % of perfusion. Design: it has no unit."""


class Model(Enum):
    """Which heading and date a model prints."""

    N560 = "N-560"
    N595 = "N-595"
    NPB290 = "NPB-290"


@dataclass(frozen=True, slots=True)
class Limits:
    """The device's alarm limits, both ends inclusive."""

    spo2: tuple[int, int] = (90, 100)
    pulse_rate: tuple[int, int] = (60, 170)


def heading(model: Model, limits: Limits) -> list[str]:
    """The lines of a heading, without their ends."""
    spo2, pulse = "{}-{}%".format(*limits.spo2), "{}-{}BPM".format(*limits.pulse_rate)
    match model:
        case Model.N560:
            return [
                f"N-560    VERSION 1.56.00    CRC:XXXX  SpO2 Limit: {spo2}    PR Limit: {pulse}",
                f"{'':29}ADULT{'':12}0SAT-S ",
                "TIME                 %SpO2   BPM     PA     Status",
            ]
        case Model.N595:
            return [
                f"N-595    VERSION 3.05.00    CRC:XXXX  SpO2 Limit:  {spo2}    PR Limit:  {pulse}",
                f"{'':29}ADULT{'':12}0SAT-S    SPO2 RESP MODE: NORMAL",
                "TIME                 %SPO2   BPM     PA     Status",
            ]
        case Model.NPB290:
            return [
                f"NPB-290  VERSION 1.00.00    CRC: XXXX  SpO2 Limit: {spo2}    PR Limit: {pulse}",
                "TIME                 %SpO2   BPM     PA     Status",
            ]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. None prints dashes; `*_beyond` sets the star of a value outside its limit."""

    at: datetime
    spo2: int | None = None
    pulse_rate: int | None = None
    amplitude: int | None = None
    codes: Sequence[str] = ()
    spo2_beyond: bool = False
    pulse_rate_beyond: bool = False
    upper_case: bool = False

    def text(self) -> str:
        """61 characters."""
        month = MONTHS[self.at.month - 1]
        date = f"{self.at:%d}-{month.upper() if self.upper_case else month}-{self.at:%y %H:%M:%S}"
        line = f"{date}   {_digits(self.spo2)}{'*' if self.spo2_beyond else ' '}"
        line += f"    {_digits(self.pulse_rate)}{'*' if self.pulse_rate_beyond else ' '}    {_digits(self.amplitude)}"
        for code in sorted(self.codes, key=SLOTS.__getitem__):
            line = f"{line:{SLOTS[code]}}{code}"
        return f"{line:{WIDTH}}"


def _digits(value: int | None) -> str:
    return "---" if value is None else f"{value:3d}"


class NellcorAscii:
    """The device on a body.

    Args:
        source: the body.
        model: what heading and date look like.
        baud: 19200 of an N-560, 9600 of the others.

    Attributes:
        limits: change them at will; a new heading tells.
        battery_low, alarm_silenced, alarm_off: told as LB, AS, AO.
        on_mains: an NPB-290 sends nothing on battery.
    """

    def __init__(self, source: VitalSource, *, model: Model = Model.N560, baud: int = 19200) -> None:
        self.baud = baud
        self.limits = self._printed_limits = Limits()
        self.battery_low = False
        self.alarm_silenced = False
        self.alarm_off = False
        self.on_mains = True
        self._source = source
        self._model = model
        self._held = False
        self._elapsed: Duration = 0
        self._rows = 0
        self._left_on_page = 0
        self._search_left = 0

    def receive(self, chunk: bytes) -> None:
        """XOFF holds the printout, XON lets it go on; a row that falls into the pause is lost."""
        for byte in chunk:
            if byte in (XON, XOFF):
                self._held = byte == XOFF

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the lines that became due. The body must already stand at that moment."""
        self._elapsed += dt
        lines: list[str] = []
        while (self._rows + 1) * INTERVAL <= self._elapsed:
            self._rows += 1
            row = self._row(self._source.oximeter()).text()
            if self._held or (self._model is Model.NPB290 and not self.on_mains):
                continue
            if not self._left_on_page or self.limits != self._printed_limits:
                lines += heading(self._model, self.limits)
                self._printed_limits = self.limits
                self._left_on_page = ROWS_PER_PAGE
            lines.append(row)
            self._left_on_page -= 1
        return b"".join(line.encode("ascii") + b"\r\n" for line in lines)

    def _row(self, vitals: Vitals) -> Row:
        at = SWITCHED_ON + timedelta(seconds=self._rows * INTERVAL // SECOND)
        upper = self._model is Model.NPB290
        own = [
            code
            for code, holds in (("LB", self.battery_low), ("AS", self.alarm_silenced), ("AO", self.alarm_off))
            if holds
        ]
        if vitals.sensor_off or vitals.finger_out:
            self._search_left = SEARCH_ROWS
            return Row(at, codes=["SD" if vitals.sensor_off else "SO", *own], upper_case=upper)
        if self._search_left or vitals.pulse_rate is None or vitals.spo2 is None:
            self._search_left = max(0, self._search_left - 1)
            return Row(at, 0, 0, None, codes=["PS", *own], upper_case=upper)
        spo2 = min(max(round(vitals.spo2), 1), 100)
        rate = min(max(round(vitals.pulse_rate), 20), 250)
        side_spo2, side_rate = _side(spo2, self.limits.spo2), _side(rate, self.limits.pulse_rate)
        codes = [f"S{side_spo2}"] * bool(side_spo2) + [f"P{side_rate}"] * bool(side_rate) + own
        return Row(
            at,
            spo2,
            rate,
            min(max(round((vitals.perfusion_index or 1.0) * AMPLITUDE_PER_PERCENT), 1), 255),
            codes=["MO", *codes] if vitals.motion else codes,
            spo2_beyond=bool(side_spo2),
            pulse_rate_beyond=bool(side_rate),
            upper_case=upper,
        )


def _side(value: int, limits: tuple[int, int]) -> str:
    """L below, H above, empty within."""
    return "L" if value < limits[0] else "H" if value > limits[1] else ""


EMULATORS = (
    Emulator("nellcor-ascii", "Nellcor N-560", lambda source, seed: NellcorAscii(source)),
    Emulator(
        "nellcor-ascii",
        "Nellcor N-595",
        lambda source, seed: NellcorAscii(source, model=Model.N595, baud=9600),
        variant="n-595",
    ),
    Emulator(
        "nellcor-ascii",
        "Nellcor NPB-290",
        lambda source, seed: NellcorAscii(source, model=Model.NPB290, baud=9600),
        variant="npb-290",
    ),
)
