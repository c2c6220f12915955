"""`bedwatch drill`: stories with expectations, through the whole service in virtual time."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from monitor.cli.terminal import FAULT, OK, ResourceMissing, describe, note, say
from monitor.core.errors import ConfigError
from monitor.core.rules.ruleset import Ruleset

TEXT = """\
Plays stories with simulated devices through the whole service in virtual time - drivers, intake, alarm core, journal,
pages, board - and checks what they expect: what has to be alarmed by when, what has to stay silent. Says for each what
happened, how soon true emergencies were announced, and what was a false alarm. Exit 1 when an expectation fails.

A drill is a text file that a nurse can read; docs/drills.md explains how to write one. With --prove each drill is
played a second time with the rule it is about switched off or moved, and must then fail: a drill that cannot fail
shows nothing.

With --preset, and --site for one of a site file, the stories run under those rules. What the shipped drills expect are
the numbers of the default preset: one that fails then shows what another preset changes, for somebody to judge."""

EXAMPLE = """\
  bedwatch drill --list
  bedwatch drill spo2-critical
  bedwatch drill --all --junit drills.xml
  bedwatch drill --all --preset ours --site site.toml
  bedwatch drill ./my-drill.toml --prove --verbose"""


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "drill", "play stories and check what was alarmed, and when", TEXT, EXAMPLE, run)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="name of a shipped drill, or a .toml file")
    parser.add_argument("--all", action="store_true", help="every shipped drill")
    parser.add_argument("--list", action="store_true", help="show the shipped drills and where each comes from")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write the result as JUnit XML too")
    parser.add_argument("--seed", type=_seed, metavar="N", help="another patient in the same stories")
    parser.add_argument("--preset", metavar="NAME", help="alarm preset (ketamine-adult)")
    parser.add_argument("--site", metavar="FILE", help="site file whose own presets may be named, too")
    parser.add_argument("--prove", action="store_true", help="also show that each drill fails when its rule is off")
    parser.add_argument("--verbose", action="store_true", help="tell of every drill, event by event, what happened")


def run(args: argparse.Namespace) -> int:
    """Play the drills; 1 when one was not as expected."""
    from monitor.drill.story import drill_names, load_drill
    from simulator.scenario import ScenarioError

    if args.list:
        for name in drill_names():
            drill = load_drill(name)
            say(f"{name}: {drill.scenario.title} ({drill.document}, section {drill.section})")
        return OK
    names = [*drill_names(), *args.scenarios] if args.all else args.scenarios
    if not names:
        raise ConfigError("which drill? Name one or more, or --all; --list shows those that are shipped")
    try:
        drills = [load_drill(name) for name in names]
    except ScenarioError as error:
        raise ConfigError(str(error)) from None
    return _play(args, drills)


def _rules(args: argparse.Namespace) -> Ruleset | None:
    """The rules that are named; None for those that the drills are written for."""
    from monitor.cli.replay import rules_named

    if args.preset is None:
        if args.site is not None:
            raise ConfigError("--site belongs to --preset: name the preset of the site file, too")
        return None
    if args.prove:
        raise ConfigError("--prove changes the preset that the drills are written for: leave out --preset")
    return rules_named(args.site, args.preset)


def _play(args: argparse.Namespace, drills: list[Any]) -> int:
    from monitor.clock import SystemClock
    from monitor.drill.report import junit, lines, total_lines
    from monitor.drill.run import run_drill
    from monitor.logs import configure
    from simulator.scenario import ScenarioError

    rules = _rules(args)
    configure(level=logging.ERROR)
    outcomes = []
    for number, drill in enumerate(drills, 1):
        note(f"[{number}/{len(drills)}] {drill.name} ...")
        try:
            outcome = run_drill(drill, SystemClock(), seed=args.seed, prove=args.prove, rules=rules)
        except ScenarioError as error:
            raise ConfigError(str(error)) from None
        outcomes.append(outcome)
        for line in lines(outcome, everything=args.verbose):
            say(line)
    for line in total_lines(outcomes):
        say(line)
    if args.junit is not None:
        try:
            args.junit.write_bytes(junit(outcomes))
        except OSError as error:
            raise ResourceMissing(
                f"{args.junit}: cannot be written ({error.strerror}); choose another --junit"
            ) from None
    return OK if all(outcome.passed for outcome in outcomes) else FAULT


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("a whole number from 0 on is wanted")
    return value
