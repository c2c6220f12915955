"""The words everybody shares: metrics, units, priorities, phases, states and alarm names.

Terms follow IEC 60601-1-8 and IEEE 11073-10101; that is a choice of words, not a claim of conformity.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Metric(StrEnum):
    """What is measured (interfaces, head). `pulse_rate` is the oximeter's; a cuff's is `pulse_rate_cuff`."""

    SPO2 = "spo2"
    PULSE_RATE = "pulse_rate"
    PERFUSION_INDEX = "perfusion_index"
    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    MEAN = "mean"
    CUFF_PRESSURE = "cuff_pressure"
    PULSE_RATE_CUFF = "pulse_rate_cuff"
    RESP_RATE = "resp_rate"
    RESP_RATE_PLETH = "resp_rate_pleth"
    PULSE_RATE_PLETH = "pulse_rate_pleth"
    PLETH = "pleth"


UNITS: dict[Metric, str] = {
    Metric.SPO2: "%",
    Metric.PULSE_RATE: "/min",
    Metric.PERFUSION_INDEX: "%",
    Metric.SYSTOLIC: "mmHg",
    Metric.DIASTOLIC: "mmHg",
    Metric.MEAN: "mmHg",
    Metric.CUFF_PRESSURE: "mmHg",
    Metric.PULSE_RATE_CUFF: "/min",
    Metric.RESP_RATE: "/min",
    Metric.RESP_RATE_PLETH: "/min",
    Metric.PULSE_RATE_PLETH: "/min",
    Metric.PLETH: "",
}

# IEEE 11073-10101 nomenclature codes. Only those read from the standard stand here: public examples pair
# right names with wrong numbers.
MDC: dict[Metric, tuple[str, int]] = {
    Metric.SPO2: ("MDC_PULS_OXIM_SAT_O2", 150456),
    Metric.PULSE_RATE: ("MDC_PULS_OXIM_PULS_RATE", 149530),
}


class Flag(StrEnum):
    """What a device says about its own values (interfaces, section 3; `motion`: signals-and-simulation 1.1, V9)."""

    SENSOR_OFF = "sensor_off"
    NO_FINGER = "no_finger"
    SEARCHING = "searching"
    LOW_PERFUSION = "low_perfusion"
    ARTIFACT = "artifact"
    MOTION = "motion"
    OUT_OF_TRACK = "out_of_track"
    BATTERY_LOW = "battery_low"


class CuffError(StrEnum):
    """Why a cuff measurement gave no pressures (interfaces, section 3)."""

    CUFF = "cuff"
    LEAK = "leak"
    MOTION = "motion"
    OVERPRESSURE = "overpressure"
    TIMEOUT = "timeout"
    WEAK_SIGNAL = "weak_signal"
    ABORTED = "aborted"
    DEVICE = "device"


class CuffState(StrEnum):
    """What the cuff is doing (interfaces, section 3)."""

    INFLATING = "inflating"
    DEFLATING = "deflating"
    IDLE = "idle"


class Verdict(StrEnum):
    """How far a value may be trusted (signals, section 1). Absence is None with a reason, never a number."""

    VALID = "VALID"
    SUSPECT = "SUSPECT"
    INVALID = "INVALID"


class Priority(IntEnum):
    """Alarm priority, ordered: `max()` gives the more urgent one."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """`low`, `medium` or `high`, as JSON and settings spell it."""
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> Priority:
        """The priority spelt `word`; ValueError when there is none."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"unknown priority {word!r}: low, medium or high") from None


class Phase(StrEnum):
    """Where a bed stands in its session (ketamine-monitoring, section 5.0)."""

    IDLE = "IDLE"
    PRE = "PRE"
    INFUSING = "INFUSING"
    PAUSED = "PAUSED"
    RECOVERY = "RECOVERY"
    DISCHARGED = "DISCHARGED"


class Grade(StrEnum):
    """How well a baseline is founded (ketamine-monitoring, section 5.2)."""

    A = "A"
    B = "B"
    C = "C"
    NONE = "NONE"


class AlarmState(StrEnum):
    """State of one alarm instance (alarm-system, section 4.1)."""

    IDLE = "IDLE"
    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    ACKED = "ACKED"
    LATCHED = "LATCHED"
    CLOSED = "CLOSED"


class ReturnState(StrEnum):
    """How one metric stands to its baseline (ketamine-monitoring, section 6.2)."""

    NO_BASELINE = "NO_BASELINE"
    IN_BAND = "IN_BAND"
    AWAY = "AWAY"
    CANDIDATE = "CANDIDATE"
    RETURNED = "RETURNED"
    RE_EXCURSED = "RE_EXCURSED"
    OVERDUE = "OVERDUE"
    INDETERMINATE = "INDETERMINATE"


class ReturnVerdict(StrEnum):
    """The session's return to baseline, worst first (rulings, section 4)."""

    REVOKED = "REVOKED"
    NOT_RETURNED_AT_DISCHARGE = "NOT_RETURNED_AT_DISCHARGE"
    OVERDUE = "OVERDUE"
    INDETERMINATE = "INDETERMINATE"
    RETURNED_LATE = "RETURNED_LATE"
    RETURNED_WITHIN_20 = "RETURNED_WITHIN_20"
    NO_EXCURSION = "NO_EXCURSION"


class Happening(StrEnum):
    """What a person records of a session (ketamine-monitoring, section 1); anything else is free text under `other`."""

    ACTIVITY = "activity"
    MEDICATION = "medication"
    REVIEW = "review"
    HANDOVER = "handover"
    SYMPTOM_OVER = "symptom_over"
    CHEST_PAIN = "chest_pain"
    SEVERE_HEADACHE = "severe_headache"
    VISUAL_CHANGE = "visual_change"
    DYSPNOEA = "dyspnoea"
    SEIZURE = "seizure"
    SLOWED_BREATHING = "slowed_breathing"
    NAUSEA = "nausea"
    VOMITING = "vomiting"
    DIZZINESS = "dizziness"
    VERTIGO = "vertigo"
    ANXIETY = "anxiety"
    PANIC = "panic"
    AGITATION = "agitation"
    PARANOIA = "paranoia"
    HALLUCINATION = "hallucination"
    CONFUSION = "confusion"
    DISSOCIATION = "dissociation"
    EUPHORIA = "euphoria"
    DROWSINESS = "drowsiness"
    BLURRED_VISION = "blurred_vision"
    DOUBLE_VISION = "double_vision"
    EYE_MOVEMENT = "eye_movement"
    SPEECH_IMPAIRMENT = "speech_impairment"
    MOTOR_IMPAIRMENT = "motor_impairment"
    MEMORY_IMPAIRMENT = "memory_impairment"
    FALL = "fall"
    OTHER = "other"


class Observed(StrEnum):
    """What only a person can tell: breaths counted over a minute, and the score of sedation (MOAA/S, 0 to 5)."""

    RESP_RATE = "resp_rate"
    MOAAS = "moaas"


class Score(StrEnum):
    """Items of the discharge scores that a nurse enters, 0 to 2 each (ketamine-monitoring, section 8)."""

    ALDRETE_ACTIVITY = "aldrete_activity"
    ALDRETE_RESPIRATION = "aldrete_respiration"
    ALDRETE_CONSCIOUSNESS = "aldrete_consciousness"
    PADS_ACTIVITY = "pads_activity"
    PADS_NAUSEA = "pads_nausea"
    PADS_PAIN = "pads_pain"
    PADS_BLEEDING = "pads_bleeding"


class LinkState(StrEnum):
    """Whether a device's connection stands."""

    UP = "up"
    DOWN = "down"
