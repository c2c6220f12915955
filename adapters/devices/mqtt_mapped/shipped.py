"""The mappings that come with the product: one file each in `mappings/`, read when a driver is built."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from adapters.devices.mqtt_mapped.table import MappingError, nearest

SUFFIX = ".toml"


@cache
def shipped_names() -> tuple[str, ...]:
    """Their names, in order."""
    folder = files(__package__).joinpath("mappings")
    return tuple(sorted(each.name.removesuffix(SUFFIX) for each in folder.iterdir() if each.name.endswith(SUFFIX)))


def shipped(name: str) -> dict[str, Any]:
    """The table of the mapping called `name`; raises MappingError when there is none."""
    if name not in shipped_names():
        raise MappingError(f"there is no shipped mapping {name!r}: {nearest(name, shipped_names())}")
    return tomllib.loads(_text(name))


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath("mappings", f"{name}{SUFFIX}").read_text("utf-8")
