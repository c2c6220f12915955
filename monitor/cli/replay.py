"""`bedwatch replay`: recorded inputs through the same alarm core in virtual time."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from config.instant import Instant
from monitor.cli.decode import open_bytes
from monitor.cli.site_file import add_data_flag, data_folder, need_site_file
from monitor.cli.terminal import OK, ResourceMissing, describe, say
from monitor.core.errors import ConfigError, InputError
from monitor.core.inputs import Input
from monitor.core.rules.ruleset import Ruleset
from monitor.core.ward import Ward

TEXT = """\
Runs the input lines of a file through the alarm core and prints the events, one JSON object a line. Time is that of
the file: a night takes seconds, and the same file always gives the same bytes. Without --site every bed and device
that the file names is bound; with it the beds, devices and preset of the site file hold.

With --session the inputs come from the journal in --data, and time counts from the opening of the session; the site
file is then the one that --site names, the demo's own, or the usual one.

With --compare A B the inputs run under two presets. Printed are the settings that differ, and what changes: alarms an
hour by rule and priority, alarms that a delay held back, how soon each sustained desaturation was announced at MEDIUM
or HIGH, sessions whose verdict changes."""

EXAMPLE = """\
  bedwatch replay night.jsonl --out events.jsonl
  bedwatch replay night.jsonl --site site.toml --preset our-own
  bedwatch replay night.jsonl --compare ketamine-adult ketamine-adult-strict
  zcat night.jsonl.gz | bedwatch replay -
  bedwatch replay --session bay-1-s0007 --site /etc/bedwatch/site.toml --data /var/lib/bedwatch"""

DEFAULT_PRESET = "ketamine-adult"
LONGEST_LINE = 1 << 20
PROGRESS_LINES = 50_000


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "replay", "run recorded inputs through the alarm core", TEXT, EXAMPLE, run)
    parser.add_argument("input", metavar="INPUT.jsonl", nargs="?", help="file of input lines, or - for standard input")
    parser.add_argument("--session", metavar="ID", help="replay a session out of the journal instead of a file")
    add_data_flag(parser)
    parser.add_argument("--site", metavar="FILE", help="site file whose beds, devices and preset hold")
    parser.add_argument("--preset", metavar="NAME", help=f"alarm preset (default: the site's, else {DEFAULT_PRESET})")
    parser.add_argument("--compare", metavar=("A", "B"), nargs=2, help="run under two presets, print what changes")
    parser.add_argument("--out", metavar="EVENTS.jsonl", help="file for the events (default: standard output)")


def run(args: argparse.Namespace) -> int:
    """Print the events. What was printed before a line that cannot be read stays."""
    from monitor.replay import event_bytes, replay_lines

    if (args.input is None) == (args.session is None):
        raise ConfigError("replay what? name a file of input lines, or a session of the journal with --session")
    if args.compare is not None:
        return _compare(args)
    if args.session is not None:
        return _replay_session(args)
    ward = _ward(args.site, args.preset)
    name = "standard input" if args.input == "-" else args.input
    with ExitStack() as stack:
        source = open_bytes(args.input, stack)
        out = _open_out(args.out, args.input, stack)
        for event in replay_lines(ward, _lines(source, name), name):
            out.write(event_bytes(event))
        out.flush()
    return OK


def _compare(args: argparse.Namespace) -> int:
    from monitor.journal import JournalReader
    from monitor.replay import read_lines
    from monitor.service import JOURNAL_FILE
    from monitor.session_replay import session_inputs
    from monitor.whatif.comparison import compare
    from monitor.whatif.tables import comparison_lines

    if args.preset is not None or args.out is not None:
        raise ConfigError("--compare names both presets itself and prints a table: leave out --preset and --out")
    before, after = (rules_named(args.site, name, "--compare") for name in args.compare)
    if args.session is not None:
        data = data_folder(args.data, args.site, os.environ)
        inputs: list[tuple[Instant, Input]] = list(
            session_inputs(JournalReader(data / JOURNAL_FILE).session_record(args.session))
        )
    else:
        name = "standard input" if args.input == "-" else args.input
        with ExitStack() as stack:
            inputs = list(read_lines(_lines(open_bytes(args.input, stack), name), name))
    for line in comparison_lines(compare(inputs, before, after), _settings(args.site, *args.compare)):
        say(line)
    return OK


def _settings(site_file: str | None, before: str, after: str) -> list[tuple[str, str, str]]:
    """What differs between two presets: key and both values."""
    from config.load import examine, read_layers
    from config.presets import resolve_preset
    from monitor.site.differences import differences
    from monitor.site.rule_words import value_words

    loaded = None if site_file is None else examine(read_layers(Path(site_file), os.environ)).settings
    own = {} if loaded is None else loaded.preset
    rows = []
    for key, one, other in differences(resolve_preset(before, own), resolve_preset(after, own)):
        old, new = ("-" if value is None else value_words(value, key[-1]) for value in (one, other))
        rows.append((".".join(key), old, new))
    return rows


def rules_named(site_file: str | None, preset: str, flag: str = "--preset") -> Ruleset:
    """A preset by its name: one of the site file's own where there is one, else a shipped one."""
    from config.layers import Flag
    from monitor.site import read_preset, read_site

    if site_file is None:
        return read_preset(preset)
    return read_site(Path(site_file), os.environ, [Flag(flag, "site.preset", preset)], need_secrets=False).ruleset


