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
or file. With --simulated, that many simulated sessions come on top: patients and events are drawn.

The preset's own rules come first, held against the same limits without delay and hysteresis: over what is named, over
the simulated sessions, and over both. Where each crossing is a true event, no delay can remove anything: "at most" is
what would be left with one alarm for each event of 30 s or more, "idle" are alarms about none."""

EXAMPLE = """\
  bedwatch sweep recordings/hypox*.json
  bedwatch sweep recordings/*.json --simulated 200
  bedwatch sweep desaturation night.jsonl --preset ours --site site.toml"""


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "sweep", "try limits and delays of a low-SpO2 alarm", TEXT, EXAMPLE, run)
    parser.add_argument("recordings", metavar="RECORDING", nargs="*", help="what to try them on")
    parser.add_argument("--simulated", metavar="N", type=int, default=0, help="simulated sessions beside them (0)")
    parser.add_argument("--preset", metavar="NAME", default="ketamine-adult", help="alarm preset (ketamine-adult)")
    parser.add_argument("--site", metavar="FILE", help="site file whose own presets may be named, too")


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    from monitor.cli.replay import rules_named
    from monitor.whatif.series import Series, read_series, simulated
    from monitor.whatif.sweep import LIMITS, RULE, SPO2_RULES, grid, preset_outcome, sweep
    from monitor.whatif.tables import PRESET_HEAD, aligned, preset_cells, sweep_lines

    if args.simulated < 0 or not (args.recordings or args.simulated):
        raise ConfigError("nothing to try them on: name recordings, or give --simulated a number of sessions")
    rules = rules_named(args.site, args.preset)
    given = []
    for source in args.recordings:
        try:
            given.append(read_series(source))
        except ConfigError as error:
            if len(args.recordings) == 1 and not args.simulated:
                raise
            note(f"left out: {error}")
    if not given and not args.simulated:
        raise ConfigError("none of these holds SpO2 once a second: name recordings, input lines or stories that do")
    if args.simulated:
        note(f"simulating {args.simulated} sessions ...")
    above = max(*LIMITS, *(level.trigger.absolute for level in rules.levels if level.rule.name in SPO2_RULES))
    drawn = [simulated(number, above) for number in range(args.simulated)]
    series = [*given, *drawn]
    hours = sum(each.hours for each in series)
    say(f"{len(series)} source(s), {hours:.2f} bed-hours, preset {rules.name}")
    parts: list[tuple[str, list[Series]]] = [("what is named", given), ("simulated sessions", drawn), ("both", series)]
    shown = parts if given and drawn else [part for part in parts[:2] if part[1]]
    for line in aligned(
        PRESET_HEAD,
        [
            preset_cells(" + ".join(sorted(names)), over, preset_outcome(those, rules, names))
            for names in ({RULE}, SPO2_RULES)
            for over, those in shown
        ],
    ):
        say(line)
    say("")
    settings = grid()
    note(f"trying {len(settings)} settings on {hours:.2f} bed-hours ...")
    for line in sweep_lines(sweep(series, rules, settings)):
        say(line)
    return OK
