"""The rows of one ORU^R01: what each measures, its value in our unit, and when it was measured. Pure.

A row that may not be used gives a fault with the reason instead. No fault says anything of what the patient's
segments hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from adapters.devices.hl7_mllp.terms import PRESSURES, Contradiction, Scale, Term, Terms, expected, scale
from adapters.hl7_message import Components, Message, Segment
from adapters.hl7_time import Moment, read_moment
from adapters.reading import Fault, FaultKind

MMHG_PER_KPA: Final = 7.50062
NUMBER: Final = re.compile(r"[+-]?\d{1,7}(?:\.\d{0,6})?", re.ASCII)
NONE: Final = (-100.0, -1000.0, -10000.0)
"""What 2.4 messages write for a value that was not measured."""

USABLE: Final = ("", "R", "F", "C")
"""OBX-11 of a value: raw, final, corrected; flat dialects leave it empty."""
NO_RESULT: Final = "X"
NO_PATIENTS: Final = frozenset({"DEMO", "TEST"})
NO_VALUE: Final = frozenset({"INV", "QUES", "NAV", "CALB"})
"""What IHE PCD writes in OBX-8 beside a number that is none: invalid, questionable, not available, calibration under
way. They and `NO_PATIENTS` are the measurement status of section 3.3 and mean the same as there [K]."""
VALUE_TYPES: Final = ("", "NM", "ST", "TX")
FAULT_LIMIT: Final = 20
"""Faults told of one message: what is wrong with one row is mostly wrong with all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured row. `value` in per cent, per minute or mmHg; None: the device has none. `channel`: of OBX-4."""

    term: Term
    value: float | None
    at: Moment | None
    channel: str


class RowReader:
    """Reads the rows of one message; afterwards `faults` says what was not used, and why."""

    def __init__(self, message: Message, terms: Terms, pressure: Scale, offset: int, zone: tzinfo | None) -> None:
        self._message = message
        self._terms = terms
        self._pressure = pressure
        self._offset = offset
        self._zone = zone
        self.faults: list[Fault] = []

    def rows(self) -> Iterator[Row]:
        """Rows that mean something to us, in order.

        OBX-14 of the row stands above that of its channel, which stands above OBR-7 (section 1.2).
        """
        ordered: Moment | None = None
        channels: dict[str, Moment] = {}
        for segment in self._message.segments:
            if segment.name == "OBR":
                ordered, channels = read_moment(segment.raw(7), self._zone), {}
            elif segment.name == "OBX":
                containment = segment.parts(4)[1]
                own = read_moment(segment.raw(14), self._zone)
                channel, _, metric = containment.rpartition(".")
                if metric == "0" and own is not None:
                    channels[channel] = own
                try:
                    found = self._row(segment, own or channels.get(channel) or ordered, channel)
                except Contradiction as error:
                    self.fault(f"OBX {containment or segment.raw(1) or '?'}: {error}"[:200])
                else:
                    if found is not None:
                        yield found

    def fault(self, detail: str, kind: FaultKind = FaultKind.MALFORMED) -> None:
        """Something of the message is not used."""
        if len(self.faults) < FAULT_LIMIT:
            self.faults.append(Fault(self._offset, kind, 0, detail))

    def _row(self, segment: Segment, at: Moment | None, channel: str) -> Row | None:
        code = segment.parts(3)
        term = self._terms.term(code)
        if term is None or term is Term.IGNORE:
            return None
        status = segment.raw(11)
        if status not in (*USABLE, NO_RESULT):
            raise Contradiction(f"{term}: result status {status[:4]!r} (OBX-11) gives no value to use")
        remarks = {each[1].upper() for each in segment.repetitions(8)}
        if remarks & NO_PATIENTS:
            raise Contradiction(f"{term}: a demonstration or test of the monitor (OBX-8): no patient's")
        value = None if status == NO_RESULT or remarks & NO_VALUE else self._value(segment, term)
        return Row(term, value, at, channel)

    def _value(self, segment: Segment, term: Term) -> float | None:
        text = segment.raw(5).strip()
        if not text:
            return None
        kind = segment.raw(2).strip()
        if kind not in VALUE_TYPES or NUMBER.fullmatch(text) is None:
            raise Contradiction(f"{term}: the value is no number")
        value = float(text)
        if value in NONE:
            return None
        if value < 0:
            raise Contradiction(f"{term}: the value is below zero")
        return self._in_our_unit(value, term, segment.parts(6))

    def _in_our_unit(self, value: float, term: Term, unit: Components) -> float:
        counts = scale(unit) or (self._pressure if term in PRESSURES else expected(term)[0])
        if counts not in expected(term):
            raise Contradiction(f"{term} in {counts.value}")
        # A tenth of a kPa is three quarters of a mmHg: more digits would be made up.
        return float(round(value * MMHG_PER_KPA)) if counts is Scale.KPA else value