def _replay_session(args: argparse.Namespace) -> int:
    from config.layers import Flag
    from monitor.journal import JournalReader
    from monitor.replay import event_bytes
    from monitor.restore import bed_setups
    from monitor.service import JOURNAL_FILE, SITE_FILE
    from monitor.session_replay import replay_session
    from monitor.site import read_site

    data = data_folder(args.data, args.site, os.environ)
    record = JournalReader(data / JOURNAL_FILE).session_record(args.session)
    own = data / SITE_FILE
    site_file = own if args.site is None and own.exists() else need_site_file(args.site, os.environ)
    flags = [Flag("--preset", "site.preset", args.preset)]
    site = read_site(site_file, os.environ, flags, need_secrets=False, demo=True)
    with ExitStack() as stack:
        out = _open_out(args.out, "-", stack)
        for event in replay_session(record, bed_setups(site)):
            out.write(event_bytes(event, record.session.opened_at))
        out.flush()
    return OK


def _ward(site_file: str | None, preset: str | None) -> Ward:
    from monitor.replay import open_ward
    from monitor.site import read_preset

    if site_file is None:
        return open_ward(read_preset(preset or DEFAULT_PRESET))
    from config.layers import Flag
    from monitor.restore import bed_setups
    from monitor.site import read_site

    flags = [] if preset is None else [Flag("--preset", "site.preset", preset)]
    site = read_site(Path(site_file), os.environ, flags, need_secrets=False)
    return open_ward(site.ruleset, bed_setups(site))


def _open_out(name: str | None, source: str, stack: ExitStack) -> BinaryIO:
    if name is None:
        return sys.stdout.buffer
    path = Path(name)
    if source != "-" and path.exists() and path.samefile(source):
        raise ConfigError(f"--out {name} is the input itself: name another file")
    try:
        return stack.enter_context(path.open("wb"))
    except OSError as error:
        raise ResourceMissing(f"{name} cannot be written: {error.strerror}; check the path") from error


def _lines(source: BinaryIO, name: str) -> Iterator[bytes]:
    """One line at a time, of bounded length; how far it is, where somebody looks on."""
    watched = sys.stderr.isatty()
    number = 0
    while line := source.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise InputError(f"{name}, line {number}: longer than {LONGEST_LINE} bytes, so not an input line")
        if watched and number % PROGRESS_LINES == 0:
            sys.stderr.write(f"\r{name}: {number} lines")
            sys.stderr.flush()
        yield line
    if watched and number >= PROGRESS_LINES:
        sys.stderr.write(f"\r{name}: {number} lines\n")
