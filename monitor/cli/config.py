"""`bedwatch config`: every setting with its origin, and the alarm rules as a page to sign."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from config.load import examine, explain, read_layers
from config.presets import PresetError, based_on, resolve_preset
from config.problem import SettingsError
from monitor.cli.replay import DEFAULT_PRESET
from monitor.cli.site_file import USUAL, VARIABLE, find_site_file
from monitor.cli.terminal import OK, ResourceMissing, describe, note, say
from monitor.core.errors import ConfigError

TEXT = f"""\
Prints every setting with its value and its origin: shipped, site, environment or flag. Secrets are masked.
Without --site it takes the file of {VARIABLE}, else {USUAL}, else the shipped settings alone."""

EXAMPLE = "  bedwatch config show --site site.toml"

RULES_TEXT = """\
Prints the alarm rules in force as a page: every limit, delay, time and bound, in words, made from the preset's own
data: as HTML to print and to sign, as Markdown to read. Of the preset of the site file, or of one by its name."""

RULES_EXAMPLE = """\
  bedwatch config rules --site site.toml --out rules.html
  bedwatch config rules --preset ketamine-adult --format markdown"""

SCHEMA_TEXT = """\
Prints the JSON Schema of an alarm preset, for an editor that completes keys and shows what each is for."""

SCHEMA_EXAMPLE = "  bedwatch config schema > preset.schema.json"


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "config", "show every setting and its origin", TEXT, EXAMPLE, run)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = describe(actions, "show", "print key, value and origin", TEXT, EXAMPLE, run)
    show.add_argument("--site", metavar="FILE", help="site file")
    rules = describe(actions, "rules", "print the alarm rules as a page to sign", RULES_TEXT, RULES_EXAMPLE, run_rules)
    rules.add_argument("--site", metavar="FILE", help="site file whose preset is printed")
    rules.add_argument("--preset", metavar="NAME", help="a preset by its name (default: the site's)")
    rules.add_argument("--format", choices=("html", "markdown"), default="html", help="html, or markdown")
    rules.add_argument("--out", metavar="FILE", help="file for the page (default: standard output)")
    describe(actions, "schema", "print the schema of a preset", SCHEMA_TEXT, SCHEMA_EXAMPLE, run_schema)


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


def run_rules(args: argparse.Namespace) -> int:
    """Print the page."""
    from monitor.site.rule_sheet import as_html, as_markdown, rule_sheet

    lines = (as_html if args.format == "html" else as_markdown)(rule_sheet(*_preset_tables(args.site, args.preset)))
    if args.out is None:
        for line in lines:
            say(line)
        return OK
    try:
        Path(args.out).write_text("\n".join([*lines, ""]), encoding="utf-8")
    except OSError as error:
        raise ResourceMissing(f"{args.out} cannot be written: {error.strerror}; check the path") from error
    return OK


def run_schema(args: argparse.Namespace) -> int:
    """Print the schema."""
    from monitor.site.preset_schema import schema

    say(json.dumps(schema(), indent=2, ensure_ascii=False))
    return OK


def _preset_tables(site_file: str | None, name: str | None) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The whole preset, checked as the service checks it, and the one it is based on."""
    from monitor.site import read_site

    path = find_site_file(site_file, os.environ)
    own: dict[str, dict[str, Any]] = {}
    if path is not None:
        read_site(path, os.environ, need_secrets=False)
        loaded = examine(read_layers(path, os.environ))
        if loaded.settings is not None:
            own, name = loaded.settings.preset, name or loaded.settings.site.preset
    try:
        name = name or DEFAULT_PRESET
        table, base = resolve_preset(name, own), based_on(name, own)
        return table, None if base is None else resolve_preset(base, own)
    except PresetError as error:
        raise ConfigError(str(error)) from None


def _as_toml(value: object) -> str:
    # JSON and TOML write texts, numbers, switches and lists alike; dates are not among the settings.
    return json.dumps(value, ensure_ascii=False, default=str)
