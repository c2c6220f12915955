"""What a site may choose for a PM6750."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

LOWEST_TARGET: Final = 40
HIGHEST_TARGET: Final = MappingProxyType({"adult": 300, "child": 210, "neonate": 140})
"""Ranges of section 5."""
USUAL_TARGET: Final = MappingProxyType({"adult": 160, "child": 120, "neonate": 90})
"""Design: the document gives ranges only; the module pumps on where it finds no systolic."""


@dataclass(frozen=True, slots=True)
class Pm6750Options:
    """Options of `pm6750`.

    Attributes:
        patient: the module's patient mode; a neonate has its own upper time and highest pressure.
        target: first inflation in mmHg, sent before every start; none: 160, 120 or 90 by the patient.
        spo2: tell the oximeter's numbers; False for a module of which only the cuff is used. Its SpO2 output is then
            switched on all the same, as the sign that the module is there: without one no start is sent.
        pleth_hz: pleth bytes per second. The document gives no rate, and a wrong one gives a wrong pulse; so
            without it the pleth is neither switched on nor told.
    """

    patient: Literal["adult", "child", "neonate"] = "adult"
    target: int | None = None
    spo2: bool = True
    pleth_hz: int | None = None

    def __post_init__(self) -> None:
        highest = HIGHEST_TARGET[self.patient]
        if self.target is not None and not LOWEST_TARGET <= self.target <= highest:
            raise ValueError(f"target must be {LOWEST_TARGET} to {highest} mmHg for this patient, not {self.target}")
        if self.pleth_hz is not None and not 10 <= self.pleth_hz <= 500:
            raise ValueError(f"pleth_hz must be 10 to 500, not {self.pleth_hz}")

    @property
    def first_inflation(self) -> int:
        """The target that is sent, mmHg."""
        return USUAL_TARGET[self.patient] if self.target is None else self.target
