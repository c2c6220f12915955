"""Acknowledgements (hl7-fhir-ble, section 1.1), read back through the library `hl7`."""

from __future__ import annotations

import hl7
import pytest

from adapters.hl7_answer import UNREADABLE, Verdict, answer, judge
from adapters.hl7_message import parse
from config.instant import SECOND
from tests.adapters.hl7_samples import observation

NOW = 1_773_476_815 * SECOND


def reply(payload: bytes, verdict: Verdict | None = None) -> hl7.Message | None:
    message = parse(payload)
    text = answer(message, verdict or judge(message), NOW)
    return None if text is None else hl7.parse(text)


def code(found: hl7.Message | None) -> str | None:
    return None if found is None else str(found["MSA"][0][1])


def test_the_reply_to_the_document_spot_check() -> None:
    """Partners change places; the type names the trigger; MSA-2 is the sender's MSH-10."""
    message = parse(observation("BV0000012345"))
    assert answer(message, judge(message), NOW) == (
        rb"MSH|^~\&|NURSE_STATION|CLINIC_B|BEDSIDE_VITALS^0012A3FFFE4B5C6D^EUI-64|CLINIC_A|20260314082655+0000||"
        b"ACK^R01^ACK|BW1773476815000000|P|2.6\rMSA|CA|BV0000012345\r"
    )


@pytest.mark.parametrize(
    ("mode", "good", "bad"),
    [
        ("|", "AA", "AR"),
        ("AL|NE", "CA", "CR"),
        ("AL|AL", "CA", "CR"),
        ("ER|NE", None, "CR"),
        ("SU|NE", "CA", None),
        ("NE|AL", "AA", "AR"),
        ("NE|NE", None, None),
        ("|AL", "AA", "AR"),
        ("??|", "CA", "CR"),
    ],
)
def test_the_mode_decides_the_code(mode: str, good: str | None, bad: str | None) -> None:
    """MSH-15 and MSH-16: enhanced mode where either is filled; flat vendor messages leave both empty."""
    assert code(reply(observation(mode=mode))) == good
    assert code(reply(observation(mode=mode, order=False))) == bad


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (observation(kind="ADT^A01"), "200^Unsupported message type^HL70357"),
        (observation(kind="ORA^R41^ORA_R41"), "200^Unsupported message type^HL70357"),
        (observation(kind="ORU^R30"), "201^Unsupported event code^HL70357"),
        (observation(processing="T"), "202^Unsupported processing id^HL70357"),
        (observation(order=False), "100^Segment sequence error^HL70357"),
        (observation(""), "101^Required field missing^HL70357"),
        (observation(kind=""), "101^Required field missing^HL70357"),
    ],
)
def test_why_a_message_is_rejected(payload: bytes, expected: str) -> None:
    """ERR-3 says it, ERR-4 that it is an error; nothing of the patient is in it."""
    found = reply(payload)
    assert found is not None
    assert code(found) == "CR"
    assert (str(found["ERR"][0][3]), str(found["ERR"][0][4])) == (expected, "E")
    assert "MRN" not in str(found)


def test_what_is_no_message_is_rejected_in_original_mode() -> None:
    text = answer(None, UNREADABLE, NOW)
    assert text is not None
    found = hl7.parse(text)
    assert (code(found), str(found["MSA"][0][2])) == ("AR", "")


def test_an_acknowledgement_is_never_acknowledged() -> None:
    """Or two of us would go on for ever."""
    assert reply(observation(kind="ACK^R01^ACK")) is None


def test_the_senders_own_separators_are_used() -> None:
    """An alert is accepted in its own words."""
    payload = observation(kind="ORU^R40^ORU_R40").replace(b"|", b"$").replace(b"^", b"*")
    text = answer(parse(payload), judge(parse(payload)), NOW)
    assert text is not None
    assert text.startswith(rb"MSH$*~\&$NURSE_STATION$")
    assert text.endswith(b"$ACK*R40*ACK$BW1773476815000000$P$2.6\rMSA$CA$BV1\r")
