"""Replay of one bed's recorded inputs: hours of the file in a second of processor time, reading and writing JSON.

    python -m tests.benchmarks.bench_replay

A file of four hours for one bed with an oximeter (one sample a second, no pleth) and a cuff every five minutes;
ten minutes of the file are hypoxaemic. From lines in memory to event lines, as `bedwatch replay` does it; start of
the program and reading of the disk are left out.
"""

from __future__ import annotations

import io
from time import process_time

import msgspec

from monitor.replay import event_bytes, open_ward, replay_lines
from tests.benchmarks.rig.figures import figure
from tests.support.ward import shipped_rules

HOURS = 4
REPEATS = 5
CUFF_EVERY_S = 300


def recorded() -> list[bytes]:
    """The file's lines."""
    lines: list[dict[str, object]] = [
        {"t": 0.0, "input": "open_session", "bed": "bay-1", "patient": "P-1", "by": "nurse-a"}
    ]
    for second in range(1, HOURS * 3600):
        low = 6000 <= second < 6600
        spo2 = (84 if low else 96) + second % 3
        lines.append(
            {
                "t": second + 0.25,
                "input": "spo2",
                "bed": "bay-1",
                "device": "ox-1",
                "spo2": spo2,
                "pulse_rate": 70 + second % 9,
                "flags": [],
                "seq": second,
            }
        )
        if second % CUFF_EVERY_S == 0:
            reading = {"systolic": 118 + second % 11, "diastolic": 76, "mean": 91, "pulse_rate": 71, "error": None}
            lines.append({"t": second + 0.5, "input": "nibp", "bed": "bay-1", "device": "cuff-1"} | reading)
    return [msgspec.json.encode(line) + b"\n" for line in lines]


def once(lines: list[bytes]) -> tuple[float, int]:
    """Seconds of processor time, and how many events came out."""
    out = io.BytesIO()
    events = 0
    start = process_time()
    for event in replay_lines(open_ward(shipped_rules()), lines, "bench"):
        out.write(event_bytes(event))
        events += 1
    return process_time() - start, events


def main() -> None:
    """Print the figures: the median of five runs."""
    shipped_rules()
    lines = recorded()
    taken, events = sorted(once(lines) for _ in range(REPEATS))[REPEATS // 2]
    conditions = {"beds": 1, "lines": len(lines), "events": events, "runs": REPEATS}
    figure("replay_hours", HOURS / taken, "h/s", **conditions)
    figure("replay_speed", HOURS * 3600 / taken, "x real time", **conditions)


if __name__ == "__main__":
    main()
