"""One value of a message: where it stands, what means none, how it becomes the number we use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Final, NamedTuple

from adapters.devices.mqtt_mapped.payload import Unreadable
from adapters.devices.mqtt_mapped.place import MISSING, Path, Place, first_found, read_paths
from adapters.devices.mqtt_mapped.table import Table

NO_VALUE_WORDS: Final = frozenset(
    {"", "nan", "--", "-", "---", "null", "none", "n/a", "na", "unknown", "unavailable", "undefined"}
)
LARGEST: Final = 1e15
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][+-]?\d{1,2})?", re.ASCII)

NO_VALUE_NUMBERS: Final[Mapping[str, frozenset[float]]] = {
    "spo2": frozenset({0, 127, 255, 511, -1, -100}),
    # 127 is a pulse as good as any other: only where a mapping says so does it mean none.
    "pulse_rate": frozenset({0, 255, 511, -1, -100}),
    "perfusion_index": frozenset({-1, -100}),
    "systolic": frozenset({0, 511, -1, -100}),
    "diastolic": frozenset({0, 511, -1, -100}),
    "mean": frozenset({0, 511, -1, -100}),
    "battery": frozenset({127, 255, -1, -100}),
}
"""What means "no value" unless the mapping's `none` says otherwise (mqtt-payloads, section 6, row 6)."""


class ByteNumber(StrEnum):
    """How a number is written in bytes."""

    U8 = "u8"
    I8 = "i8"
    U16LE = "u16le"
    U16BE = "u16be"
    I16LE = "i16le"
    I16BE = "i16be"
    SFLOAT = "sfloat"
    """Two bytes, low first: 12 bits of number, 4 of power of ten (IEEE 11073-20601)."""


class Seen(NamedTuple):
    """What was found: whether the key is there at all, and the value; None: there is none."""

    there: bool
    value: float | None


@dataclass(frozen=True, slots=True)
class ValueRule:
    """How one value is read. After the number: `number * scale + add`, rounded to `decimals`."""

    name: str
    paths: tuple[Path, ...]
    scale: float
    add: float
    decimals: int
    decimal_comma: bool
    none: frozenset[float]
    words: Mapping[str, float]
    between: tuple[float, float] | None
    part: tuple[str, int] | None
    number: ByteNumber | None

    def read(self, place: Place) -> Seen:
        """The value in a message.

        Raises:
            Unreadable: something stands there that is neither a number nor a word for none.
        """
        found = self._bytes(place) if self.number is not None else first_found(self.paths, place)
        if found is MISSING:
            return Seen(False, None)
        if self.part is not None and isinstance(found, str):
            separator, index = self.part
            parts = found.split(separator)
            found = parts[index] if index < len(parts) else ""
        raw = self._raw(found)
        if raw is None or raw in self.none:
            return Seen(True, None)
        value = round(raw * self.scale + self.add, self.decimals)
        if self.between is not None and not self.between[0] <= value <= self.between[1]:
            raise Unreadable(f"{self.name} {value:g} is not between {self.between[0]:g} and {self.between[1]:g}")
        return Seen(True, value)

    def _raw(self, found: object) -> float | None:
        if found is None:
            return None
        word = str(found).lower() if isinstance(found, bool) else found.strip() if isinstance(found, str) else None
        if word is not None:
            if word in self.words:
                return self.words[word]
            if word.lower() in NO_VALUE_WORDS:
                return None
            text = word.replace(",", ".") if self.decimal_comma else word
            if not isinstance(found, bool) and _NUMBER.fullmatch(text) and abs(float(text)) < LARGEST:
                return float(text)
        elif isinstance(found, int | float) and abs(found) < LARGEST:
            return float(found)
        raise Unreadable(f"{self.name}: {_shape(found)} is no number; the mapping's words and none say what else it is")

    def _bytes(self, place: Place) -> object:
        """The number at the byte that the path leads to."""
        (path,) = self.paths
        *before, index = path.steps
        data = Path(path.text, path.start, tuple(before)).find(place)
        if not isinstance(data, bytes) or not isinstance(index, int) or self.number is None:
            return MISSING
        size = 1 if self.number in (ByteNumber.U8, ByteNumber.I8) else 2
        piece = data[index : index + size]
        if len(piece) < size:
            return MISSING
        if self.number is ByteNumber.SFLOAT:
            return _sfloat(int.from_bytes(piece, "little"))
        big, signed = self.number.endswith("be"), self.number.startswith("i")
        return int.from_bytes(piece, "big" if big else "little", signed=signed)


