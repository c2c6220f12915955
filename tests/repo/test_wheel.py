"""What is shipped: data files beside the code, the built page, no tests and no sources of the page."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"monitor", "adapters", "alerts", "simulator", "config"}
STATIC = ROOT / "monitor" / "station" / "static"


def files(pattern: str) -> set[str]:
    """Paths in the checkout, as they should stand in the wheel."""
    return {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from this checkout; the page is taken as it is, not built again."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        env={**os.environ, "HATCH_BUILD_NO_HOOKS": "true"},
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_nothing_but_the_five_packages(wheel: set[str]) -> None:
    """No tests, no docs, nothing that would land beside other people's packages."""
    top = {name.split("/")[0] for name in wheel}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES


def test_every_module_is_shipped(wheel: set[str]) -> None:
    """A module left out would be found only by whoever installs the wheel."""
    ours = set().union(*(files(f"{package}/**/*.py") for package in PACKAGES))
    assert {name for name in ours if not name.startswith("monitor/station/web/")} <= wheel


@pytest.mark.parametrize("pattern", ["config/defaults/**/*.toml", "simulator/scenarios/*.toml", "simulator/**/*.csv"])
def test_data_files_are_shipped(wheel: set[str], pattern: str) -> None:
    """Shipped settings, presets and scenarios come with the code that reads them."""
    assert files(pattern) <= wheel


def test_the_defaults_exist() -> None:
    """The test above would pass on an empty folder."""
    assert "config/defaults/site.toml" in files("config/defaults/**/*.toml")
    assert "config/defaults/presets/ketamine-adult.toml" in files("config/defaults/**/*.toml")
    assert files("simulator/scenarios/*.toml")


def test_the_built_page_is_shipped_and_its_sources_are_not(wheel: set[str]) -> None:
    """The wheel serves the page without Node; nobody needs its TypeScript there."""
    assert not [name for name in wheel if name.startswith("monitor/station/web")]
    if not STATIC.is_dir():
        pytest.skip("the page is not built: run `make dashboard`")
    built = {path.relative_to(ROOT).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    assert "monitor/station/static/index.html" in built
    assert built <= wheel
