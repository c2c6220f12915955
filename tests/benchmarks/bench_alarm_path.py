"""MQTT publish to alarm on a page's WebSocket, every alarm durable first; and how much load the way carries.

    python -m tests.benchmarks.bench_alarm_path [SECONDS]

The service is the product's own command in a process of its own, with its journal on this machine's temporary
folder, pages going to the log channel, one page looking on; broker, load and probe are processes beside it on the
same processors. The load is numerics in range, spread evenly; the probe is a cuff reading that raises an alarm
without condition delay. From the moment before the message is handed to the kernel to the moment after the
alarm's bytes were read. `broker_alone` is a message's way to the broker and back beside the same load: what this
machine takes for two of the four hops.
"""

from __future__ import annotations

import sys

from tests.benchmarks.rig.broker import RunningBroker, broker
from tests.benchmarks.rig.figures import figure, not_measured, percentile, spread
from tests.benchmarks.rig.load import load
from tests.benchmarks.rig.mqtt_wire import Publisher
from tests.benchmarks.rig.page import Page
from tests.benchmarks.rig.probe import Probe
from tests.benchmarks.rig.service import RunningService, service
from tests.benchmarks.rig.ward import bed_id, mqtt_site

LENGTH_S = 15.0
SETTLE_S = 2.0
PROBE_EVERY_S = 0.04
FLOORS = 150
STEP_S = 5.0
RATES = (500, 1_000, 2_000, 4_000, 6_000, 8_000, 9_000, 10_000, 12_000, 14_000, 17_000, 20_000)
TRIES = 2
BOUND_S = 0.250
TAKEN_IN = 0.99
"""Part of the messages sent that the core must have folded in for a rate to count as sustained."""
OFFERED = 0.95
"""Part of the rate that the load must really have sent."""


def latency(running: RunningService, through: RunningBroker, beds: int, length_s: float) -> None:
    """(b): alarms while every bed sends one sample a second."""
    probe, page, publisher = _probe(running, through, beds)
    with load(through.port, beds, beds, SETTLE_S + length_s + 3) as background:
        probe.run(SETTLE_S, PROBE_EVERY_S)
        before = running.processor_s()
        taken = probe.run(length_s, PROBE_EVERY_S)
        used = running.processor_s() - before
        conditions = {
            "beds": beds,
            "load_per_s": beds,
            "broker": through.name,
            "lost": probe.lost,
            "early": probe.early,
        }
        spread("mqtt_to_page", taken, **conditions)
        figure("processor", used / length_s * 100, "% of one", **conditions, probes=len(taken))
        floor = []
        for _ in range(FLOORS):
            publisher.wait(PROBE_EVERY_S / 4)
            floor.append(publisher.round_trip("bench/floor"))
        spread("broker_alone", floor, beds=beds, load_per_s=beds, broker=through.name)
        if background.running:
            background.result()
    page.close()
    publisher.close()


def sustained(running: RunningService, through: RunningBroker, beds: int) -> None:
    """(c): rates go up until an alarm takes too long or messages are not taken in, twice in turn.

    A rate is tried a second time, since one stall of a shared machine's disk says nothing of the product. Where not
    even the lowest holds, there is no figure, and the line says what was in the way.
    """
    probe, page, publisher = _probe(running, through, beds)
    probe.run(SETTLE_S, PROBE_EVERY_S)  # a thousand sessions have just been opened, and their snapshots are written
    best: float | None = None
    why: str | None = None
    for rate in RATES:
        for _ in range(TRIES):
            offered, why = _hold(running, through, probe, page, beds, rate)
            if why is None:
                break
        if why is not None:
            break
        best = offered
    conditions = {"beds": beds, "broker": through.name, "p99_bound_ms": BOUND_S * 1e3, "ended_by": why}
    if best is None:
        not_measured("mqtt_sustained", "messages/s", f"not even {RATES[0]} a second held: {why}", **conditions)
    else:
        figure("mqtt_sustained", best, "messages/s", **conditions)
    page.close()
    publisher.close()


def _hold(
    running: RunningService, through: RunningBroker, probe: Probe, page: Page, beds: int, rate: float
) -> tuple[float, str | None]:
    """One rate for `STEP_S`: messages a second that were really sent, and why it did not hold, None where it did."""
    inputs, used = running.inputs(), running.processor_s()
    early, lost = probe.early, probe.lost
    with load(through.port, beds, rate, STEP_S) as background:
        taken = probe.run(STEP_S - 0.2, PROBE_EVERY_S)
        sent, took_s = background.result()
    used = running.processor_s() - used
    page.alarms(0)
    early, lost = probe.early - early, probe.lost - lost
    # The probe's own readings come on top: two for each alarm.
    folded = running.inputs() - inputs - 2 * (len(taken) + lost + early)
    slowest = percentile(taken, 99) if taken else None
    offered = sent / took_s
    conditions = {
        "beds": beds,
        "rate": rate,
        "offered_per_s": round(offered),
        "broker": through.name,
        "lost": lost,
        "early": early,
    }
    if slowest is None:
        not_measured("mqtt_to_page_p99_at_rate", "ms", "no alarm came durable", **conditions)
    else:
        figure("mqtt_to_page_p99_at_rate", slowest * 1e3, "ms", samples=len(taken), **conditions)
    figure("processor_per_message", used / sent * 1e6, "us", taken_in=round(folded / sent, 4), **conditions)
    if lost:
        return offered, f"{lost} alarms never came"
    if early:
        return offered, f"{early} alarms waited over 250 ms for the disk"
    if slowest is None:
        return offered, "no alarm came in time to be measured"
    if slowest > BOUND_S:
        return offered, f"the 99th of a hundred alarms took {slowest * 1e3:.0f} ms"
    if folded < TAKEN_IN * sent:
        return offered, f"{100 * folded / sent:.1f} % of the messages were taken in"
    if offered < OFFERED * rate:
        return offered, f"the load itself sent no more than {offered:.0f} a second"
    return offered, None


def _probe(running: RunningService, through: RunningBroker, beds: int) -> tuple[Probe, Page, Publisher]:
    running.open_sessions([bed_id(number) for number in range(beds)])
    running.wait_connected()
    page, publisher = running.page(), Publisher(through.port, f"probe-{beds}")
    return Probe(page, publisher, range(beds)), page, publisher


def main(length_s: float) -> None:
    """Print the figures."""
    with broker() as through:
        for beds in (100, 1000):
            with service(mqtt_site(beds, through.port)) as running:
                latency(running, through, beds, length_s)
        with service(mqtt_site(1000, through.port)) as running:
            sustained(running, through, 1000)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else LENGTH_S)
