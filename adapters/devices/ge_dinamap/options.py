"""What a site may choose for a DINAMAP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from config.vocabulary import CuffError


@dataclass(frozen=True, slots=True)
class DinamapOptions:
    """Options of `ge-dinamap`.

    Attributes:
        patient: bounds of a measurement; the monitor's own patient type is set at the monitor.
        heart_rate: ask for the pulse as well, by `RC` or by `RA`, and tell it with a new result.
        spo2: ask for SpO2 as well.
        check: what a reply with other check characters than computed is worth. The formula is not confirmed for
            replies [C]: `learn` uses such a reply, with a fault, until the monitor has sent three different ones in a
            row that fit, and then no more; `report` always uses it; `require` never does.
        measuring: status digits that mean "in progress" on this monitor; not known, so empty [C].
        failures: status digits above 2 with the names of their errors; else WEAK_SIGNAL, "no result" [C].
    """

    patient: Literal["adult", "neonate"] = "adult"
    heart_rate: Literal["none", "RC", "RA"] = "none"
    spo2: bool = False
    check: Literal["learn", "report", "require"] = "learn"
    measuring: str = ""
    failures: dict[str, CuffError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not set(self.measuring) <= {"0", "2"}:
            raise ValueError("measuring holds status digits that are no result: 0, 2 or both")
        if not set(self.failures) <= set("3456789"):
            raise ValueError("the keys of failures are the status digits 3 to 9")
