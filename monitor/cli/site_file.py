"""Which site file a command means, and where the service's data lie."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from config.layers import Flag
from config.load import explain, read_layers
from config.problem import SettingsError
from monitor.core.errors import ConfigError

VARIABLE = "BEDWATCH_SITE"
USUAL = Path("/etc/bedwatch/site.toml")


def find_site_file(named: str | None, environ: Mapping[str, str], usual: Path = USUAL) -> Path | None:
    """The one on the command line, else that of BEDWATCH_SITE, else the usual one when it is there; else None."""
    if named is not None:
        return Path(named)
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    return usual if usual.exists() else None


def need_site_file(named: str | None, environ: Mapping[str, str], usual: Path = USUAL) -> Path:
    """As `find_site_file`; raises ConfigError with the remedy when there is none."""
    found = find_site_file(named, environ, usual)
    if found is None:
        raise ConfigError(f"no site file: name one, or set {VARIABLE}, or put it at {usual}")
    return found


def add_data_flag(parser: argparse.ArgumentParser) -> None:
    """`--data DIR`, the same for every command that needs it."""
    parser.add_argument(
        "--data", metavar="DIR", help="folder of journal and people (default: journal.folder of the settings)"
    )


def data_folder(data: str | None, site: str | None, environ: Mapping[str, str]) -> Path:
    """`--data`, else what the settings say. Raises ConfigError when the site file cannot be read."""
    if data is not None:
        return Path(data)
    try:
        layers = read_layers(find_site_file(site, environ), environ, [Flag("--data", "journal.folder", data)])
    except SettingsError as error:
        raise ConfigError(str(error)) from None
    folder = next(each.value for each in explain(layers) if each.key == "journal.folder")
    if not isinstance(folder, str) or not folder:
        raise ConfigError(str(layers.problem(("journal", "folder"), "is not the path of a folder")))
    return Path(folder)
