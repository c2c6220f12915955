"""Pseudo-terminals with devices at their ends, written byte by byte as this benchmark wants it."""

from __future__ import annotations

import os
import select
import tty
from time import perf_counter

from simulator.devices.nonin import Numerics, encode_packet
from simulator.devices.par_nibp import PLAIN, Result, status_text, sum_characters

ASKED_WITHIN_S = 3.0
QUESTION = bytes((PLAIN[0],)) + b"18;;" + sum_characters(b"18;;") + bytes((PLAIN[1],))


class Terminal:
    """One pseudo-terminal; the service opens `path`."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)

    def write(self, chunk: bytes) -> float:
        """Write; the moment before."""
        started = perf_counter()
        os.write(self._master, chunk)
        return started

    def read_until(self, wanted: bytes, within_s: float) -> bool:
        """Whether the service said `wanted` in time; what it said else is thrown away."""
        said, until = b"", perf_counter() + within_s
        while wanted not in said:
            left = until - perf_counter()
            if left <= 0 or not select.select([self._master], [], [], left)[0]:
                return False
            said += os.read(self._master, 4096)
        return True

    def close(self) -> None:
        """Pull the plug."""
        os.close(self._master)
        os.close(self._slave)


class CuffBoard(Terminal):
    """A PAR board that has just measured, as often as wanted."""

    def read_pressures(self, systolic: int, diastolic: int, mean: int) -> float | None:
        """One measurement: under way, over, asked for, told; the moment before its last byte. None: nobody asked."""
        self.write(_framed("050C0S3"))
        self.read_until(b"", 0)
        self.write(_framed("999"))
        if not self.read_until(QUESTION, ASKED_WITHIN_S):
            return None
        result = Result(pressures=(systolic, diastolic, mean), pulse=72)
        answer = _framed(status_text(1, neonate=False, cycle_min=0, result=result, next_s=None))
        self.write(answer[:-1])
        return self.write(answer[-1:])


class Oximeter(Terminal):
    """A Nonin oximeter: one frame of data format 2 at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._frames: list[bytes] = []
        self.told: int | None = None
        """SpO2 that the frames so far prove: of the last packet whose next one has begun with SYNC."""
        self._underway: int | None = None

    def step(self, spo2: int) -> float:
        """Write the next frame; the moment before. A new packet carries `spo2`."""
        if not self._frames:
            self.told, self._underway = self._underway, spo2
            numerics = Numerics(
                heart_rate=72, spo2=spo2, spo2_display=spo2, spo2_fast=spo2, spo2_beat=spo2, heart_rate_display=72
            )
            packet = encode_packet(numerics, [0] * 25, [100 + number for number in range(25)])
            self._frames = [packet[at : at + 5] for at in range(120, -1, -5)]
        return self.write(self._frames.pop())


def _framed(text: str) -> bytes:
    return bytes((PLAIN[0],)) + text.encode("ascii") + bytes((PLAIN[1],)) + b"\r"
