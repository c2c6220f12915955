"""What a site may choose for a SunTech module."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from config.vocabulary import CuffError


@dataclass(frozen=True, slots=True)
class SunTechOptions:
    """Options of `suntech-advantage`.

    Attributes:
        patient: which start is sent; a neonate has its own upper time and highest pressure.
        target: first inflation in mmHg, set before each start; none: the module's own.
        errors: error codes of the result (as text, `"2"`) with their names, above the built-in table, which is
            remembered from the maker's and not confirmed [C].
    """

    patient: Literal["adult", "neonate"] = "adult"
    target: int | None = None
    errors: dict[str, CuffError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        highest = 280 if self.patient == "adult" else 140
        if self.target is not None and not 40 <= self.target <= highest:
            raise ValueError(f"target must be 40 to {highest} mmHg for this patient, not {self.target}")
        if not all(code.isdigit() for code in self.errors):
            raise ValueError('the keys of errors are error codes, such as "2"')
