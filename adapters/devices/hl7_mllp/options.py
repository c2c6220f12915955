"""What a site can say about a monitor that speaks HL7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from adapters.devices.hl7_mllp.terms import Term


class PressureUnit(StrEnum):
    """Of pressures whose row names none."""

    MMHG = "mmHg"
    KPA = "kPa"


@dataclass(frozen=True)
class Hl7Options:
    """Marks K, C and what vendors do differently (hl7-fhir-ble, section 1.2, traps).

    Attributes:
        codes: what a code or name of OBX-3 means here, as `{"149522" = "pulse_rate", "MYSAT" = "spo2"}`; stands above
            the shipped tables and settles a number and a name that contradict each other. `ignore` leaves a row out.
        channel: containment (OBX-4) whose rows are meant where several channels have the same one, as `1.1.1`.
        pressure_unit: of pressures without a unit.
        held_after_s: an SpO2 that was measured longer before its message is merely held, and no value; a message that
            comes later than this was kept, unless the monitor's clock is slow.
    """

    codes: Mapping[str, Term] = field(default_factory=dict)
    channel: str = ""
    pressure_unit: PressureUnit = PressureUnit.MMHG
    held_after_s: float = 60.0