def read_value(name: str, content: object, table: Table) -> ValueRule:
    """A value as the mapping gives it: a path, several alternatives, or a table with `path` and how to convert it."""
    if isinstance(content, str | list):
        own = Table({"path": content}, table.at(name))
    elif isinstance(content, Mapping):
        own = Table(content, table.at(name))
    else:
        raise table.wrong(name, f"wants a path, a list of paths or a table with path, not {content!r}")
    paths = read_paths(own)
    separator, index = own.text("separator"), own.whole("part")
    if (separator is None) is not (index is None) or (index is not None and index < 0):
        raise own.wrong("part", "separator and part belong together: the text that separates, and which part, from 0")
    number = own.word("number", ByteNumber)
    if number is not None and (len(paths) > 1 or not paths[0].steps or not isinstance(paths[0].steps[-1], int)):
        raise own.wrong("number", "is for bytes: the path ends in the index of the first one, as in $[1]")
    decimals = own.whole("decimals")
    if decimals is not None and not 0 <= decimals <= 6:
        raise own.wrong("decimals", f"wants 0 to 6, not {decimals}")
    rule = ValueRule(
        name=name,
        paths=paths,
        scale=own.number("scale", 1.0),
        add=own.number("add", 0.0),
        decimals=6 if decimals is None else decimals,
        decimal_comma=own.truth("decimal_comma"),
        none=_numbers(own, "none", NO_VALUE_NUMBERS.get(name, frozenset())),
        words=_words(own),
        between=_between(own),
        part=None if separator is None or index is None else (separator, index),
        number=number,
    )
    own.done()
    return rule


def _numbers(table: Table, key: str, usual: frozenset[float]) -> frozenset[float]:
    value = table.take(key)
    if value is None:
        return usual
    if not isinstance(value, list) or not all(_is_number(each) for each in value):
        raise table.wrong(key, f"wants a list of the numbers that mean no value, not {value!r}")
    return frozenset(map(float, value))


def _words(table: Table) -> dict[str, float]:
    own = table.table("words")
    if own is None:
        return {}
    value = table.take("words")
    if not all(_is_number(each) for each in value.values()):
        raise table.wrong("words", "wants words with their numbers, as in {low = 1, high = 2}")
    return {str(word): float(number) for word, number in value.items()}


def _between(table: Table) -> tuple[float, float] | None:
    value = table.take("between")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)) or value[0] > value[1]:
        raise table.wrong("between", f"wants the lowest and the highest number, as in [40, 300], not {value!r}")
    return float(value[0]), float(value[1])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _shape(found: object) -> str:
    """What was found, without telling it: it may be anything, a name too."""
    names = {bool: "true or false", str: "a text", list: "a list", dict: "a table"}
    return names.get(type(found), "a number far too large")


def _sfloat(raw: int) -> float | None:
    mantissa, exponent = raw & 0x0FFF, raw >> 12
    if mantissa in (0x07FE, 0x07FF, 0x0800, 0x0801, 0x0802):
        return None  # infinities, not a number, not at this resolution, reserved
    mantissa -= (mantissa & 0x0800) << 1
    exponent -= (exponent & 0x8) << 1
    return round(mantissa * 10.0**exponent, 8)
