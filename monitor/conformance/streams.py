"""Bytes to try a decoder with: pieces of its own captures, spoilt and mixed with noise, and cuts through them."""

from __future__ import annotations

import random
from collections.abc import Sequence


def bytewise(data: bytes) -> list[bytes]:
    """The stream in chunks of one byte."""
    return [data[at : at + 1] for at in range(len(data))]


def pieces(stream: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The stream cut at these places, in ascending order."""
    return [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


def some_cuts(chance: random.Random, length: int) -> list[int]:
    """Up to ten places to cut a stream at."""
    return sorted(chance.randint(0, length) for _ in range(chance.randint(1, 10)))


def spoilt_pieces(chance: random.Random, pool: Sequence[bytes]) -> bytes:
    """Pieces of the inputs in the pool, single bytes of them changed, lost or doubled, noise between them."""
    out = bytearray()
    for _ in range(chance.randint(0, 5)):
        source = chance.choice(pool) if pool else b""
        start = chance.randint(0, len(source))
        piece = bytearray(source[start : start + chance.randint(0, 300)])
        for _ in range(chance.randint(0, 2)):
            if piece:
                at = chance.randrange(len(piece))
                piece[at : at + 1] = chance.randbytes(chance.randint(0, 2))
        out += piece
        out += chance.randbytes(chance.randint(0, 40))
    return bytes(out)
