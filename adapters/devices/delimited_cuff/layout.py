"""Where the fields of a line stand: of the shipped devices, and as a site may describe another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from config.vocabulary import CuffError


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of line. Places of fields are counted from 0.

    Attributes:
        count: how many fields the line has, exactly.
        systolic, diastolic: places of the pressures, mmHg.
        mean, pulse_rate: their places; None where the line has none.
        error: place of an error code; without one any line with pressures is a result.
        ok: what stands there when there is no error.
        first: what the first field has to be.
        widths: characters of each field in order; 0 = any. Fields behind the last are free.
        clock: places of date and time, in order.
        clock_format: how they read, as in `strptime`, joined by single blanks.
        frame: `line` ends with CR LF; `stx` stands between STX and ETX, with one unknown byte behind.
        delimiter: between two fields.
    """

    count: int
    systolic: int
    diastolic: int
    mean: int | None = None
    pulse_rate: int | None = None
    error: int | None = None
    ok: str = "0"
    first: str = ""
    widths: tuple[int, ...] = ()
    clock: tuple[int, ...] = ()
    clock_format: str = ""
    frame: Literal["line", "stx"] = "line"
    delimiter: str = ","

    def __post_init__(self) -> None:
        places = [self.systolic, self.diastolic, self.mean, self.pulse_rate, self.error, *self.clock]
        known = [place for place in places if place is not None]
        if not all(0 <= place < self.count for place in known):
            raise ValueError(f"places of fields must be 0 to {self.count - 1}: the line has {self.count} fields")
        if len(set(known)) != len(known):
            raise ValueError("two fields stand in the same place")
        if len(self.delimiter) != 1 or not " " <= self.delimiter <= "~" or self.delimiter.isalnum():
            raise ValueError("the delimiter is one printed character that is no letter and no digit")
        if bool(self.clock) != bool(self.clock_format):
            raise ValueError("clock and clock_format belong together")


LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType(
    {
        "omron-hbp9020": Layout(
            count=9,
            first="bp",
            widths=(2, 20, 10, 5, 3, 3, 3, 3),
            clock=(2, 3),
            clock_format="%Y/%m/%d %H:%M",
            systolic=4,
            mean=5,
            diastolic=6,
            pulse_rate=7,
        ),
        "omron-hbp9030": Layout(
            count=11,
            widths=(4, 2, 2, 2, 2, 20, 1, 3, 3, 3, 1),
            clock=(0, 1, 2, 3, 4),
            clock_format="%Y %m %d %H %M",
            error=6,
            systolic=7,
            diastolic=8,
            pulse_rate=9,
        ),
        "terumo-bp500": Layout(
            count=12,
            first="R1",
            widths=(2, 0, 6, 6, 3, 3, 3, 3),
            clock=(2, 3),
            clock_format="%y%m%d %H%M%S",
            systolic=4,
            mean=5,
            diastolic=6,
            pulse_rate=7,
            frame="stx",
        ),
    }
)
"""Section 6: HBP-9020 mode 5 F3, HBP-9030 format 5, BP-500. The mean stands between the others, or is none."""


@dataclass(frozen=True, slots=True)
class DelimitedOptions:
    """Options of `delimited-cuff`.

    Attributes:
        layout: which line the cuff prints; `custom` for the one described in `custom`.
        custom: a layout of the site's own (a table).
        baud: as set at the cuff.
        errors: error codes of the line with their names; a code that is not named is a fault of the device.
    """

    layout: Literal["omron-hbp9020", "omron-hbp9030", "terumo-bp500", "custom"] = "omron-hbp9020"
    custom: Layout | None = None
    baud: Literal[1200, 2400, 4800, 9600, 19200] = 9600
    errors: dict[str, CuffError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.layout == "custom") != (self.custom is not None):
            raise ValueError('layout = "custom" and a table custom belong together')

    @property
    def chosen(self) -> Layout:
        """The layout in force."""
        return LAYOUTS[self.layout] if self.custom is None else self.custom
