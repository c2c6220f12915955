"""The default preset on real seconds: what its delay removes, and whether it announces what lasts.

    python -m tests.benchmarks.bench_sweep

Prints JSON lines. Reads the recordings beside the checkout; without them it says so and ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from monitor.core.errors import ConfigError
from monitor.site import read_preset
from monitor.whatif.series import Series, read_series
from monitor.whatif.sweep import Setting, preset_outcome, sweep
from tests.benchmarks.rig.figures import figure

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
PRESET = "ketamine-adult"


def recorded() -> list[Series]:
    """Every recording with SpO2 once a second."""
    found = []
    for sidecar in sorted(RECORDINGS.glob("*.json")):
        try:
            found.append(read_series(str(sidecar)))
        except ConfigError as error:
            sys.stderr.write(f"left out: {error}\n")
    return found


def main() -> None:
    """The preset's SPO2_LOW against the same limit without delay and hysteresis."""
    series = recorded()
    if not series:
        sys.stderr.write("bench_sweep: there are no recordings beside the checkout\n")
        return
    rules = read_preset(PRESET)
    own = preset_outcome(series, rules)
    [(_, plain)] = sweep(series, rules, [Setting(90, 0, 0)])
    conditions = {"recordings": len(series), "hours": round(own.hours, 2), "events": own.events}
    figure("sweep_alarms_without_delay", plain.alarms, "alarms", **conditions)
    figure("sweep_alarms_of_preset", own.alarms, "alarms", **conditions)
    figure("sweep_removed", round(100 * own.removed, 1), "%", **conditions)
    brief = plain.alarms - own.events
    figure(
        "sweep_removed_of_brief", round(100 * (plain.alarms - own.alarms) / brief, 1) if brief else 0, "%", **conditions
    )
    figure("sweep_announced", own.in_time, "events", **conditions)
    if own.slowest_s is not None:
        figure("sweep_slowest_announcement", own.slowest_s, "s", **conditions)


if __name__ == "__main__":
    main()
