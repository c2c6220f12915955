"""`bedwatch watchdog`: calls when the service does not work any more."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from config.instant import Clock
from config.layers import Flag
from monitor.cli.site_file import add_data_flag, need_site_file
from monitor.cli.terminal import FAULT, OK, describe, note, say

if TYPE_CHECKING:
    from monitor.site import Site
    from monitor.watchdog.outcry import Outcry

TEXT = """\
Watches the heartbeat of a service from outside (alarm-system 5.4). When it stays away for 10 s, the watchdog prints so,
rings the terminal's bell, runs the site's [watchdog] command, and pages every channel of the site file, until the
heartbeat is back or the service is stopped in order. `bedwatch serve` starts one beside itself; better still is one
that the system starts as a service of its own ([watchdog] start = false then)."""

EXAMPLE = """\
  bedwatch watchdog --site /etc/bedwatch/site.toml --data /var/lib/bedwatch
  bedwatch watchdog --site /etc/bedwatch/site.toml --test       rings once and pages a test; for the weekly check"""


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "watchdog", "call when the service stands still", TEXT, EXAMPLE, run)
    parser.add_argument("--site", metavar="FILE", help="site file (default: $BEDWATCH_SITE, /etc/bedwatch/site.toml)")
    add_data_flag(parser)
    parser.add_argument("--test", action="store_true", help="ring once, page a test on every channel, and end")
    parser.add_argument("--beside", type=int, metavar="PID", help=argparse.SUPPRESS)
    parser.add_argument("--log", choices=("text", "json"), default="text", help="form of the log on standard error")


def run(args: argparse.Namespace) -> int:
    """Watch until stopped."""
    from monitor.logs import configure
    from monitor.running import run_until_stopped
    from monitor.site import read_site

    flags = [Flag("--data", "journal.folder", args.data)]
    site = read_site(need_site_file(args.site, os.environ), os.environ, flags)
    configure(json=args.log == "json")
    if args.test:
        return asyncio.run(_test(site))
    if args.beside is None:
        note(f"watching {site.data}   (stop with Ctrl-C)")
    run_until_stopped(_watch(site, args.beside))
    return OK


async def _watch(site: Site, beside: int | None) -> None:
    from monitor.clock import SystemClock
    from monitor.heartbeat import HEARTBEAT_FILE, read_beat
    from monitor.watchdog.watch import Watchdog

    clock = SystemClock()
    outcry = _outcry(site, clock)
    patience = site.ruleset.core_stalled.delay
    watchdog = Watchdog(lambda: read_beat(site.data / HEARTBEAT_FILE), outcry, clock, patience=patience, beside=beside)
    try:
        await watchdog.run()
    finally:
        await outcry.aclose()


async def _test(site: Site) -> int:
    from monitor.clock import SystemClock

    outcry = _outcry(site, SystemClock())
    try:
        found = await outcry.test()
    finally:
        await outcry.aclose()
    for channel, problem in found.items():
        say(f"{channel}: {'delivered' if problem is None else problem}")
    if not found:
        say("no channel calls anybody: the watchdog can only ring here")
    return OK if not any(found.values()) else FAULT


def _outcry(site: Site, clock: Clock) -> Outcry:
    from alerts.alert import AlertKind
    from alerts.channel import find_kinds, open_channel
    from monitor.watchdog.outcry import Outcry

    kinds = find_kinds()
    calling = [spec for spec in site.channels if not spec.keeps_record and AlertKind.RAISED in spec.tell]
    return Outcry([open_channel(kinds, spec) for spec in calling], site.watchdog.command, _shout, clock)


def _shout(text: str) -> None:
    # A terminal that is gone must not end the paging.
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
