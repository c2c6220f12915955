"""What all commands share: exit codes, how they speak, and how each is described."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from monitor.core.errors import VitalsError

OK: Final = 0
FAULT: Final = 1
"""The check failed, or the command was stopped half-way."""
USAGE: Final = 2
MISSING: Final = 3

Run: TypeAlias = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class ResourceMissing(VitalsError):
    """Something the command needs is not there (exit 3): the message names it and the remedy."""


def say(line: str) -> None:
    """One line of the command's result."""
    sys.stdout.write(f"{line}\n")


def note(line: str) -> None:
    """One line beside the result: a summary, a warning, progress."""
    sys.stderr.write(f"{line}\n")


def complain(message: str) -> None:
    """Why the command did not do what it was asked."""
    sys.stdout.flush()
    count = message.count("\n") + 1
    note(f"bedwatch: {message}" if count == 1 else f"bedwatch: {count} things to mend:\n{message}")


def describe(commands: Any, name: str, summary: str, text: str, example: str, run: Run) -> argparse.ArgumentParser:
    """A command's parser: `summary` for the list, `text` in a few lines, and an example to copy."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=text,
        epilog=f"example:\n{example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)
    return parser


def stop_writing() -> None:
    """The reader of our output has gone: let the interpreter's last flush fall silent too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
