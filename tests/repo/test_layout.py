"""The shape of the repository."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("monitor", "adapters", "alerts", "simulator", "config")
TOP = {*PACKAGES, "tests", "docs", "pyproject.toml", "docker-compose.yml", "Dockerfile", "Makefile", "LICENSE"}
TOP |= {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
NAMELESS = {"utils", "helpers", "common", "base", "types"}
READS_A_CLOCK = re.compile(
    r"\b(?:time\.(?:time|time_ns|monotonic|monotonic_ns|perf_counter|sleep)|asyncio\.sleep|datetime\.(?:now|utcnow)"
    r"|date\.today|loop\.time)\s*\("
)
modules = [path for package in PACKAGES for path in ROOT.glob(f"{package}/**/*.py") if "node_modules" not in path.parts]


def tracked() -> list[str]:
    """Paths under version control."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [path for path in listing.stdout.split("\0") if path]


def test_nothing_new_at_the_top() -> None:
    """A new concept finds its place inside a package."""
    entries = {path.split("/")[0] for path in tracked()}
    extra = {
        name for name in entries - TOP if not name.startswith(".") and not re.fullmatch(r"requirements.*\.lock", name)
    }
    assert extra == set()


def test_no_module_without_a_concept() -> None:
    """A file is named by what it is about."""
    assert [str(path) for path in modules if path.stem in NAMELESS or path.parent.name in NAMELESS] == []


def test_only_the_clock_reads_the_time() -> None:
    """The linter bans the calls; this finds the spellings that it cannot resolve."""
    clock = ROOT / "monitor" / "clock.py"
    readers = [path for path in modules if path != clock and READS_A_CLOCK.search(path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in readers] == []


def test_every_package_explains_how_to_add_to_it() -> None:
    """style-and-architecture, section 2: a short README headed "Add a ..."."""
    for package in PACKAGES[1:]:
        assert (ROOT / package / "README.md").read_text(encoding="utf-8").startswith("# Add a "), package


def test_the_locks_name_no_host() -> None:
    """They serve behind any index, and hold a hash for every requirement."""
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert len(locks) == 3
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"https?:|file:|--index|--extra-index|--find-links", text), lock.name
        assert text.count("==") <= text.count("--hash=sha256:"), lock.name


def test_the_locks_agree_and_cover_what_is_declared() -> None:
    """One version of everything, and no dependency declared without being locked."""
    pins: dict[str, set[str]] = {}
    for lock in sorted(ROOT.glob("requirements*.lock"), key=lambda path: path.name != "requirements.lock"):
        here: dict[str, set[str]] = {}
        for name, pin in re.findall(r"^([A-Za-z0-9._-]+)(==\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
            here.setdefault(name, set()).add(pin)
        for name, versions in here.items():  # two versions where Pythons differ
            assert versions <= pins.setdefault(name, versions), f"{lock.name}: {name}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["demo"],
        *project["dependency-groups"]["dev"],
        *project["dependency-groups"]["build"],
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower() for requirement in declared}
    assert names <= {name.lower() for name in pins}


def test_no_machine_and_no_data_of_others_in_the_repository() -> None:
    """Third-party captures and recordings stay outside; nothing big slips in."""
    for path in tracked():
        file = ROOT / path
        if not file.is_file():
            continue
        assert file.stat().st_size < 1_000_000, path
        assert file.suffix not in {".gz", ".pem", ".key", ".sqlite", ".edf", ".dat"}, path
