"""What an HL7 listener remembers of the messages it answered."""

from __future__ import annotations

from adapters.hl7_answer import TAKEN
from adapters.hl7_message import parse
from adapters.transports.mllp_answered import FEW, MOST, REMEMBERED_FOR, Answered
from config.instant import SECOND
from tests.adapters.hl7_samples import observation


def test_it_is_bounded_by_time_and_however_fast_they_come() -> None:
    known = Answered()
    for number in range(MOST + 1):
        payload = observation(str(number))
        known.keep("192.0.2.1", parse(payload), payload, TAKEN, SECOND)
    assert len(known) == MOST
    late = observation("late")
    known.keep("192.0.2.1", parse(late), late, TAKEN, 2 * SECOND + REMEMBERED_FOR)
    assert len(known) == FEW
    assert known.before("192.0.2.1", parse(late), late) is TAKEN
    assert known.before("192.0.2.2", parse(late), late) is None
