"""Older Nonin monitors that print a line each second (pulse-oximeters, section 6)."""

from __future__ import annotations

from config.instant import SECOND, Duration
from simulator.devices.nonin.numerics import has_pulse
from simulator.vitals import Vitals, VitalSource

POWER_UP: Duration = 8 * 3600 * SECOND
"""What the monitor's own clock says when it is switched on."""


def encode_line(spo2: float | None, pulse_rate: float | None, *, time: str = "", pad: str = "0", mark: str = "") -> str:
    """One line without its end. `pad` fills numbers up to three characters; `mark` stands behind them."""
    values = " ".join(
        f"{name}={'---' if value is None else f'{round(value):{pad}>3}'}"
        for name, value in (("SPO2", spo2), ("HR", pulse_rate))
    )
    return " ".join(part for part in (time, values, mark) if part)


class NoninAscii:
    """The monitor on a body: a heading when it is switched on, then a line each second.

    `clock` puts the time before each line (8600V, 9847); `pad` is a zero or a blank; `fast` marks fast response.
    """

    baud = 9600

    def __init__(
        self, source: VitalSource, *, model: str = "8500", clock: bool = False, pad: str = "0", fast: bool = False
    ) -> None:
        self._source = source
        self._model = model
        self._with_clock = clock
        self._pad = pad
        self._fast = fast
        self._elapsed: Duration = 0
        self._lines = 0
        self._headed = False

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, which nobody reads."""

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the lines that became due. The body must already stand at that moment."""
        self._elapsed += dt
        text = []
        if not self._headed:
            self._headed = True
            text = [f"NONIN MODEL {self._model}", f"TIME {self._time(0)}"]
        vitals = self._source.oximeter()
        while self._lines < self._elapsed // SECOND:
            self._lines += 1
            text.append(self._line(vitals))
        return "".join(f"{line}\r\n" for line in text).encode("ascii")

    def _line(self, vitals: Vitals) -> str:
        usable = has_pulse(vitals)
        return encode_line(
            vitals.spo2 if usable else None,
            vitals.pulse_rate if usable else None,
            time=self._time(self._lines * SECOND) if self._with_clock else "",
            pad=self._pad,
            mark="F" if self._fast else "",
        )

    def _time(self, moment: Duration) -> str:
        minutes, second = divmod((POWER_UP + moment) // SECOND, 60)
        hours, minute = divmod(minutes, 60)
        return f"{hours % 24:02d}:{minute:02d}:{second:02d}"
