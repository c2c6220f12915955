"""`bedwatch simulate`: simulated devices only, for testing any consumer."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import textwrap
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli.demo import parse_speed
from monitor.cli.terminal import OK, describe, note, say
from monitor.core.errors import ConfigError

if TYPE_CHECKING:
    from simulator.emulator import Emulator

TEXT = """\
Plays one story on an emulated oximeter and cuff (nonin-df2 and par-nibp, or any others of --list), which speak their
own bytes on pseudo-terminals or TCP ports of this machine, or publish to an MQTT broker. Prints where they are and
the lines for a site file; cables are pulled and put back as the story says. Runs until the story ends or Ctrl-C."""

EXAMPLE = """\
  bedwatch simulate --list
  bedwatch simulate desaturation --pty /tmp/ward
  bedwatch simulate restless --pty /tmp/ward --oximeter masimo-ascii1 --cuff suntech-advantage
  bedwatch simulate ./my-story.toml --tcp 4001 --speed 10
  bedwatch simulate calm --mqtt mqtt://localhost:1883 --site harbour --bed bay-2"""

ID = re.compile(r"[a-z0-9-]+")
LAST_PORT = 65534


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "simulate", "simulated devices only, for testing any consumer", TEXT, EXAMPLE, run)
    parser.add_argument("scenario", nargs="?", metavar="SCENARIO", help="name of a shipped story, or a .toml file")
    parser.add_argument("--list", action="store_true", help="show the shipped stories and the devices")
    parser.add_argument("--oximeter", metavar="NAME", help="another oximeter on the wire (nonin-df2)")
    parser.add_argument("--cuff", metavar="NAME", help="another cuff on the wire (par-nibp)")
    parser.add_argument(
        "--pty", type=Path, metavar="DIR", help="pseudo-terminals behind the links DIR/ox-1, DIR/cuff-1"
    )
    parser.add_argument("--tcp", type=_port, metavar="PORT", help="TCP ports PORT and PORT+1 on loopback; 0: free ones")
    parser.add_argument("--mqtt", metavar="URL", help="mqtt://HOST[:PORT], topics vitals/v1/SITE/BED/{ox-1,cuff-1}")
    parser.add_argument("--site", type=_id, default="demo", metavar="ID", help="site in the topics (demo)")
    parser.add_argument("--bed", type=_id, default="bay-1", metavar="ID", help="bed in topics and lines (bay-1)")
    parser.add_argument("--speed", type=parse_speed, default=1.0, metavar="N", help="20 minutes in 40 seconds: 30")
    parser.add_argument("--seed", type=_seed, metavar="N", help="another patient in the same story")


def run(args: argparse.Namespace) -> int:
    """Play the story until it ends or is stopped."""
    from monitor.clock import SystemClock
    from monitor.demo.simulate import Outlets, Simulation, parse_broker, paste_text
    from monitor.running import until_stopped
    from simulator.scenario import ScenarioError, load_scenario

    if args.list:
        _list()
        return OK
    if args.scenario is None:
        raise ConfigError("name a story, or see with --list which there are")
    oximeter = _chosen(args.oximeter, "oximeter")
    cuff = _chosen(args.cuff, "cuff")
    broker = None if args.mqtt is None else parse_broker(args.mqtt)
    outlets = Outlets(args.pty, args.tcp, broker)
    if outlets == Outlets():
        raise ConfigError("where should the devices be? Give --pty DIR, --tcp PORT or --mqtt URL, one or more of them")
    if (oximeter or cuff) and args.pty is None and args.tcp is None:
        raise ConfigError("--oximeter and --cuff are for wires: give --pty DIR or --tcp PORT")
    try:
        story = load_scenario(args.scenario)
    except ScenarioError as error:
        raise ConfigError(str(error)) from None

    async def play() -> None:
        clock = SystemClock(args.speed)
        simulation = Simulation(
            story,
            outlets,
            clock,
            site=args.site,
            bed=args.bed,
            tell=note,
            speed=args.speed,
            seed=args.seed,
            oximeter=oximeter,
            cuff=cuff,
        )
        for group in simulation.lines:
            for line in group:
                say(f"# {line.device}: {line.url}")
        say(f"\n{paste_text(simulation.lines)}")
        sys.stdout.flush()  # whoever reads it from a pipe wants it now
        left = (story.length_s - story.start_at_s) / 60
        note(f'playing "{story.title}" for {left:g} min of its time at speed {args.speed:g}; stop with Ctrl-C')
        await simulation.run()
        note("the story has ended")

    asyncio.run(until_stopped(play()))
    return OK


def _list() -> None:
    from monitor.demo.choice import cuffs, oximeters
    from simulator.scenario import load_scenario, scenario_names

    for name in scenario_names():
        story = load_scenario(name)
        say(f"{name}: {story.title}")
        for line in textwrap.wrap(story.story, width=110):
            say(f"    {line}")
    for kind, names in (("--oximeter", oximeters()), ("--cuff", cuffs())):
        say(f"{kind}, one of:")
        for name, each in names.items():
            say(f"    {name}: {each.title}")


def _chosen(name: str | None, kind: str) -> Emulator | None:
    """The emulator of that name. Raises ConfigError with the nearest ones."""
    from monitor.demo.choice import cuffs, oximeters

    if name is None:
        return None
    known = cuffs() if kind == "cuff" else oximeters()
    if name not in known:
        nearest = get_close_matches(name, known, n=3)
        hint = f"did you mean {' or '.join(nearest)}?" if nearest else f"one of {', '.join(known)}"
        raise ConfigError(f"there is no {kind} {name!r}: {hint}")
    return known[name]


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"0 to {LAST_PORT} is wanted: the cuff takes the next port")
    return value


def _id(text: str) -> str:
    if not ID.fullmatch(text):
        raise argparse.ArgumentTypeError("small letters, digits and - are wanted")
    return text


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("a whole number from 0 on is wanted")
    return value
