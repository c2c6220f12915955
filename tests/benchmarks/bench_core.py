"""Inputs through the alarm core alone, in this process: no wire, no journal, no event loop.

    python -m tests.benchmarks.bench_core

`in_range`: oximeter samples that move a little and cross nothing, over 100 and 1000 beds in turn, one a second each.
`with_alarms`: every bed falls below 85 % for half a minute every other minute. Processor time, not time passed.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

from config.instant import SECOND, Instant
from monitor.core.bed import new_bed
from monitor.core.bed_state import DeviceSetup, Setup
from monitor.core.inputs import OpenSession, OximeterSample
from monitor.core.ward import Ward
from tests.benchmarks.rig.figures import figure
from tests.support.ward import shipped_rules

SAMPLES = 300_000
REPEATS = 3


def open_ward(beds: int) -> Ward:
    """Beds with a patient each, one oximeter each, at time 0."""
    rules = shipped_rules()
    ward = Ward(rules)
    for number in range(beds):
        name = f"bed-{number:04d}"
        devices = (DeviceSetup(f"ox-{number:04d}", 4 * SECOND, 10 * SECOND),)
        ward.add(new_bed(Setup(name, rules, devices), 0))
        ward.feed(OpenSession(name, f"P-{number}"), 0)
    return ward


def calm(second: int) -> tuple[float, float]:
    """SpO2 and pulse rate in range."""
    return 95.0 + second % 4, 68.0 + second % 7


def stormy(second: int) -> tuple[float, float]:
    """Down by steps that are believed at once, half a minute below 85, and up again."""
    phase = second % 120
    spo2 = max(82.0, 97.0 - 3 * phase) if phase < 35 else min(97.0, 82.0 + 3 * (phase - 35))
    return spo2, 68.0 + second % 7


def rate(beds: int, values: Callable[[int], tuple[float, float]], samples: int) -> tuple[float, int]:
    """Inputs folded in for each second of processor time, and how many events came of them."""
    ward = open_ward(beds)
    names = [(name, f"ox-{name[-4:]}") for name in ward.beds]
    seconds = samples // beds
    inputs: list[tuple[OximeterSample, Instant]] = [
        (OximeterSample(bed, device, *values(second), seq=second), second * SECOND + index * SECOND // beds)
        for second in range(1, seconds + 1)
        for index, (bed, device) in enumerate(names)
    ]
    events = 0
    start = process_time()
    for item, at in inputs:
        events += len(ward.feed(item, at))
    return len(inputs) / (process_time() - start), events


def main() -> None:
    """Print the figures: the median of three runs."""
    for name, values in (("in_range", calm), ("with_alarms", stormy)):
        for beds in (100, 1000):
            found = sorted(rate(beds, values, SAMPLES) for _ in range(REPEATS))[REPEATS // 2]
            figure(f"core_{name}", found[0], "inputs/s", beds=beds, inputs=SAMPLES, events=found[1], runs=REPEATS)


if __name__ == "__main__":
    main()
