"""The startup check of the five packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.errors import ConfigError
from monitor.packages import PACKAGES, refuse_strangers, verify_packages

HOME = Path("/srv/bedwatch")
TOGETHER: dict[str, Path | None] = {name: HOME / name for name in PACKAGES}


def test_this_installation_is_whole() -> None:
    verify_packages()


def test_packages_beside_each_other() -> None:
    refuse_strangers(TOGETHER)


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        (Path("/usr/lib/config"), "package 'config' in /usr/lib/config does not belong to bedwatch in /srv/bedwatch"),
        (None, "package 'config' is missing or is only a folder of data: install bedwatch alone"),
    ],
)
def test_a_stranger_is_refused(folder: Path | None, words: str) -> None:
    """`config` and `adapters` are also names of other distributions."""
    with pytest.raises(ConfigError, match=words):
        refuse_strangers(TOGETHER | {"config": folder})
