"""The default preset on seconds of SpO2: what its delays remove, and whether it announces what lasts.

    python -m tests.benchmarks.bench_sweep [SESSIONS]

Over the recordings beside the checkout (left out where there are none), over simulated sessions with the event
library at its rates, and over both; for SPO2_LOW alone and for both rules on low saturation. Held against the same
limits without delay and hysteresis. `removed_at_most` is what any rule could remove that leaves one alarm for each
desaturation of 30 s or more; `removed_of_idle` the share of those alarms that are about none. Prints JSON lines.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from monitor.core.errors import ConfigError
from monitor.core.rules.ruleset import Ruleset
from monitor.site import read_preset
from monitor.whatif.series import Series, read_series, simulated
from monitor.whatif.sweep import LIMITS, RULE, SPO2_RULES, preset_outcome
from tests.benchmarks.rig.figures import figure, not_measured

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
PRESET = "ketamine-adult"
SESSIONS = 1000
PROCESSES = 2
WANTED = 60.0
"""% of the alarms removed (alarm-system, section 2)."""


def recorded() -> list[Series]:
    """Every recording with SpO2 once a second."""
    found = []
    for sidecar in sorted(RECORDINGS.glob("*.json")):
        try:
            found.append(read_series(str(sidecar)))
        except ConfigError as error:
            sys.stderr.write(f"left out: {error}\n")
    return found


def drawn(sessions: int) -> list[Series]:
    """Simulated sessions, numbered from 0."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(simulated, above=max(LIMITS)), range(sessions), chunksize=25))


def tell(over: str, series: list[Series], rules: Ruleset, names: Collection[str]) -> None:
    """The figures of one line of the table."""
    out = preset_outcome(series, rules, names)
    conditions = {
        "over": over,
        "rules": sorted(names),
        "series": len(series),
        "hours": round(out.hours, 2),
        "alarms_without_delay": out.undelayed,
        "alarms_of_preset": out.alarms,
        "events": out.events,
    }
    if not out.undelayed:
        not_measured("sweep_removed", "%", "no SpO2 went below the limits; take more sessions", **conditions)
        return
    removed = 100 * out.removed
    figure("sweep_removed", removed, "%", target=[WANTED, 100.0], within=removed >= WANTED, **conditions)
    figure("sweep_removed_at_most", 100 * out.most_removed, "%", **conditions)
    if out.idle_undelayed:
        gone = 100 * (1 - out.idle / out.idle_undelayed)
        figure("sweep_removed_of_idle", gone, "%", idle_without_delay=out.idle_undelayed, **conditions)
    within = out.prompt == out.events
    figure("sweep_announced_within_20_s", out.prompt, "events", target=out.events, within=within, **conditions)
    if out.slowest_s is not None:
        figure("sweep_slowest_announcement", out.slowest_s, "s", **conditions)


def main() -> None:
    """Print the figures."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS
    rules, real, made = read_preset(PRESET), recorded(), drawn(sessions)
    if not real:
        sys.stderr.write("bench_sweep: there are no recordings beside the checkout\n")
    for names in ({RULE}, SPO2_RULES):
        if real:
            tell("recordings", real, rules, names)
        tell("simulated sessions", made, rules, names)
        if real:
            tell("both", [*real, *made], rules, names)


if __name__ == "__main__":
    main()
