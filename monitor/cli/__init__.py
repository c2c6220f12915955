"""The command `bedwatch`: one module per command beside this one, found by its `add` (interfaces, section 1).

A command module offers `add(subparsers)`, which describes its arguments and sets `run` as their default, and
`run(args) -> int`, which answers with the exit code. What is slow to import is imported inside `run`.
"""

from __future__ import annotations

import argparse
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module

from monitor import __version__
from monitor.cli.terminal import FAULT, MISSING, OK, USAGE, complain, stop_writing
from monitor.core.errors import ConfigError, IllegalTransition, InputError, VitalsError

DESCRIPTION = """\
Watches vital signs at the bedside of a small procedural ward: oximeters and blood-pressure cuffs in,
alarms and pages out. Secondary to the devices' own alarms; never the only alarm at a bedside."""

EPILOG = """\
exit codes: 0 done, 1 a check failed, 2 usage or configuration, 3 something needed is missing

Each command explains itself: bedwatch decode --help"""


def build_parser() -> argparse.ArgumentParser:
    """The whole command line: every module of this package that offers `add`, in the order of the names."""
    parser = argparse.ArgumentParser(
        prog="bedwatch",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"bedwatch {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        command = import_module(f"{__name__}.{module.name}")
        if hasattr(command, "add"):
            command.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and answer with its exit code; what the user can mend is told without a traceback."""
    try:
        args = build_parser().parse_args(argv)
    except SystemExit as stop:
        # argparse has printed help (0) or what is wrong with the arguments (2).
        return OK if stop.code in (None, 0) else USAGE
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (ConfigError, InputError) as error:
        complain(str(error))
        return USAGE
    except IllegalTransition:
        raise  # a bug, whose traceback is wanted
    except VitalsError as error:
        complain(str(error))
        return MISSING
    except BrokenPipeError:
        stop_writing()
        return OK
    except KeyboardInterrupt:
        complain("stopped")
        return FAULT
    return code
