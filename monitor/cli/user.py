"""`bedwatch user`: who may sign in at the nurse station, and the tokens of programs."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from monitor.cli.site_file import add_data_flag, data_folder
from monitor.cli.terminal import OK, ResourceMissing, describe, note, say
from monitor.core.errors import ConfigError
from monitor.station.people import People
from monitor.station.rights import Right, Role

VARIABLE = "BEDWATCH_PASSWORD"
LONGEST_FILE = 4096

TEXT = """\
Keeps the list of people who may sign in at the nurse station, in people.json of the data folder.
A running service takes changes up at once."""

EXAMPLE = """\
  bedwatch user add nurse-a --role nurse
  bedwatch user list
  bedwatch user token nurse-a --scope read"""

ADD = f"""\
Adds a person, or gives an existing one a new role and password. The password is asked for twice, or comes
from --password-file or the variable {VARIABLE}; never from the command line, which others can see."""

DISABLE = """\
The person may not sign in any more, and the tokens of that name end. The name stays on record;
`bedwatch user add` lets the person in again."""

ISSUE = """\
Issues a token for a program that acts in a person's name, within the scopes given and never beyond the
person's own role. It is printed once, on standard output alone, and cannot be shown again."""


def add(commands: Any) -> None:
    """Describe the command and its actions."""
    parser = describe(commands, "user", "keep the people who may sign in", TEXT, EXAMPLE, _list)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    roles, scopes = ", ".join(Role), ", ".join(Right)

    action = describe(actions, "add", "add a person", ADD, "  bedwatch user add nurse-a --role nurse", _add)
    action.add_argument("name", metavar="NAME", help="sign-in name: a-z, 0-9 and -")
    action.add_argument("--role", required=True, help=f"one of {roles}")
    action.add_argument("--password-file", metavar="FILE", help="file that holds the password alone")
    _add_places(action)

    action = describe(actions, "list", "show everybody", TEXT, "  bedwatch user list", _list)
    _add_places(action)

    action = describe(actions, "disable", "shut a person out", DISABLE, "  bedwatch user disable nurse-a", _disable)
    action.add_argument("name", metavar="NAME", help="sign-in name")
    _add_places(action)

    example = "  bedwatch user token nurse-a --scope read --scope acknowledge"
    action = describe(actions, "token", "issue a token for a program", ISSUE, example, _token)
    action.add_argument("name", metavar="NAME", help="in whose name the program acts")
    action.add_argument("--scope", action="append", required=True, help=f"one of {scopes}; may be given again")
    _add_places(action)


def _add_places(parser: argparse.ArgumentParser) -> None:
    add_data_flag(parser)
    parser.add_argument("--site", metavar="FILE", help="site file that names the data folder")


def _people(args: argparse.Namespace) -> People:
    return People(data_folder(args.data, args.site, os.environ) / "people.json")


def _add(args: argparse.Namespace) -> int:
    people = _people(args)
    people.add(args.name, args.role, _password(args.password_file))
    note(f"{args.name} may sign in as {args.role}")
    return OK


def _list(args: argparse.Namespace) -> int:
    found = _people(args).list()
    if not found:
        note("nobody yet: add somebody with `bedwatch user add NAME --role nurse`")
    width = max((len(person.name) for person in found), default=0)
    for person in found:
        say(f"{person.name:{width}}  {person.role}{'  disabled' if person.disabled else ''}")
    return OK


def _disable(args: argparse.Namespace) -> int:
    _people(args).disable(args.name)
    note(f"{args.name} may not sign in any more")
    return OK


def _token(args: argparse.Namespace) -> int:
    say(_people(args).issue_token(args.name, args.scope))
    note("keep it now: it cannot be shown again")
    return OK


def _password(file: str | None) -> str:
    if file is not None:
        return _from_file(Path(file))
    if os.environ.get(VARIABLE):
        return os.environ[VARIABLE]
    if not sys.stdin.isatty():
        raise ConfigError(f"no terminal to ask for the password: use --password-file or the variable {VARIABLE}")
    try:
        first = getpass.getpass("password: ")
        again = getpass.getpass("once more: ")
    except EOFError:
        raise ConfigError("no password was given") from None
    if first != again:
        raise ConfigError("the two passwords differ: nothing was changed, try again")
    return first


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE).decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise ResourceMissing(f"{path} cannot be read: {error.strerror}; put the password alone into it") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text: put the password alone into it") from None
