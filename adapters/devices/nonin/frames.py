"""Good frames of formats 2 and 7 in the bytes (pulse-oximeters, sections 2 and 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from adapters.devices.nonin import control
from adapters.devices.nonin.packet import FRAME, Frame, PacketAssembly
from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit, Wait, sum_mod_256
from adapters.reading import Fault, FaultKind, Reading

START: Final = 0x01


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a frame of five bytes stand: FLOAT is the fourth, the sum of the others the last.

    Attributes:
        status: position of STATUS; what precedes it is the start byte.
        pleth: position of the waveform; it reaches up to FLOAT, most significant byte first.
        trust: good frames in a row that make the link good; as many bad ones in a row unmake it.
    """

    status: int
    pleth: int
    trust: int


DF2: Final = Layout(status=1, pleth=2, trust=3)
DF7: Final = Layout(status=0, pleth=1, trust=5)

CHECKSUM: Final = Noise(FaultKind.CHECKSUM)
GARBAGE: Final = Noise(FaultKind.GARBAGE)


class FrameDecoder:
    """Frames of one layout at 75 Hz, put together to packets.

    The head of a frame is common as pleth and float value, so a frame off the beat of five bytes counts only as the
    first of several good ones; on the beat of a good link one right sum is enough.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._scanner: Scanner[Frame | None] = Scanner(self._judge, layout.trust * FRAME + control.DATA_LIMIT)
        self._packets = PacketAssembly()
        self._linked = False
        self._controls = 0

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._assemble(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return [*self._assemble(self._scanner.finish()), *self._packets.finish()]

    def _assemble(self, units: Iterator[Framed[Frame | None] | Fault]) -> Iterator[Reading | Fault]:
        for unit in units:
            if isinstance(unit, Fault):
                yield from self._packets.lose(unit.offset, unit.discarded)
                yield unit
            elif unit.value is not None:
                frame = unit.value
                yield from self._packets.add(Frame(unit.offset, frame.status, frame.pleth, frame.value))

    def _judge(self, data: bytearray, at: int, end: int, skipped: int) -> Judgement[Frame | None]:
        if not skipped and self._controls < control.IN_A_ROW:
            length = control.answer_length(data, at, end)
            if length is MORE:
                return MORE
            if length is not None:
                self._controls += 1
                return Unit(length, None)
        wrong = self._look(data, at, end)
        if wrong is not None:
            return wrong
        trust = self._layout.trust
        on_beat = self._linked and skipped < trust * FRAME and skipped % FRAME == 0
        if not on_beat:
            for following in range(1, trust):
                wrong = self._look(data, at + following * FRAME, end)
                if wrong is MORE:
                    return MORE
                if wrong is not None:
                    return Noise(FaultKind.FRAMING, f"fewer than {trust} good frames in a row")
        self._linked = True
        self._controls = 0
        pleth = int.from_bytes(data[at + self._layout.pleth : at + 3])
        # The offset is the scanner's to know; it is put in on the way out.
        return Unit(FRAME, Frame(0, data[at + self._layout.status], pleth, data[at + 3]))

    def _look(self, data: bytearray, at: int, end: int) -> Noise | Literal[Wait.MORE] | None:
        """What speaks against a frame at `at`, MORE while that is open; None: it is a good one."""
        if at >= end:
            return MORE
        status = self._layout.status
        if status and data[at] != START:
            return GARBAGE
        if end - at <= status:
            return MORE
        if not data[at + status] & 0x80:
            return GARBAGE
        if end - at < FRAME:
            return MORE
        return None if sum_mod_256(data[at : at + 4]) == data[at + 4] else CHECKSUM


class Df2Decoder(FrameDecoder):
    """Data format 2: 01, STATUS, PLETH, FLOAT, CHK."""

    def __init__(self, options: object = None) -> None:
        super().__init__(DF2)


class Df7Decoder(FrameDecoder):
    """Data format 7: STATUS, PLETH in two bytes, FLOAT, CHK.

    Without a start byte a wrong offset passes one frame with a chance of 1/512, hence five in a row. That SYNC stands
    25 frames apart before numerics are released is what a packet asks for anyway.
    """

    def __init__(self, options: object = None) -> None:
        super().__init__(DF7)
