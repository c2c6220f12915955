"""`bedwatch demo`: a whole ward on one machine."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from monitor.cli.terminal import OK, describe, note

TEXT = """\
Shows a ward of simulated patients: emulated oximeters and cuffs speaking their own bytes on pseudo-terminals, TCP
and an embedded MQTT broker, the service, and the nurse station in the browser. Nothing else is needed, and nothing
leaves this machine. Its data folder is emptied at each start."""

EXAMPLE = """\
  bedwatch demo
  bedwatch demo --speed 30 --beds 4
  bedwatch demo --recording recordings/hypox01.json"""

MAX_BEDS = 64


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "demo", "a whole ward on this machine, simulated", TEXT, EXAMPLE, run)
    parser.add_argument("--speed", type=parse_speed, default=1.0, metavar="N", help="20 minutes in 40 seconds: 30")
    parser.add_argument("--beds", type=_beds, default=8, metavar="N", help=f"simulated beds, 0 to {MAX_BEDS} (8)")
    parser.add_argument(
        "--port", type=int, default=8080, metavar="P", help="of the nurse station; 0: a free one (8080)"
    )
    parser.add_argument("--recording", type=Path, metavar="SIDECAR.json", help="one bed more, replaying this recording")
    parser.add_argument("--data", type=Path, default=Path("bedwatch-data/demo"), metavar="DIR", help="data folder")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")


def run(args: argparse.Namespace) -> int:
    """Run the demo until stopped."""
    note("starting the demo ward ...")
    from monitor.demo.run import DemoOptions, run_demo
    from monitor.logs import configure
    from monitor.packages import verify_packages
    from monitor.running import run_until_stopped

    verify_packages()
    configure()
    options = DemoOptions(
        speed=args.speed,
        beds=args.beds,
        port=args.port,
        recording=args.recording,
        data=args.data,
        browser=not args.no_browser,
        say=note,
    )
    run_until_stopped(run_demo(options))
    return OK


def parse_speed(text: str) -> float:
    """`--speed`, the same for every command that plays a story."""
    value = float(text)
    if not math.isfinite(value) or not 0.1 <= value <= 1000:
        raise argparse.ArgumentTypeError("a factor from 0.1 to 1000 is wanted")
    return value


def _beds(text: str) -> int:
    value = int(text)
    if not 0 <= value <= MAX_BEDS:
        raise argparse.ArgumentTypeError(f"0 to {MAX_BEDS} beds are wanted")
    return value
