"""Memory of the service with 8 and 500 beds, each sending one sample a second, one page looking on.

    python -m tests.benchmarks.bench_memory [SECONDS]

The product's own command in a process of its own. `resident` is what it holds at the end, `peak` the most it ever
held. Checking one password takes 64 MiB for a fifth of a second on top; nobody signs in here, programs use tokens.
"""

from __future__ import annotations

import sys

from tests.benchmarks.rig.broker import broker
from tests.benchmarks.rig.figures import figure
from tests.benchmarks.rig.load import load
from tests.benchmarks.rig.mqtt_wire import Publisher
from tests.benchmarks.rig.probe import Probe
from tests.benchmarks.rig.service import service
from tests.benchmarks.rig.ward import bed_id, mqtt_site

LENGTH_S = 30.0
ALARM_EVERY_S = 1.0


def main(length_s: float) -> None:
    """Print the figures."""
    with broker() as through:
        for beds in (8, 500):
            with service(mqtt_site(beds, through.port)) as running:
                running.open_sessions([bed_id(number) for number in range(beds)])
                running.wait_connected()
                page, publisher = running.page(), Publisher(through.port, "probe")
                probe = Probe(page, publisher, range(beds))
                with load(through.port, beds, beds, length_s) as background:
                    alarms = len(probe.run(length_s, ALARM_EVERY_S))
                    background.result()
                conditions = {"beds": beds, "load_per_s": beds, "alarms": alarms, "seconds": length_s}
                figure("memory_resident", running.memory_mb("VmRSS"), "MB", **conditions)
                figure("memory_peak", running.memory_mb("VmHWM"), "MB", **conditions)
                page.close()
                publisher.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else LENGTH_S)
