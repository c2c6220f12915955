"""`--option key=value`: a driver's options on the command line, as a site file would have them."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping
from typing import Any

from adapters.driver import Driver
from adapters.registry import OptionError, build_options
from monitor.core.errors import ConfigError


def add_option_flag(parser: argparse.ArgumentParser) -> None:
    """May be given several times."""
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        type=_pair,
        metavar="KEY=VALUE",
        help="an option of the driver, as under [device.options] of a site file; text without quotes",
    )


def read_options(driver: Driver, pairs: list[tuple[str, Any]]) -> tuple[Mapping[str, Any], Any]:
    """The table, and the driver's checked options. Raises ConfigError."""
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ConfigError("an --option is given twice")
    try:
        return table, build_options(driver, table)
    except OptionError as error:
        raise ConfigError(str(error)) from None


def _pair(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError("KEY=VALUE is wanted")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value
