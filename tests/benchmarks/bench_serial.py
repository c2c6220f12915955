"""Last byte on a serial line to alarm on a page's WebSocket, every alarm durable first.

    python -m tests.benchmarks.bench_serial

The product's own command in a process of its own reads pseudo-terminals; this process is the devices and the page.

`cuff`: a PAR board tells a low systolic pressure; the alarm has no condition delay. From the last byte of its answer.
`oximeter`: Nonin oximeters at 75 frames a second fall below 85 %; from the frame that completes what the decoder
needs (the first of the next packet, whose SYNC proves the packet before: 13 ms after the packet's own last byte on
a real line), less the condition delay of SPO2_CRIT.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from heapq import heapify, heappop, heappush
from time import perf_counter

from tests.benchmarks.rig.figures import spread
from tests.benchmarks.rig.page import Page
from tests.benchmarks.rig.service import service
from tests.benchmarks.rig.terminals import CuffBoard, Oximeter, Terminal
from tests.benchmarks.rig.ward import bed_id, bed_text, head

BOARDS = 8
READINGS = 200
OXIMETERS = 16
LENGTH_S = 38.0
FRAME_S = 1 / 75
DELAY_S = 5.0
"""Condition delay of SPO2_CRIT in the shipped preset."""
LOW, CALM = 84, 90
LOW_S, CYCLE_S = 7.0, 18.0
"""Long enough for the alarm; then long enough for it to clear, which takes 10 s."""
LOST_S = 5.0


def cuffs(page: Page, boards: Sequence[CuffBoard]) -> tuple[list[float], int]:
    """Seconds from last byte to alarm, and how many never came."""
    chance = random.Random(1)
    taken, lost = [], 0
    for number in range(READINGS):
        bed = number % len(boards)
        page.alarms(perf_counter() + chance.uniform(0.01, 0.08))
        started = boards[bed].read_pressures(86, 50, 62)
        arrived = _arrival(page, bed, "SBP_LOW", "ACTIVE")
        if started is None or arrived is None:
            lost += 1
        else:
            taken.append(arrived - started)
        boards[bed].read_pressures(120, 80, 93)
        _arrival(page, bed, "SBP_LOW", "CLOSED")
    return taken, lost


def oximeters(page: Page, devices: Sequence[Oximeter]) -> tuple[list[float], int]:
    """Seconds beyond the condition delay, and how many alarms never came."""
    begin = perf_counter()
    # Each device in its own phase of the story and of the packet.
    due = [(begin + number * CYCLE_S / len(devices) + number * 0.0017, number) for number in range(len(devices))]
    births = {number: at for at, number in due}
    heapify(due)
    onsets: dict[str, float] = {}
    taken: list[float] = []
    while perf_counter() < begin + LENGTH_S:
        at, number = due[0]
        for arrived, alarm in page.alarms(at):
            if alarm.alarm == "SPO2_CRIT" and alarm.state == "ACTIVE" and alarm.bed in onsets:
                taken.append(arrived - onsets.pop(alarm.bed) - DELAY_S)
        if perf_counter() < at:
            continue
        heappop(due)
        heappush(due, (at + FRAME_S, number))
        device, phase = devices[number], (at - births[number]) % CYCLE_S
        before = device.told
        # No fall begins that could not last.
        low = 1 <= phase < 1 + LOW_S and at - phase + 1 + LOW_S < begin + LENGTH_S
        started = device.step(LOW if low else CALM)
        if device.told == LOW and before != LOW:
            onsets[bed_id(number)] = started
    return taken, len(onsets)


def _arrival(page: Page, bed: int, name: str, state: str) -> float | None:
    deadline = perf_counter() + LOST_S
    while alarms := page.alarms(deadline):
        for arrived, alarm in alarms:
            if (alarm.bed, alarm.alarm, alarm.state, alarm.durable) == (bed_id(bed), name, state, True):
                return arrived
    return None


@contextmanager
def ward(driver: str, terminals: Sequence[Terminal]) -> Iterator[Page]:
    """A service with a patient and one of the terminals at each bed; a page that looks on."""
    parts = [head(0)]
    for number, terminal in enumerate(terminals):
        parts.append(bed_text(number))
        parts.append(
            f'[[device]]\nid = "dev-{number}"\nbed = "{bed_id(number)}"\ndriver = "{driver}"\n'
            f'url = "serial://{terminal.path}"\n'
        )
    with service("".join(parts)) as running:
        running.open_sessions([bed_id(number) for number in range(len(terminals))])
        with closing(running.page()) as page:
            yield page
    for terminal in terminals:
        terminal.close()


def main() -> None:
    """Print the figures."""
    boards = [CuffBoard() for _ in range(BOARDS)]
    with ward("par-nibp", boards) as page:
        taken, lost = cuffs(page, boards)
    spread("serial_cuff_to_page", taken, beds=BOARDS, lost=lost)
    devices = [Oximeter() for _ in range(OXIMETERS)]
    with ward("nonin-df2", devices) as page:
        taken, lost = oximeters(page, devices)
    spread("serial_oximeter_to_page", taken, beds=OXIMETERS, lost=lost, beyond_s=DELAY_S)


if __name__ == "__main__":
    main()
