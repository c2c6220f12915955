"""Asking a 9560 or a 3150 for a data format (pulse-oximeters, section 4a). Only where the site file says so.

The device keeps what it is told over a power-off, and it answers only in the first 5 s after connecting. Nothing here
waits for its answer: whether it obeyed shows in what it sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec

from adapters.driver import Dialogue
from adapters.framing import sum_mod_256
from adapters.reading import Fault, Reading
from config.instant import SECOND, Duration, Instant

SET_FORMAT: Final = bytes.fromhex("70")
DATA_FORMAT: Final = bytes.fromhex("02")
AGAIN: Final[Duration] = 2 * SECOND
"""After that the command is repeated once, still in the first 5 s, unless the device already speaks as wanted."""

Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]


@dataclass(frozen=True, slots=True)
class SelectOptions:
    """Options of `nonin-df2` and `nonin-df7`.

    Attributes:
        select: the model to be switched to this driver's format when it connects; `no`: nothing is ever sent.
        activation: of a 3150 alone [C]: 0x20 has Bluetooth on at power-up, 0x01 is what OpenICE adds, 0 works too.
    """

    select: Literal["no", "9560", "3150"] = "no"
    activation: Byte = 0


@dataclass(frozen=True, slots=True)
class SpotCheckOptions:
    """Options of `nonin-df13`.

    Attributes:
        select: `9560`: it is switched to format 13, its factory setting, when it connects; `no`: nothing is ever sent.
    """

    select: Literal["no", "9560"] = "no"


def set_format(model: Literal["9560", "3150"], data_format: int, activation: int = 0) -> bytes:
    """The command of section 4a: STX, opcode, length, data, ETX; the 3150's carries activation and a sum."""
    data = DATA_FORMAT + bytes((data_format,))
    if model == "9560":
        body = SET_FORMAT + bytes((len(data),)) + data
    else:
        body = SET_FORMAT + bytes((len(data) + 2,)) + data + bytes((activation,))
        body += bytes((sum_mod_256(body),))
    return b"\x02" + body + b"\x03"


class FormatDialogue:
    """Implements `adapters.driver.Dialogue`: `words` when the link comes up, once more soon after. Starts nothing."""

    def __init__(self, words: bytes) -> None:
        self._words = words
        self._again: Instant | None = None

    def opened(self, now: Instant) -> bytes:
        """Ask for the format."""
        self._again = now + AGAIN if self._words else None
        return self._words

    def tick(self, now: Instant) -> bytes:
        """Ask a second time."""
        if self._again is None or now < self._again:
            return b""
        self._again = None
        return self._words

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """A reading is the format wanted: there is nothing to ask any more."""
        if not isinstance(reading, Fault):
            self._again = None
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """An oximeter measures by itself."""
        return b""

    def cancel_measurement(self, now: Instant) -> bytes:
        """An oximeter measures by itself."""
        return b""

    def next_deadline(self) -> Instant | None:
        """When the second question is due."""
        return self._again


def dialogue_for(data_format: int, options: SelectOptions | SpotCheckOptions) -> Dialogue:
    """The dialogue that asks for `data_format`; one that never says a word unless the options name a model."""
    match options:
        case SelectOptions(select="3150"):
            return FormatDialogue(set_format("3150", data_format, options.activation))
        case SelectOptions(select="9560") | SpotCheckOptions(select="9560"):
            return FormatDialogue(set_format("9560", data_format))
        case _:
            return FormatDialogue(b"")
