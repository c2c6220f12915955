"""Replay of one bed's recorded inputs: hours of the file in a second of processor time, reading and writing JSON.

    python -m tests.benchmarks.bench_replay

A file of four hours for one bed with an oximeter (one sample a second, no pleth) and a cuff every five minutes;
ten minutes of the file are hypoxaemic. From lines in memory to event lines, as `bedwatch replay` does it; start of
the program and reading of the disk are left out.

`replay_session`: a whole session of two hours, baseline, infusion and recovery with the pressures of a patient in it.
`core` is the time in the core alone, `lines` with reading and writing JSON.
"""

from __future__ import annotations

import io
from time import process_time

import msgspec

from monitor.replay import event_bytes, open_ward, read_lines, replay_lines
from tests.benchmarks.rig.figures import figure
from tests.support.ward import shipped_rules

HOURS = 4
REPEATS = 5
CUFF_EVERY_S = 300
SESSION_S, START_S, END_S, CUFF_AT_S = 7200, 1000, 3400, 60
SESSION_WITHIN_S = 0.5
"""What two hours may take of the core (the goal of replay)."""


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


def session() -> list[bytes]:
    """Two hours of one session: readings before, 40 minutes of infusion that the pressure follows, recovery."""
    lines: list[dict[str, object]] = [
        {"t": 0.0, "input": "open_session", "bed": "bay-1", "patient": "P-1", "by": "nurse-a"}
    ]
    for second in range(1, SESSION_S + 1):
        sample = {"spo2": 96 + second % 3, "pulse_rate": 70 + second % 9, "perfusion_index": 2.1, "flags": []}
        at = {"bed": "bay-1", "device": "ox-1"}
        lines.append({"t": second + 0.25, "input": "spo2", **at, **sample, "seq": second})
        if second % CUFF_EVERY_S == CUFF_AT_S:
            risen = 20 * max(0.0, min(1.0, (second - START_S) / 2400) - max(0.0, second - END_S) / 1500)
            pressures = {
                "systolic": round(118 + risen),
                "diastolic": round(74 + risen / 2),
                "mean": round(90 + risen / 2),
            }
            lines.append({"t": second + 0.5, "input": "nibp", "bed": "bay-1", "device": "cuff-1", **pressures})
        for begun, command in ((START_S, "start_infusion"), (END_S, "end_infusion"), (SESSION_S, "discharge")):
            if second == begun:
                asked = {"command": command, "by": "nurse-a", "reason": "a benchmark"}
                signed = {} if command == "end_infusion" else {"override_by": "dr-b"}
                lines.append({"t": second + 0.75, "bed": "bay-1", "input": "command", **asked, **signed})
    return [msgspec.json.encode(line) + b"\n" for line in lines]


def core_alone(lines: list[bytes]) -> tuple[float, int]:
    """Seconds of processor time in the core, and how many events came out."""
    ward, inputs = open_ward(shipped_rules()), list(read_lines(lines, "bench"))
    start = process_time()
    events = sum(len(ward.feed(item, at)) for at, item in inputs)
    return process_time() - start, events


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
    whole = session()
    for name, does in (("core", core_alone), ("lines", once)):
        taken, events = sorted(does(whole) for _ in range(REPEATS))[REPEATS // 2]
        conditions = {"beds": 1, "lines": len(whole), "events": events, "runs": REPEATS}
        judged = {"target": [0.0, SESSION_WITHIN_S], "within": taken <= SESSION_WITHIN_S}
        figure(f"replay_session_{name}", taken, "s", hours=SESSION_S / 3600, **judged, **conditions)


if __name__ == "__main__":
    main()
