"""What a serial receiver makes of a line that runs at another speed."""

from __future__ import annotations

DATA_BITS = 8


def misread(data: bytes, sent_baud: int, read_baud: int, gap_bits: int = 0) -> bytes:
    """8N1 at `sent_baud`, sampled in the middle of each bit at `read_baud`; a missing stop bit is passed over.

    That is how the kernel hands bytes out on a line without parity. `gap_bits` of rest follow each byte sent.
    """
    levels: list[int] = [1]
    for byte in data:
        levels += [0, *(byte >> place & 1 for place in range(DATA_BITS)), *([1] * (1 + gap_bits))]
    levels += [1] * 20
    length, step = len(levels), sent_baud / read_baud

    def level(at: float) -> int:
        return levels[int(at)]

    got = bytearray()
    at = 0.0
    last = length - (DATA_BITS + 2) * step - 1
    while at < last:
        if level(at):
            at += step / 16  # receivers look 16 times a bit for the edge
            continue
        bits = [level(at + (1.5 + place) * step) for place in range(DATA_BITS)]
        got.append(sum(bit << place for place, bit in enumerate(bits)))
        at += 9.5 * step
        while at < last and not level(at):
            at += step / 16  # no new byte begins before the line has been at rest
    return bytes(got)
