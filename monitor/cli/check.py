"""`bedwatch check`: a site file, or one MQTT payload, looked through without opening a port."""

from __future__ import annotations

import argparse
import os
import tomllib
from collections import Counter
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

from adapters.driver import Driver
from adapters.message_lines import LINE_LIMIT
from adapters.reading import Fault, Reading
from adapters.registry import OptionError, build_options
from monitor.cli.decode import Tally, find_driver, open_bytes, print_item
from monitor.cli.site_file import USUAL, VARIABLE, find_site_file, need_site_file
from monitor.cli.terminal import FAULT, OK, ResourceMissing, describe, note, say
from monitor.core.errors import ConfigError
from monitor.site import Site, read_site

TEXT = f"""\
Looks through a site file and says what is wrong with it: file, line, key and remedy. Opens no port.
Without FILE it takes that of {VARIABLE}, else {USUAL}.
With --payload and --driver it decodes one MQTT message instead, as the devices of FILE would where given.
--mapping tries one for the driver mqtt-mapped: a shipped one by its name, or a file with the table in it; without it
and without FILE every shipped mapping that knows the topic is tried."""

EXAMPLE = """\
  bedwatch check site.toml
  bedwatch check --payload message.json --driver mqtt-vitals --topic vitals/v1/harbour/bay-1/ox-1/spo2
  bedwatch check --payload message.json --driver mqtt-mapped --mapping viatom-ble --topic sensors"""


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "check", "look through a site file or an MQTT message", TEXT, EXAMPLE, run)
    parser.add_argument("site", metavar="FILE", nargs="?", help="site file")
    parser.add_argument("--payload", metavar="FILE", help="file with the payload of one MQTT message, or -")
    parser.add_argument("--driver", metavar="D", help="driver to decode the payload with")
    parser.add_argument("--topic", metavar="T", default="", help="topic the message came on, where the driver asks")
    parser.add_argument("--mapping", metavar="M", help="name of a shipped mapping, or a TOML file (driver mqtt-mapped)")


def run(args: argparse.Namespace) -> int:
    """0 when all is well, 1 when a payload cannot be decoded, 2 when the site file is wrong."""
    if args.payload is None:
        if args.driver is not None or args.topic or args.mapping is not None:
            raise ConfigError(
                "--driver, --topic and --mapping belong to --payload: name the file with the message, too"
            )
        return _check_site(need_site_file(args.site, os.environ))
    if args.driver is None:
        raise ConfigError("--payload needs --driver: which driver decodes it, for instance --driver mqtt-vitals")
    return _check_payload(args)


def _check_site(path: Path) -> int:
    site = read_site(path, os.environ, need_secrets=False)
    for warning in site.warnings:
        note(f"warning: {warning}")
    for line in _summary(site):
        say(line)
    odd = len(site.warnings)
    say(f"{path}: in order" + (f", but look at the {odd} warning{'s' * (odd > 1)}" if odd else ""))
    return OK


def _summary(site: Site) -> list[str]:
    rules = site.ruleset
    lines = [
        f"site {site.id}: {site.name}, "
        f"preset {rules.name} version {rules.version}, fingerprint {rules.short_fingerprint}"
    ]
    for bed in site.beds:
        devices = ", ".join(f"{each.id} ({each.spec.driver.name})" for each in site.devices if each.bed == bed.id)
        lines.append(f"bed {bed.id}: {bed.label}; {devices or 'no device'}")
    kinds = Counter(channel.kind for channel in site.channels)
    lines.append(f"channels: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}")
    return lines


def _check_payload(args: argparse.Namespace) -> int:
    driver = find_driver(args.driver)
    if not driver.messages:
        raise ConfigError(f"driver {driver.name} reads bytes from a line: use `bedwatch decode {driver.name} FILE`")
    choices = _choices(driver, args)
    with ExitStack() as stack:
        # One byte more than any decoder takes, so that it says itself that the payload is too large.
        payload = open_bytes(args.payload, stack).read(LINE_LIMIT + 1)
    decoded = {name: _decoded(driver, options, args.topic, payload) for name, options in choices.items()}
    name = max(decoded, key=lambda each: _worth(decoded[each]))
    items = decoded[name]
    if name and items:
        note(f"as device {name} of {args.site} reads it")
    tally = Tally()
    for item in items:
        print_item(item, pleth=True, tally=tally)
    if tally.faults and not args.topic:
        note("the topic tells what a message is: name the one it came on with --topic")
    if not tally.faults and not tally.readings:
        note(f"{args.payload}: driver {driver.name} finds nothing in it for itself")
    return OK if tally.readings and not tally.faults else FAULT


def _decoded(driver: Driver, options: Any, topic: str, payload: bytes) -> list[Reading | Fault]:
    decoder = driver.decoder(options)
    items = list(decoder.feed_message(topic, payload))
    # A single value waits for the others of its reading; here nothing more will come.
    return [*items, *decoder.finish()] if driver.dated else items


def _worth(items: list[Reading | Fault]) -> int:
    """Of several devices the one that understands the message is meant, else one that has a remark on it."""
    return 2 if any(not isinstance(item, Fault) for item in items) else 1 if items else 0


def _choices(driver: Driver, args: argparse.Namespace) -> dict[str, Any]:
    """The options to read the message with, by the device of the site file that has them; else under no name."""
    if args.mapping is not None:
        if "mapping" not in {field.name for field in fields(driver.options)}:
            raise ConfigError(f"driver {driver.name} takes no mapping: --mapping belongs to --driver mqtt-mapped")
        return {"": _built(driver, {"mapping": _mapping(args.mapping)})}
    path = None if args.site is None else find_site_file(args.site, os.environ)
    if path is None:
        return {"": build_options(driver, {})}
    site = read_site(path, os.environ, need_secrets=False)
    found = {each.id: each.spec.options for each in site.devices if each.spec.driver.name == driver.name}
    if not found:
        raise ConfigError(f"{path}: no device has the driver {driver.name}")
    return found


def _mapping(name: str) -> str | dict[str, Any]:
    """A shipped mapping's name as it is, or the table in a file."""
    path = Path(name)
    if path.suffix != ".toml":
        return name
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ResourceMissing(f"{name} cannot be read: {error.strerror}; check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: is not TOML: {error}") from None
    return table


def _built(driver: Driver, table: dict[str, Any]) -> Any:
    try:
        return build_options(driver, table)
    except OptionError as error:
        raise ConfigError(str(error)) from None
