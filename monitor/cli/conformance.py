"""`bedwatch conformance`: what every driver has to hold, asked of every driver found, and the badge table."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from monitor.cli.terminal import FAULT, OK, ResourceMissing, describe, note, say
from monitor.core.errors import ConfigError

CAPTURES: Final = Path("tests/captures")

TEXT = """\
Asks every driver found - those of installed packages, too: entry points bedwatch.drivers and bedwatch.emulators - for
what a driver has to hold: any split of the bytes, any garbage, bounded memory, its way back into the stream, values as
the emulated device showed them, none without a valid sign, reconnecting, and that nothing starts a cuff by itself.
Prints the badge table, and why a badge is missing. Exit 1 when one is. Opens no port."""

EXAMPLE = """\
  bedwatch conformance
  bedwatch conformance acme-ox1 --captures tests/captures
  bedwatch conformance --checks
  bedwatch conformance --write README.md"""


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "conformance", "ask drivers for what they have to hold", TEXT, EXAMPLE, run)
    parser.add_argument("drivers", nargs="*", metavar="DRIVER", help="driver names; without any, every driver found")
    parser.add_argument(
        "--captures",
        action="append",
        type=Path,
        metavar="DIR",
        help=f"folder of capture folders <driver>/<case>, may be given several times ({CAPTURES})",
    )
    parser.add_argument("--checks", action="store_true", help="list what is asked, and do nothing else")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="put the table, or the rows of DRIVER, between its marks in FILE"
    )


def run(args: argparse.Namespace) -> int:
    """Ask; 1 when a driver does not hold something."""
    from monitor.conformance.badges import markdown, reasons, text
    from monitor.conformance.checks import CHECKS, ask_all
    from monitor.conformance.subject import find_subjects

    if args.checks:
        for check in CHECKS:
            say(f"{check.name}: {check.asks}")
        return OK
    found = find_subjects(args.captures or [CAPTURES])
    for name in args.drivers:
        if name not in found:
            nearest = get_close_matches(name, found, n=3)
            hint = f"did you mean {' or '.join(nearest)}?" if nearest else f"known are {', '.join(found)}"
            raise ConfigError(f"unknown driver {name!r}: {hint}")
    chosen = {name: subject for name, subject in found.items() if name in args.drivers or not args.drivers}
    badges = ask_all(chosen.values(), lambda name: note(f"{name} ..."))
    table = markdown(badges, {name: subject.driver.title for name, subject in chosen.items()})
    if args.write is not None:
        _write(args.write, table, found)
    elif args.markdown:
        say(table.rstrip("\n"))
    else:
        for line in text(badges):
            say(line)
    missing = reasons(badges)
    for line in missing:
        note(line)
    return FAULT if missing else OK


def _write(path: Path, table: str, known: Iterable[str]) -> None:
    from monitor.conformance.badges import in_document

    try:
        document = path.read_text("utf-8")
        path.write_text(in_document(document, table, known), "utf-8")
    except OSError as error:
        raise ResourceMissing(f"{path}: {error.strerror}; check the path") from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
