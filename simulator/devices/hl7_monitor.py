"""A bedside monitor that sends HL7 v2 (hl7-fhir-ble, section 1): SpO2, pulse, perfusion and the last cuff measurement.

Two dialects: `IHE` writes messages as IHE PCD-01 does, with containment and the cuff's own time on its channel; `FLAT`
as a plain vendor does, everything dated with the message. A cuff measurement is shown in every message until the next
one; one that fails is told by an alert (section 1.3) and the old one is shown on, as monitors do.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from config.instant import MINUTE, SECOND, Duration, Instant, to_datetime
from config.vocabulary import CuffError
from simulator.cuff import EmulatedCuff, Outcome, Steps
from simulator.publisher import Message, Publisher
from simulator.vitals import VitalSource

STATION: Final = "BEDSIDE_VITALS^0012A3FFFE4B5C6D^EUI-64"
MOST_AT_ONCE: Final = 60
"""Messages in one call; a monitor that was stopped for longer leaves the older ones out."""

PERCENT: Final = "262688^MDC_DIM_PERCENT^MDC"
PER_MINUTE: Final = "264864^MDC_DIM_BEAT_PER_MIN^MDC"
MMHG: Final = "266016^MDC_DIM_MMHG^MDC"

EVENTS: Final = {
    CuffError.CUFF: "196848^MDC_EVT_CUFF_LOOSE^MDC",
    CuffError.LEAK: "196836^MDC_EVT_CUFF_LEAK^MDC",
    CuffError.OVERPRESSURE: "196840^MDC_EVT_CUFF_INFLAT_OVER^MDC",
    CuffError.DEVICE: "196858^MDC_EVT_TUBE_OCCL^MDC",
}
OTHER_EVENT: Final = "196964^MDC_EVT_MSMT_FAIL^MDC"


class Dialect(Enum):
    """How the monitor writes."""

    IHE = "ihe"
    FLAT = "flat"


class Hl7Monitor:
    """The monitor on a body, without the connection: `messages(now)` gives what became due.

    Args:
        source: the body.
        bed: PV1-3.3, and the topic of each message.
        patient: PID-3, a made-up reference; empty: nobody is admitted.
        interval: between two messages.
        cuff_every: the cuff's own cycle, the first 5 s after the start; None: no cuff.
        zone: the monitor tells its times in UTC and says so; False: it leaves the zone out.
    """

    def __init__(
        self,
        source: VitalSource,
        bed: str = "BED12",
        *,
        patient: str = "MRN0001",
        dialect: Dialect = Dialect.IHE,
        interval: Duration = SECOND,
        cuff_every: Duration | None = 5 * MINUTE,
        zone: bool = True,
        seed: int = 0,
    ) -> None:
        self._source = source
        self._bed = bed
        self._patient = patient
        self._dialect = dialect
        self._interval = interval
        self._cuff_every = cuff_every
        self._zone = "+0000" if zone else ""
        self._cuff = EmulatedCuff(source, seed)
        self._steps = Steps()
        self._last_cuff: tuple[Outcome, Instant] | None = None
        self._next: Instant | None = None
        self._next_cuff: Instant = 0
        self._cuff_at: Instant = 0
        self._sent = 0

    def online(self, now: Instant) -> None:
        """Monitors do not greet."""

    def will(self, now: Instant) -> None:
        """Nor does anybody speak for them."""

    def messages(self, now: Instant) -> list[Message]:
        """Everything that became due up to `now`, each with its own time. The first call starts the monitor."""
        if self._next is None:
            self._next, self._cuff_at, self._next_cuff = now + self._interval, now, now + 5 * SECOND
        out: list[bytes] = []
        self._next = max(self._next, now - MOST_AT_ONCE * self._interval)
        while self._next <= now:
            out += self._work_cuff(self._next)
            out.append(self._observation(self._next))
            self._next += self._interval
        return [Message(self._bed, each, 1, False) for each in out]

    def _work_cuff(self, now: Instant) -> list[bytes]:
        """Let the cuff pass its time up to `now`; an alert where a measurement failed."""
        out: list[bytes] = []
        dt, self._cuff_at = now - self._cuff_at, now
        for _ in range(self._steps.take(dt)):
            outcome = self._cuff.step()
            if outcome is None:
                continue
            if outcome.error is None:
                self._last_cuff = (outcome, now)
            else:
                out.append(self._alert(outcome.error, now))
        if self._cuff_every is not None and now >= self._next_cuff:
            self._next_cuff = now + self._cuff_every
            self._cuff.start()
        return out

    def _observation(self, now: Instant) -> bytes:
        return self._written(
            "ORU^R01^ORU_R01", now, self._flat(now) if self._dialect is Dialect.FLAT else self._ihe(now)
        )

    def _flat(self, now: Instant) -> list[str]:
        """No OBX-1, no containment, plain units, and every row dated as the message is."""
        vitals, at = self._source.oximeter(), self._time(now)
        rows = [
            ("150456^MDC_PULS_OXIM_SAT_O2^MDC", vitals.spo2, "%"),
            ("149514^MDC_PULS_RATE^MDC", vitals.pulse_rate, "bpm"),
        ]
        if self._last_cuff is not None:
            cuff = self._last_cuff[0]
            rows += [
                ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", cuff.systolic, "mmHg"),
                ("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", cuff.diastolic, "mmHg"),
                ("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", cuff.mean, "mmHg"),
                ("149546^MDC_PULS_RATE_NON_INV^MDC", cuff.pulse_rate, "bpm"),
            ]
        order = f"OBR||||1^MON_PARAM^99VEND|||{at}"
        return [order, *(f"OBX||NM|{code}||{_whole(value)}|{unit}|||||F|||{at}" for code, value, unit in rows)]

    def _ihe(self, now: Instant) -> list[str]:
        vitals, at = self._source.oximeter(), self._time(now)
        perfusion = "" if vitals.perfusion_index is None else f"{vitals.perfusion_index:.1f}"
        lines = [
            f"OBR|1|BV1^{STATION}|BV1^{STATION}|182777000^monitoring of patient^SCT|||{at}",
            _holder(
                "69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC",
                "1.0.0.0",
                device=f"{self._bed}^^0012A3FFFE4B5C6D^EUI-64",
            ),
            _holder("69642^MDC_DEV_ANALY_SAT_O2_VMD^MDC", "1.1.0.0"),
            _holder("69643^MDC_DEV_ANALY_SAT_O2_CHAN^MDC", "1.1.1.0"),
            _metric("150456^MDC_PULS_OXIM_SAT_O2^MDC", "1.1.1.1", _whole(vitals.spo2), PERCENT, at),
            _metric("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "1.1.1.2", _whole(vitals.pulse_rate), PER_MINUTE, at),
            _metric("150448^MDC_PULS_OXIM_PERF_REL^MDC", "1.1.1.3", perfusion, PERCENT, at),
        ]
        if self._last_cuff is not None:
            cuff, ended = self._last_cuff
            lines += [
                _holder("70686^MDC_DEV_PRESS_BLD_NONINV_VMD^MDC", "1.2.0.0"),
                _holder("70687^MDC_DEV_PRESS_BLD_NONINV_CHAN^MDC", "1.2.1.0", at=self._time(ended)),
                _metric("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "1.2.1.1", _whole(cuff.systolic), MMHG),
                _metric("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", "1.2.1.2", _whole(cuff.diastolic), MMHG),
                _metric("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", "1.2.1.3", _whole(cuff.mean), MMHG),
                _metric("149546^MDC_PULS_RATE_NON_INV^MDC", "1.2.1.4", _whole(cuff.pulse_rate), PER_MINUTE),
            ]
        return [_numbered(line, number) for number, line in enumerate(lines)]

    def _alert(self, error: CuffError, now: Instant) -> bytes:
        at = self._time(now)
        rows = [
            f"OBR|1|ALERT-{now}^{STATION}|ALERT-{now}^{STATION}|196616^MDC_EVT_ALARM^MDC|||{at}",
            f"OBX|1|ST|{EVENTS.get(error, OTHER_EVENT)}|1.2.1.1.1|NIBP {error.value}|||A~PM~ST|||R|||{at}",
            "OBX|2|CWE|68480^MDC_ATTR_ALERT_SOURCE^MDC|1.2.1.1.2|70687^MDC_DEV_PRESS_BLD_NONINV_CHAN^MDC||||||R",
            "OBX|3|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.2.1.1.3|start||||||R",
            "OBX|4|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.2.1.1.4|active||||||R",
        ]
        return self._written("ORU^R40^ORU_R40", now, rows)

    def _written(self, kind: str, now: Instant, lines: Sequence[str]) -> bytes:
        self._sent += 1
        mode, profile = ("AL|NE", "IHE_PCD_001") if self._dialect is Dialect.IHE else ("|", "")
        header = (
            rf"MSH|^~\&|{STATION}|CLINIC_A|NURSE_STATION|CLINIC_A|{self._time(now)}||{kind}|BV{self._sent:010}|P|2.6"
            f"|||{mode}||UNICODE UTF-8|||{profile}"
        )
        patient = f"PID|||{self._patient}^^^CLINIC_A^MR||Test^Patient^^^^^L||19600101|F"
        visit = f"PV1||I|WARD7^ROOM2^{self._bed}"
        return "".join(f"{line}\r" for line in (header, patient, visit, *lines)).encode()

    def _time(self, at: Instant) -> str:
        return to_datetime(at).strftime("%Y%m%d%H%M%S") + self._zone


def _holder(code: str, containment: str, at: str = "", device: str = "") -> str:
    """A row that says what contains what follows: no type, no value, status X."""
    return f"OBX|#||{code}|{containment}|||||||X|||{at}||||{device}"


def _metric(code: str, containment: str, value: str, unit: str, at: str = "") -> str:
    """A measured row; without a value its status is X."""
    return f"OBX|#|NM|{code}|{containment}|{value}|{unit}|||||{'R' if value else 'X'}|||{at}"


def _numbered(line: str, number: int) -> str:
    return line.replace("|#|", f"|{number}|", 1)


def _whole(value: float | None) -> str:
    return "" if value is None else str(round(value))


PUBLISHERS: Final = (
    Publisher(
        driver="hl7-mllp",
        title="bedside monitor, HL7 v2.6 as in IHE PCD-01",
        make=lambda source, seed: Hl7Monitor(source, cuff_every=MINUTE, seed=seed),
        topic_filter="BED12",
    ),
    Publisher(
        driver="hl7-mllp",
        title="bedside monitor, flat HL7 v2.6 of a vendor",
        make=lambda source, seed: Hl7Monitor(source, dialect=Dialect.FLAT, cuff_every=MINUTE, zone=False, seed=seed),
        topic_filter="BED12",
        variant="flat",
    ),
)
