"""The monitor's own alarms, ORU^R40 (hl7-fhir-ble, sections 1.3 and 4).

Readings have a place for one kind of them: why a cuff measurement gave no pressures. A limit alarm is about a value
that comes as a value, and what ails the probe shows as a missing SpO2; both are accepted and go no further.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

from adapters.devices.hl7_mllp.terms import Contradiction
from adapters.hl7_message import Message
from config.vocabulary import CuffError

STARTS: Final = ("start", "present")
"""Phases in which the alarm is news; `continue`, `update` and the others tell it again."""

END: Final = "end"
REMEMBERED: Final = 64
"""Alerts that are known to go on; a monitor that tells no end loses the oldest."""

CUFF_EVENTS: Final[Mapping[str, tuple[str, CuffError]]] = {
    "196834": ("MDC_EVT_CUFF_INCORRECT", CuffError.CUFF),
    "196836": ("MDC_EVT_CUFF_LEAK", CuffError.LEAK),
    "196838": ("MDC_EVT_CUFF_NOT_DEFLATED", CuffError.DEVICE),
    "196840": ("MDC_EVT_CUFF_INFLAT_OVER", CuffError.OVERPRESSURE),
    "196848": ("MDC_EVT_CUFF_LOOSE", CuffError.CUFF),
    "197038": ("MDC_EVT_CUFF_POSN_ERR", CuffError.CUFF),
    "196858": ("MDC_EVT_TUBE_OCCL", CuffError.DEVICE),
}
FAILED: Final = ("196964", "MDC_EVT_MSMT_FAIL")
"""Of any measurement; of the cuff's where the alert's source is the cuff. The document suggests it for a timeout."""
CUFF_SOURCE: Final = "MDC_DEV_PRESS_BLD_NONINV"

BY_NAME: Final = dict(CUFF_EVENTS.values())


class CuffAlerts:
    """Tells each failure of a cuff once: OBR-3 names an alert, unchanged from its start to its end."""

    def __init__(self) -> None:
        self._going_on: deque[str] = deque(maxlen=REMEMBERED)

    def news(self, message: Message) -> CuffError | None:
        """Why a cuff measurement failed, where this alert begins to say so; None: it says something else, or again.

        Raises:
            Contradiction: number and name of the event do not agree.
        """
        instance = next((order.raw(3) for order in message.named("OBR")), "")
        error, phase = _said(message)
        if phase == END and instance in self._going_on:
            self._going_on.remove(instance)
        if error is None or phase not in STARTS or instance in self._going_on:
            return None
        if instance:
            self._going_on.append(instance)
        return error


def _said(message: Message) -> tuple[CuffError | None, str]:
    """What failed, and the alert's phase.

    The attributes are matched by name: vendors number them differently, even within one message.
    """
    phase = ""
    found: CuffError | None = None
    failed = of_the_cuff = False
    for row in message.named("OBX"):
        code, value = row.parts(3), row.parts(5)
        if code[2] == "MDC_ATTR_EVENT_PHASE":
            phase = row.raw(5).strip().lower()
        if code[2] == "MDC_ATTR_ALERT_SOURCE":
            of_the_cuff = value[2].startswith(CUFF_SOURCE)
        # The generic code has the event itself as its value.
        event = value if code[2] == "MDC_EVT_ALARM" else code
        failed = failed or (event[1], event[2]) == FAILED
        known = CUFF_EVENTS.get(event[1])
        by_name = BY_NAME.get(event[2])
        if (known is not None and event[2] and known[0] != event[2]) or (known is None and by_name is not None):
            raise Contradiction(f"number {event[1][:20]} does not mean {event[2][:40]}")
        found = found or (known[1] if known is not None else None)
    if found is None and failed and of_the_cuff:
        found = CuffError.TIMEOUT
    return found, phase
