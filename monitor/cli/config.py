"""`bedwatch config show`: every setting, its value and where it came from."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from config.load import examine, explain, read_layers
from config.problem import SettingsError
from monitor.cli.site_file import USUAL, VARIABLE, find_site_file
from monitor.cli.terminal import OK, describe, note, say
from monitor.core.errors import ConfigError

TEXT = f"""\
Prints every setting with its value and its origin: shipped, site, environment or flag. Secrets are masked.
Without --site it takes the file of {VARIABLE}, else {USUAL}, else the shipped settings alone."""

EXAMPLE = "  bedwatch config show --site site.toml"


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "config", "show every setting and its origin", TEXT, EXAMPLE, run)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = describe(actions, "show", "print key, value and origin", TEXT, EXAMPLE, run)
    show.add_argument("--site", metavar="FILE", help="site file")


def run(args: argparse.Namespace) -> int:
    """The table, even of settings that are wrong; those are then told, with exit code 2."""
    path = find_site_file(args.site, os.environ)
    try:
        layers = read_layers(path, os.environ)
    except SettingsError as error:
        raise ConfigError(str(error)) from None
    rows = [(each.key, _as_toml(each.value), str(each.origin)) for each in explain(layers)]
    rows.insert(0, ("KEY", "VALUE", "ORIGIN"))
    widths = [min(48, max(len(row[column]) for row in rows)) for column in (0, 1)]
    for key, value, origin in rows:
        say(f"{key:{widths[0]}}  {value:{widths[1]}}  {origin}")
    loaded = examine(layers)
    for warning in loaded.warnings:
        note(f"warning: {warning}")
    problems = loaded.problems if path is not None else tuple(layers.problems)
    if problems:
        raise ConfigError(str(SettingsError(problems)))
    return OK


def _as_toml(value: object) -> str:
    # JSON and TOML write texts, numbers, switches and lists alike; dates are not among the settings.
    return json.dumps(value, ensure_ascii=False, default=str)
