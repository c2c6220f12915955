"""What an OBX row measures, and in which unit (hl7-fhir-ble, sections 1.2 and 4).

Public messages pair right names with wrong numbers, so a row is used only where its number and its name do not
contradict each other. Numbers and MDC names are those of the document (trust mark S and K). The plain texts are the
spellings one meets in vendors' dialects; the document prints none (C), so a site can name its own in `codes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from adapters.hl7_message import Components


class Term(StrEnum):
    """What a row may be for us: the names of the metrics, and `ignore`."""

    SPO2 = "spo2"
    PULSE_RATE = "pulse_rate"
    PERFUSION_INDEX = "perfusion_index"
    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    MEAN = "mean"
    PULSE_RATE_CUFF = "pulse_rate_cuff"
    IGNORE = "ignore"


class Scale(Enum):
    """What a unit counts."""

    PERCENT = "per cent"
    PER_MINUTE = "per minute"
    MMHG = "mmHg"
    KPA = "kPa"


OXIMETRY: Final = (Term.SPO2, Term.PULSE_RATE, Term.PERFUSION_INDEX)
PRESSURES: Final = (Term.SYSTOLIC, Term.DIASTOLIC, Term.MEAN)

NAMED: Final[Mapping[str, tuple[str, Term]]] = {
    "150456": ("MDC_PULS_OXIM_SAT_O2", Term.SPO2),
    "149530": ("MDC_PULS_OXIM_PULS_RATE", Term.PULSE_RATE),
    "149514": ("MDC_PULS_RATE", Term.PULSE_RATE),
    "150448": ("MDC_PULS_OXIM_PERF_REL", Term.PERFUSION_INDEX),
    "150021": ("MDC_PRESS_BLD_NONINV_SYS", Term.SYSTOLIC),
    "150022": ("MDC_PRESS_BLD_NONINV_DIA", Term.DIASTOLIC),
    "150023": ("MDC_PRESS_BLD_NONINV_MEAN", Term.MEAN),
    "150301": ("MDC_PRESS_CUFF_SYS", Term.SYSTOLIC),
    "150302": ("MDC_PRESS_CUFF_DIA", Term.DIASTOLIC),
    "150303": ("MDC_PRESS_CUFF_MEAN", Term.MEAN),
    "149546": ("MDC_PULS_RATE_NON_INV", Term.PULSE_RATE_CUFF),
}
BY_NAME: Final = dict(NAMED.values())

OTHERS: Final = frozenset({"149522", "150017", "150018", "150019", "147842", "151562", "150344", "150020", "150300"})
"""Numbers that are known to mean something else: invasive or generic pressure and pulse, heart rate, breathing."""

LOINC: Final = {
    "2708-6": Term.SPO2,
    "59408-5": Term.SPO2,
    "8480-6": Term.SYSTOLIC,
    "8462-4": Term.DIASTOLIC,
    "8478-0": Term.MEAN,
}

TEXTS: Final = {
    "SPO2": Term.SPO2,
    "SAO2SPO2": Term.SPO2,
    "PR": Term.PULSE_RATE,
    "PULSE": Term.PULSE_RATE,
    "PULSERATE": Term.PULSE_RATE,
    "PRSPO2": Term.PULSE_RATE,
    "SPO2PR": Term.PULSE_RATE,
    "PI": Term.PERFUSION_INDEX,
    "PERF": Term.PERFUSION_INDEX,
    "NIBPSYS": Term.SYSTOLIC,
    "NIBPS": Term.SYSTOLIC,
    "NIBPDIA": Term.DIASTOLIC,
    "NIBPD": Term.DIASTOLIC,
    "NIBPMEAN": Term.MEAN,
    "NIBPMAP": Term.MEAN,
    "NIBPM": Term.MEAN,
    "NIBPPR": Term.PULSE_RATE_CUFF,
}
"""Plain names without blanks and signs. HR is a heart rate, from an ECG or anything: no oximeter's pulse."""

