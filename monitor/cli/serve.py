"""`bedwatch serve`: the service against real devices."""

from __future__ import annotations

import argparse
import os
from typing import Any

from config.layers import Flag
from monitor.cli.site_file import add_data_flag, need_site_file
from monitor.cli.terminal import OK, describe, note

TEXT = """\
Watches the beds of a site file and serves the nurse station until Ctrl-C. Journal and people lie in --data; after a
crash the same command goes on where it ended. Check the site file first with: bedwatch check FILE"""

EXAMPLE = "  bedwatch serve --site /etc/bedwatch/site.toml --data /var/lib/bedwatch --host 0.0.0.0"


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "serve", "watch the beds of a site file", TEXT, EXAMPLE, run)
    parser.add_argument("--site", metavar="FILE", help="site file (default: $BEDWATCH_SITE, /etc/bedwatch/site.toml)")
    add_data_flag(parser)
    parser.add_argument("--host", help="address of the nurse station (default: station.host)")
    parser.add_argument("--port", type=int, help="its port, 0 takes a free one (default: station.port)")
    parser.add_argument("--log", choices=("text", "json"), default="text", help="form of the log on standard error")


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    from monitor.clock import SystemClock
    from monitor.journal import JournalReader
    from monitor.logs import configure
    from monitor.packages import verify_packages
    from monitor.running import run_until_stopped
    from monitor.server_clock import synchronised
    from monitor.service import JOURNAL_FILE, Plan, run_service
    from monitor.site import read_site
    from monitor.watchdog.companion import watchdog_command

    verify_packages()
    flags = [
        Flag("--data", "journal.folder", args.data),
        Flag("--host", "station.host", args.host),
        Flag("--port", "station.port", args.port),
    ]
    path = need_site_file(args.site, os.environ)
    site = read_site(path, os.environ, flags)
    for warning in site.warnings:
        note(f"warning: {warning}")
    configure(json=args.log == "json")
    clock = SystemClock(not_before=JournalReader(site.data / JOURNAL_FILE).last_moment())
    host = site.station.host

    def ready(port: int) -> None:
        note(f"nurse station: http://{host}:{port}/   (stop with Ctrl-C)")

    beside = watchdog_command(path, site.data) if site.watchdog.start else ()
    plan = Plan(
        *(site, site.data, clock, host, site.station.port),
        ready=ready,
        synchronised=synchronised,
        companion=beside,
    )
    run_until_stopped(run_service(plan))
    return OK
