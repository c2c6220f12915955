"""A load of oximeter numerics, in a process of its own: `python -m tests.benchmarks.rig.load PORT BEDS RATE SECONDS`.

Messages are spread evenly over the second, bed after bed, as devices that know nothing of each other send them.
When it is done it prints how many it has sent and how long that took.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter, time_ns

from tests.benchmarks.rig.mqtt_wire import Publisher
from tests.benchmarks.rig.ward import oximeter_payload, topic

TURN_S = 0.001
"""Messages due within a millisecond leave together; below 1000 a second that is one at a time."""


def run(port: int, beds: int, rate: float, length_s: float) -> tuple[int, float]:
    """Publish `rate` messages a second for `length_s`; how many were sent, and in how many seconds."""
    publisher = Publisher(port, f"load-{time_ns()}")
    topics = [topic(number, "spo2") for number in range(beds)]
    total = round(rate * length_s)
    opened = datetime.fromtimestamp(time_ns() / 1e9, UTC)
    start = perf_counter()
    sent = 0
    while sent < total:
        passed = perf_counter() - start
        due = min(total, int(passed * rate) + 1)
        if due > sent:
            moment = (opened + timedelta(seconds=passed)).isoformat()
            packets = [
                publisher.packet(topics[number % beds], oximeter_payload(number // beds, moment))
                for number in range(sent, due)
            ]
            publisher.send(b"".join(packets))
            sent = due
        publisher.wait(max(start + sent / rate - perf_counter(), TURN_S / 2))
    taken = perf_counter() - start
    publisher.wait(0.2)
    publisher.close()
    return sent, taken


class Load:
    """A running load."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def running(self) -> bool:
        """Whether it still publishes."""
        return self._process.poll() is None

    def result(self) -> tuple[int, float]:
        """Wait for the end: messages sent, seconds taken."""
        said = self._process.communicate(timeout=60)[0]
        found = json.loads(said)
        return int(found["sent"]), float(found["taken_s"])


@contextmanager
def load(port: int, beds: int, rate: float, length_s: float) -> Iterator[Load]:
    """A load that ends by itself, or with the block."""
    command = [sys.executable, "-m", __name__, str(port), str(beds), str(rate), str(length_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Load(process)
        finally:
            process.terminate()


if __name__ == "__main__":
    sent, taken = run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    sys.stdout.write(json.dumps({"sent": sent, "taken_s": round(taken, 3)}) + "\n")
