"""`bedwatch sweep`: limits, delays and hystereses of a low-SpO2 alarm over recorded and simulated seconds."""

from __future__ import annotations

import argparse
from typing import Any

from monitor.cli.terminal import OK, describe, note, say
from monitor.core.errors import ConfigError

TEXT = """\
Tries a low-SpO2 alarm with every limit from 84 to 92 %, delays from 0 to 30 s and two hystereses on seconds that were
recorded or simulated, and prints for each: alarms an hour, the share that the delay removes, and how many sustained
desaturations (30 s or more below 90 %) are announced within 30 s of their beginning, and how late.

RECORDING is a recording's sidecar (.json), a file of input lines (.jsonl), or a story of the simulator by its name
or file. The preset's own SPO2_LOW comes first."""

EXAMPLE = """\
  bedwatch sweep recordings/hypox*.json
  bedwatch sweep desaturation night.jsonl --preset ketamine-adult"""


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "sweep", "try limits and delays of a low-SpO2 alarm", TEXT, EXAMPLE, run)
    parser.add_argument("recordings", metavar="RECORDING", nargs="+", help="what to try them on")
    parser.add_argument("--preset", metavar="NAME", default="ketamine-adult", help="shipped preset (ketamine-adult)")


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    from monitor.site import read_preset
    from monitor.whatif.series import read_series
    from monitor.whatif.sweep import grid, preset_outcome, sweep
    from monitor.whatif.tables import OUTCOME_HEAD, aligned, outcome_cells, sweep_lines

    rules = read_preset(args.preset)
    series = []
    for source in args.recordings:
        try:
            series.append(read_series(source))
        except ConfigError as error:
            if len(args.recordings) == 1:
                raise
            note(f"left out: {error}")
    if not series:
        raise ConfigError("none of these holds SpO2 once a second: name recordings, input lines or stories that do")
    hours = sum(each.hours for each in series)
    say(f"{len(series)} source(s), {hours:.2f} bed-hours")
    for line in aligned(
        ("preset", *OUTCOME_HEAD), [(f"{rules.name}: SPO2_LOW", *outcome_cells(preset_outcome(series, rules)))]
    ):
        say(line)
    say("")
    settings = grid()
    note(f"trying {len(settings)} settings on {hours:.2f} bed-hours ...")
    for line in sweep_lines(sweep(series, rules, settings)):
        say(line)
    return OK
