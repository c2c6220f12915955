"""What a listener answers to an HL7 v2 message (protocols/hl7-fhir-ble.md, section 1.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from adapters.hl7_message import Message, Separators
from config.instant import Instant, to_datetime


class Outcome(Enum):
    """The second letter of the acknowledgement code."""

    ACCEPTED = "A"
    ERROR = "E"
    REJECTED = "R"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a message is taken; `code` (HL70357) and `detail` say why not, without anything of its content."""

    outcome: Outcome
    code: str = ""
    detail: str = ""


TAKEN: Final = Verdict(Outcome.ACCEPTED)
UNREADABLE: Final = Verdict(Outcome.REJECTED, "100^Segment sequence error", "This is no HL7 v2 message")
BROKEN: Final = Verdict(Outcome.ERROR, "207^Application internal error", "The message met a bug")
READ: Final = ("ORU^R01", "ORU^R40")


def judge(message: Message) -> Verdict:
    """Whether a message that can be read is one that is taken here."""
    header = message.header
    kind, _, trigger = message.kind.partition("^")
    missing = [name for name, there in (("MSH-9", kind), ("MSH-10", message.control_id)) if not there]
    if missing:
        return Verdict(Outcome.REJECTED, "101^Required field missing", f"Missing required {missing[0]}")
    if kind != "ORU":
        return Verdict(Outcome.REJECTED, "200^Unsupported message type", "Only ORU^R01 and ORU^R40 are taken")
    if message.kind not in READ:
        return Verdict(Outcome.REJECTED, "201^Unsupported event code", f"ORU^{trigger[:8]} is not taken")
    if header.parts(11)[1] not in ("", "P"):
        return Verdict(Outcome.REJECTED, "202^Unsupported processing id", "Only production messages are taken")
    if not any(message.named("OBR")):
        return Verdict(Outcome.REJECTED, "100^Segment sequence error", "Missing required OBR segment")
    return TAKEN


def answer(message: Message | None, verdict: Verdict, now: Instant) -> bytes | None:
    """The acknowledgement without its frame; None where the sender wants none.

    Enhanced mode (MSH-15 or MSH-16 filled) gives a C code, original mode an A code. Who asks for an application
    acknowledgement alone gets that one; nobody gets two, and an acknowledgement is never acknowledged.
    """
    if message is None:
        return _written(Separators(), ["", "", "", ""], "ACK", "", "P", "2.6", "A", verdict, now)
    if message.kind.partition("^")[0] == "ACK":
        return None
    letter = _letter(message, verdict)
    if letter is None:
        return None
    header = message.header
    partners = [header.raw(number) for number in (5, 6, 3, 4)]
    signs = message.separators
    kind = signs.component.join(("ACK", header.parts(9)[2] or "R01", "ACK"))
    processing, version = header.raw(11) or "P", header.raw(12) or "2.6"
    return _written(signs, partners, kind, message.control_id, processing, version, letter, verdict, now)


def _letter(message: Message, verdict: Verdict) -> str | None:
    accept, application = message.header.raw(15), message.header.raw(16)
    if not accept and not application:
        return "A"
    if _wanted(accept or "NE", verdict):
        return "C"
    return "A" if _wanted(application or "NE", verdict) else None


def _wanted(condition: str, verdict: Verdict) -> bool:
    """Table 0155; what is not in it is read as always."""
    taken = verdict.outcome is Outcome.ACCEPTED
    return {"NE": False, "SU": taken, "ER": not taken}.get(condition, True)


def _written(
    signs: Separators,
    partners: list[str],
    kind: str,
    control_id: str,
    processing: str,
    version: str,
    letter: str,
    verdict: Verdict,
    now: Instant,
) -> bytes:
    """MSH, MSA and, where it was not accepted, ERR. Its own control id is the moment, which comes once."""
    field = signs.field
    at = to_datetime(now).strftime("%Y%m%d%H%M%S+0000")
    header = [f"MSH{field}{signs.declared}", *partners, at, "", kind, f"BW{now}", processing, version]
    lines = [header, ["MSA", letter + verdict.outcome.value, control_id]]
    if verdict.outcome is not Outcome.ACCEPTED:
        code = f"{verdict.code}^HL70357".replace("^", signs.component)
        lines.append(["ERR", "", "", code, "E", "", "", "", verdict.detail])
    return "".join(field.join(line) + "\r" for line in lines).encode()
