"""The payload as something that paths lead into: JSON, text in parts, or bytes. Never raises but Unreadable."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum

PAYLOAD_LIMIT = 64 * 1024
"""Bytes; a gateway's list of twenty devices has some thousands."""


class Unreadable(Exception):
    """Why a message gives no reading. Never leaves the package."""


class Form(StrEnum):
    """How the payload is written."""

    JSON = "json"
    NUMBER = "number"
    """One bare number, or a word that means none."""
    TEXT = "text"
    """Text; with `separator` its parts by index: `[0]`."""
    PAIR = "pair"
    """`128/82`: text in parts, with the separator / unless told otherwise."""
    HEX = "hex"
    BASE64 = "base64"
    BINARY = "binary"
    """Bytes by index; a value's `number` says how many and how."""
    SPARKPLUG = "sparkplug"


@dataclass(frozen=True, slots=True)
class Payload:
    """The form, and what separates the parts of a text."""

    form: Form = Form.JSON
    separator: str | None = None

    def read(self, data: bytes) -> object:
        """What paths lead into.

        Raises:
            Unreadable: with the reason.
        """
        try:
            match self.form:
                case Form.BINARY:
                    return data
                case Form.HEX:
                    return bytes.fromhex(data.decode("ascii").strip().removeprefix("0x"))
                case Form.BASE64:
                    return base64.b64decode(data.strip(), validate=True)
                case Form.JSON:
                    # Programs in Python write NaN and Infinity; both mean that there is no value.
                    return json.loads(data.decode("utf-8"), parse_constant=lambda word: "nan")
                case _:
                    text = data.decode("utf-8").strip()
        except RecursionError:
            raise Unreadable("nested too deeply") from None
        except (ValueError, binascii.Error) as error:
            reason = str(error) if isinstance(error, json.JSONDecodeError) else f"not {self.form.value}"
            raise Unreadable(f"payload is no {self.form.value}: {reason}") from None
        if self.separator is None:
            return text
        parts = [part.strip() for part in text.split(self.separator)]
        if self.form is Form.PAIR and len(parts) > 2:
            raise Unreadable(f"payload has {len(parts)} parts, not a pair")
        return parts
