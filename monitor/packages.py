"""Whether the five packages of one installation lie beside each other.

`config` and `adapters` are also names of other distributions: in one environment they overwrite each other's
files in silence (style-and-architecture, section 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from monitor.core.errors import ConfigError

PACKAGES = ("monitor", "adapters", "alerts", "simulator", "config")
REMEDY = "install bedwatch alone in an environment of its own, and start it with `bedwatch` or `python -P -m monitor`"


def verify_packages() -> None:
    """Refuse to start on somebody else's package. Raises ConfigError with the remedy."""
    refuse_strangers({name: _folder(name) for name in PACKAGES})


def refuse_strangers(folders: Mapping[str, Path | None]) -> None:
    """Raises ConfigError unless every package has a folder and all lie in that of `monitor`'s."""
    home = folders["monitor"]
    for name, folder in folders.items():
        if folder is None:
            raise ConfigError(f"package {name!r} is missing or is only a folder of data: {REMEDY}")
        if home is not None and folder.parent != home.parent:
            raise ConfigError(f"package {name!r} in {folder} does not belong to bedwatch in {home.parent}: {REMEDY}")


def _folder(name: str) -> Path | None:
    spec = find_spec(name)
    return None if spec is None or spec.origin is None else Path(spec.origin).resolve().parent