UNITS: Final = {
    "262688": Scale.PERCENT,
    "MDC_DIM_PERCENT": Scale.PERCENT,
    "%": Scale.PERCENT,
    "264864": Scale.PER_MINUTE,
    "MDC_DIM_BEAT_PER_MIN": Scale.PER_MINUTE,
    "/MIN": Scale.PER_MINUTE,
    "1/MIN": Scale.PER_MINUTE,
    "{BEATS}/MIN": Scale.PER_MINUTE,
    "{BEAT}/MIN": Scale.PER_MINUTE,
    "BEATS/MIN": Scale.PER_MINUTE,
    "BPM": Scale.PER_MINUTE,
    "266016": Scale.MMHG,
    "MDC_DIM_MMHG": Scale.MMHG,
    "MM[HG]": Scale.MMHG,
    "MMHG": Scale.MMHG,
    "265987": Scale.KPA,
    "MDC_DIM_KILO_PASCAL": Scale.KPA,
    "KPA": Scale.KPA,
}


class Contradiction(ValueError):
    """Two parts of a row say different things; the text names them. Nothing of the row may be used."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which rows mean what, at one site: its own table stands above ours."""

    own: Mapping[str, Term]

    def term(self, code: Components) -> Term | None:
        """What OBX-3 means; None: nothing for us.

        Raises:
            Contradiction: number and name, or the two codes of the field, do not agree.
        """
        said = [code[number] for number in (1, 2, 4, 5)]
        for each in said:
            if each in self.own:
                return self.own[each]
        first = _meaning(code[1], code[2], code[3])
        second = _meaning(code[4], code[5], code[6])
        if first is not None and second is not None and first is not second:
            raise Contradiction(f"code {code[1][:20]!r} and its alternate {code[4][:20]!r} mean different things")
        return first if first is not None else second


def _meaning(number: str, name: str, system: str) -> Term | None:
    """What one code means, `number^name^system`."""
    if system.upper() in ("LN", "LOINC"):
        return LOINC.get(number)
    by_text = BY_NAME.get(name.upper()) or _text(name)
    if not number.isdigit():
        return _text(number) or BY_NAME.get(number.upper()) or by_text
    if system.upper() not in ("MDC", "ISO+", ""):
        return by_text  # the number is the vendor's own
    known = NAMED.get(number)
    if known is None:
        foreign = number in OTHERS or system.upper() == "MDC"
        if by_text is not None and foreign:
            raise Contradiction(f"number {number} does not mean {name[:40]}")
        return by_text
    official, term = known
    says_otherwise = name.upper().startswith("MDC_") and name.upper() != official
    if says_otherwise or (by_text is not None and by_text is not term):
        raise Contradiction(f"number {number} means {official}, but is named {name[:40]}")
    return term


def _text(name: str) -> Term | None:
    return TEXTS.get("".join(filter(str.isalnum, name)).upper())


def scale(unit: Components) -> Scale | None:
    """What OBX-6 counts, as MDC, UCUM or plain text; None: it is empty.

    Raises:
        Contradiction: it is unknown, or its number and its name differ.
    """
    said = [unit[number].upper() for number in (1, 2)]
    if not any(said):
        return None
    found = {UNITS[each] for each in said if each in UNITS}
    if len(found) != 1 or (said[0].isdigit() and said[0] not in UNITS):
        raise Contradiction(f"unit {unit[1][:20]!r} is {'two units' if len(found) > 1 else 'not known'}")
    return found.pop()


def expected(term: Term) -> tuple[Scale, ...]:
    """The units in which a row of this kind may come."""
    if term in PRESSURES:
        return (Scale.MMHG, Scale.KPA)
    return (Scale.PER_MINUTE,) if term in (Term.PULSE_RATE, Term.PULSE_RATE_CUFF) else (Scale.PERCENT,)
