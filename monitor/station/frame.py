"""One message for many pages: encoded once, each page's `seq` spliced in front of the shared text."""

from __future__ import annotations

import msgspec

from monitor.station import wire

_ENCODER = msgspec.json.Encoder()


class Frame:
    """A stream message without its number. Costs one encoding however many pages get it."""

    __slots__ = ("_head", "_tail")

    def __init__(self, message: wire.ToPage) -> None:
        """`message.seq` must be 0: it is only a place for the page's own number."""
        text = _ENCODER.encode(message).decode()
        # The contract's structs put `type` first and `seq` second; the split finds exactly that 0.
        head, _, self._tail = text.partition('"seq":0')
        self._head = f'{head}"seq":'

    def text(self, seq: int) -> str:
        """The JSON text with this number."""
        return f"{self._head}{seq}{self._tail}"
