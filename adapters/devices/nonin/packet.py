"""Twenty-five frames of formats 2 and 7 to one packet (protocols/pulse-oximeters.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.reading import Fault, FaultKind, OximeterReading, PlethChunk, Reading
from config.vocabulary import Flag

FRAME: Final = 5
PACKET: Final = 25
RATE_HZ: Final = 75.0

# STATUS bits.
SYNC: Final = 0x01
PERFUSION: Final = 0x06
RED: Final = 0x04
SNSA: Final = 0x08
OOT: Final = 0x10
ARTF: Final = 0x20
SNSD: Final = 0x40

# Positions in the packet, counted from 0 (the document counts frames from 1).
STAT2: Final = 7
SPO2_D: Final = 8
HR_D_MSB: Final = 19
HR_D_LSB: Final = 20

NO_SPO2: Final = 127
NO_HR: Final = 511
STAT2_LOW_BATTERY: Final = 0x01


@dataclass(frozen=True, slots=True)
class Frame:
    """One 75th of a second: status bits, pleth sample, and the byte whose meaning goes by the frame's number."""

    offset: int
    status: int
    pleth: int
    value: int


class PacketAssembly:
    """Twenty-five frames to one set of numerics and one piece of pleth; formats 2 and 7.

    A packet begins at SYNC. A lost frame takes its place as a missing sample, so that the 75 Hz time base holds,
    and costs the packet its numerics. A SYNC too early or too late costs the packet whole: an MSB is never
    combined with the LSB of another packet. Whether SYNC is late shows only in the frame after the 25th, so a
    packet goes out with that frame: 13 ms later, but never with values read from wrong places. Behind a bridge that
    bunches exactly 25 frames that frame comes with the next bunch, 333 ms later. Is that very frame lost, then the
    packet waits for the next SYNC, a third of a second; SYNC right behind the noise proves it too.
    """

    def __init__(self) -> None:
        self._synced = False
        self._waiting_since: int | None = None
        self._waited = 0
        self._held: list[tuple[Reading, ...]] = []
        self._held_good = 0
        self._held_offset = 0
        self._begin()

    def add(self, frame: Frame) -> Iterator[Reading | Fault]:
        """Take the next good frame."""
        sync = bool(frame.status & SYNC)
        full = len(self._samples) == PACKET
        if full:
            self._hold()
        if sync and not self._good:
            yield from self._release()
        elif sync:
            yield from self._abandon("SYNC came early")
        elif full or not self._synced:
            yield from self._abandon("SYNC did not come after frame 25")
        if not self._samples:
            self._synced = sync
        if not self._synced:
            yield from self._wait(frame.offset)
            return
        yield from self._end_wait()
        self._values[len(self._samples)] = frame.value
        self._status |= frame.status
        self._red |= frame.status & PERFUSION == RED
        self._place(frame.pleth, frame.offset)

    def lose(self, offset: int, discarded: int) -> Iterator[Reading | Fault]:
        """`discarded` bytes from `offset` on belonged to no good frame."""
        if not self._synced:
            yield from self._end_wait()
            yield from self._abandon("noise in the place of SYNC")
            return
        frames = (discarded + FRAME // 2) // FRAME
        if len(self._samples) + frames > PACKET and self._held:
            yield from self._abandon("noise in the place of SYNC")
            self._synced = False
        elif frames >= PACKET:
            if len(self._samples) == PACKET:
                self._hold()
            else:
                yield from self._abandon("a packet's length was lost")
            self._synced = False
        else:
            for lost in range(frames):
                if len(self._samples) == PACKET:
                    self._hold()
                self._place(None, offset + lost * FRAME)

    def finish(self) -> Iterator[Reading | Fault]:
        """The stream is over."""
        yield from self._end_wait()
        if len(self._samples) == PACKET:
            self._hold()
        if not self._good:
            yield from self._release()
        yield from self._abandon("the stream ended inside a packet")

    def _begin(self) -> None:
        self._offset = 0
        self._samples: list[int | None] = []
        self._values = bytearray(PACKET)
        self._status = 0
        self._red = False

    def _place(self, sample: int | None, offset: int) -> None:
        if not self._samples:
            self._offset = offset
        self._samples.append(sample)

    def _hold(self) -> None:
        """Keep the full packet until SYNC has proved its place."""
        pleth = PlethChunk(self._offset, RATE_HZ, tuple(self._samples))
        self._held_offset = self._held_offset if self._held else self._offset
        self._held.append((pleth,) if None in self._samples else (self._numerics(), pleth))
        self._held_good += self._good
        self._begin()

    def _release(self) -> Iterator[Reading]:
        for items in self._held:
            yield from items
        self._held.clear()
        self._held_good = 0
        self._begin()

    @property
    def _good(self) -> int:
        return len(self._samples) - self._samples.count(None)

    def _numerics(self) -> OximeterReading:
        values, status = self._values, self._status
        flags = {
            flag
            for flag, present in (
                (Flag.SENSOR_OFF, status & SNSD),
                (Flag.NO_FINGER, status & SNSA),
                (Flag.OUT_OF_TRACK, status & OOT),
                (Flag.ARTIFACT, status & ARTF),
                (Flag.LOW_PERFUSION, self._red),
                # Units without STAT2 (OEM III, iPod) send 0 there.
                (Flag.BATTERY_LOW, values[STAT2] & STAT2_LOW_BATTERY),
            )
            if present
        }
        spo2 = values[SPO2_D] & 0x7F
        pulse_rate = (values[HR_D_MSB] & 0x03) << 7 | values[HR_D_LSB] & 0x7F
        live = not status & (SNSA | SNSD)
        return OximeterReading(
            offset=self._offset,
            spo2=float(spo2) if live and spo2 != NO_SPO2 else None,
            pulse_rate=float(pulse_rate) if live and pulse_rate != NO_HR else None,
            flags=frozenset(flags),
        )

    def _abandon(self, why: str) -> Iterator[Fault]:
        """Give up all that SYNC has not proved; the lost frames in it have been reported already."""
        offset = self._held_offset if self._held else self._offset
        good = self._held_good + self._good
        if good:
            yield Fault(offset, FaultKind.INCOMPLETE, good * FRAME, why)
        self._held.clear()
        self._held_good = 0
        self._begin()

    def _wait(self, offset: int) -> Iterator[Fault]:
        if self._waiting_since is None:
            self._waiting_since = offset
        self._waited += 1
        if self._waited == PACKET:
            yield from self._end_wait()

    def _end_wait(self) -> Iterator[Fault]:
        if self._waiting_since is not None:
            yield Fault(self._waiting_since, FaultKind.INCOMPLETE, self._waited * FRAME, "frames before SYNC")
            self._waiting_since = None
            self._waited = 0
