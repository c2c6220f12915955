"""What may be shown of a payload: an allow-list of keys (mqtt-payloads, section 6, row 13).

Gateways send names, citizen numbers and birth dates in clear. A reading holds mapped values only; these functions are
for the two places where a payload itself is kept: the remark on one that could not be used, and a raw capture.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

EXCERPT = 160
MASKED_LINE = re.compile(rb"[^\r\n]+")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s"{}\[\]:,]+|[{}\[\]:,]')
_NUMBER = re.compile(r"[\d.,:/+\- ]*|nan|--")


def excerpt(document: object, shown: frozenset[str]) -> str:
    """The allowed part of a payload, shortened, in ASCII. Text that is no number is left out whole."""
    if isinstance(document, Mapping | list):
        try:
            kept = _kept(document, shown)
            text = json.dumps(kept, separators=(",", ":")) if kept else ""
        except RecursionError:
            # What could just be read as JSON may be too deep to be walked through.
            text = ""
    elif isinstance(document, str) and _NUMBER.fullmatch(document):
        text = ascii(document)
    else:
        text = ""
    return text if len(text) <= EXCERPT else text[: EXCERPT - 3] + "..."


def _kept(found: object, shown: frozenset[str]) -> object:
    """Tables without the keys that are not allowed; a table or list that is left empty goes, too."""
    if isinstance(found, Mapping):
        inner = {key: _kept(value, shown) for key, value in found.items() if _leads_on(value) or key in shown}
        return {key: value for key, value in inner.items() if value not in ({}, [])}
    if isinstance(found, list):
        # A bare text in a list has no key that allows it.
        return [
            each
            for each in (_kept(each, shown) for each in found[:8] if not isinstance(each, str))
            if each not in ({},)
        ]
    return found


def _leads_on(value: object) -> bool:
    return isinstance(value, Mapping | list)


def mask_lines(capture: bytes, shown: frozenset[str], words: frozenset[str]) -> bytes:
    """Recorded messages, one `topic SP payload` a line, as long as before: every letter and digit that no key of
    `shown` allows is made unreadable, in topics every level that is not one of `words`."""
    return MASKED_LINE.sub(lambda line: _masked_line(line[0], shown, words), capture)


def _masked_line(line: bytes, shown: frozenset[str], words: frozenset[str]) -> bytes:
    topic, space, payload = line.partition(b" ")
    levels = [level if level.decode("utf-8", "replace") in words else _unreadable(level) for level in topic.split(b"/")]
    head = payload.lstrip()[:1]
    if head not in (b"{", b"["):
        return b"/".join(levels) + space + (payload if _plain(payload) else _unreadable(payload))
    return b"/".join(levels) + space + _masked_json(payload, shown)


def _masked_json(payload: bytes, shown: frozenset[str]) -> bytes:
    """Keys stay, values stay where the key that they belong to is shown; lists belong to the key before them."""
    key: list[str] = [""]
    tokens = list(_TOKEN.finditer(payload))

    def token(found: re.Match[bytes], following: bytes) -> bytes:
        text = found[0]
        if text in b"{}[]:,":
            return text
        if following == b":":
            key[0] = text.strip(b'"').decode("utf-8", "replace")
            return text
        if key[0] in shown or text in (b"null", b"true", b"false", b"NaN"):
            return text
        return _unreadable(text)

    out = bytearray()
    position = 0
    for number, found in enumerate(tokens):
        following = tokens[number + 1][0] if number + 1 < len(tokens) else b""
        out += payload[position : found.start()] + token(found, following)
        position = found.end()
    return bytes(out + payload[position:])


def _plain(payload: bytes) -> bool:
    """A number, a pair of them, or a word that every publisher uses."""
    text = payload.decode("utf-8", "replace").strip().lower()
    return text in ("online", "offline") or _NUMBER.fullmatch(text) is not None


def _unreadable(text: bytes) -> bytes:
    masked: Callable[[re.Match[bytes]], bytes] = lambda found: b"0" if found[0].isdigit() else b"x"  # noqa: E731
    return re.sub(rb"[0-9A-Za-z\x80-\xff]", masked, text)
