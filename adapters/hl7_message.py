"""HL7 v2 messages as segments, fields and components (protocols/hl7-fhir-ble.md, section 1). Pure.

Written here and not taken from the library `hl7`: that raises what it likes on a spoilt message, ends no segment at a
line feed, and takes 1.6 ms for the document's spot check where this takes less than a tenth of it. The tests and the
simulator use the library to check this reading from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MESSAGE_LIMIT: Final = 64 * 1024
"""Bytes of one message, without its frame."""

_SEGMENT_END: Final = re.compile(r"\r\n|\r|\n")
_ESCAPE_LIMIT: Final = 64
"""Characters between two escape signs; more is a sign that stands alone."""


class Unreadable(ValueError):
    """This is no HL7 v2 message; the text says why, without any of its content."""


@dataclass(frozen=True, slots=True)
class Separators:
    """What MSH-1 and MSH-2 declare."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @property
    def declared(self) -> str:
        """MSH-2."""
        return self.component + self.repetition + self.escape + self.subcomponent


class Segment:
    """One segment. Fields are counted as the standard does: MSH-1 is the separator itself."""

    __slots__ = ("_fields", "_separators", "name")

    def __init__(self, text: str, separators: Separators) -> None:
        self._separators = separators
        self._fields = text.split(separators.field)
        self.name = self._fields[0]
        if self.name == "MSH":
            self._fields.insert(1, separators.field)

    def raw(self, number: int) -> str:
        """Field `number` as it stands; empty where the segment is shorter, or says "deleted"."""
        text = self._fields[number] if number < len(self._fields) else ""
        return "" if text == '""' else text

    def repetitions(self, number: int) -> list[Components]:
        """Every repetition of field `number`; none of an empty one."""
        text = self.raw(number)
        return [Components(each, self._separators) for each in text.split(self._separators.repetition)] if text else []

    def parts(self, number: int) -> Components:
        """Components of the first repetition of field `number`."""
        return Components(self.raw(number).partition(self._separators.repetition)[0], self._separators)


class Components:
    """The components of one field, counted from 1, without their escapes."""

    __slots__ = ("_parts", "_separators")

    def __init__(self, text: str, separators: Separators) -> None:
        self._separators = separators
        self._parts = text.split(separators.component)

    def __getitem__(self, number: int) -> str:
        """Component `number`, its first filled subcomponent; empty where there is none."""
        if number > len(self._parts):
            return ""
        text = self._parts[number - 1]
        if self._separators.subcomponent in text:
            text = next((each for each in text.split(self._separators.subcomponent) if each.strip()), "")
        return unescaped(text, self._separators).strip()


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its header first."""

    separators: Separators
    segments: tuple[Segment, ...]

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    @property
    def kind(self) -> str:
        """Type and trigger of MSH-9, as `ORU^R01`."""
        parts = self.header.parts(9)
        return f"{parts[1]}^{parts[2]}"

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.header.raw(10)

    def named(self, name: str) -> Iterator[Segment]:
        """Every segment of this name, in order."""
        return (each for each in self.segments if each.name == name)

    def whereabouts(self) -> tuple[str, ...]:
        """What names the bed or the monitor, best first: bed and whole place of PV1-3, OBX-18, MSH-3. No patient's."""
        found = [name for visit in self.named("PV1") for name in (visit.parts(3)[3], visit.raw(3))]
        found += [row.parts(18)[1] for row in self.named("OBX") if row.raw(18)]
        return tuple(dict.fromkeys(name for name in (*found, self.header.parts(3)[1]) if name))


def parse(payload: bytes) -> Message:
    """The message in `payload`, which is without its frame.

    Segments end with CR; LF and CR LF are tolerated. The text is UTF-8, or where it is not, Latin 1: every reading
    has only ASCII in it.

    Raises:
        Unreadable: it is too long or does not begin with a header.
    """
    if len(payload) > MESSAGE_LIMIT:
        raise Unreadable(f"more than {MESSAGE_LIMIT} bytes")
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = payload.decode("latin-1")
    text = text.lstrip("\r\n")
    if not text.startswith("MSH") or len(text) < 8:
        raise Unreadable("it does not begin with MSH")
    separators = _declared(text[3:])
    segments = tuple(Segment(line, separators) for line in _SEGMENT_END.split(text) if line.strip())
    return Message(separators, segments)


def _declared(text: str) -> Separators:
    """The separators of a header, `text` beginning with MSH-1. What MSH-2 leaves out is as usual."""
    field, said = text[0], text[1:].partition(text[0])[0]
    usual = Separators()
    # Since 2.7 a fifth one, for truncation, may follow.
    signs = (said + usual.declared[len(said) :])[:4]
    if not 1 <= len(said) <= 5 or len({field, *signs}) < 5 or any(map(_is_word, field + signs)):
        raise Unreadable("MSH does not declare its separators")
    return Separators(field, *signs)


def unescaped(text: str, separators: Separators) -> str:
    r"""`text` with `\F\ \S\ \T\ \R\ \E\` and `\X0D\` replaced; highlighting and the like is left out."""
    sign = separators.escape
    if sign not in text:
        return text
    out: list[str] = []
    while sign in text:
        plain, _, rest = text.partition(sign)
        inside, closed, behind = rest.partition(sign)
        if not closed or len(inside) > _ESCAPE_LIMIT:
            return "".join((*out, plain, sign, rest))
        out += (plain, _meaning(inside, separators))
        text = behind
    return "".join((*out, text))


def _meaning(inside: str, separators: Separators) -> str:
    match inside[:1]:
        case "F" if inside == "F":
            return separators.field
        case "S" if inside == "S":
            return separators.component
        case "T" if inside == "T":
            return separators.subcomponent
        case "R" if inside == "R":
            return separators.repetition
        case "E" if inside == "E":
            return separators.escape
        case "X":
            try:
                return bytes.fromhex(inside[1:]).decode("latin-1")
            except ValueError:
                return ""
        case _:
            return ""


def _is_word(character: str) -> bool:
    return character.isalnum() or character.isspace()
