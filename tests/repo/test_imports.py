"""The directions of import hold; their contracts stand in pyproject.toml."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUIET = """
import importlib, pkgutil, sys
for name in {packages!r}:
    importlib.import_module(name)
heavy = sorted({{"pydantic", "fastapi", "serial", "aiomqtt", "sqlite3", "asyncio"}} & set(sys.modules))
sys.exit(" ".join(heavy) or None)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python of the same environment, from the root of the checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_contracts_hold() -> None:
    """import-linter finds no way up, no stranger's door and no I/O in what is pure."""
    result = run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert result.returncode == 0, result.stdout + result.stderr


def test_words_and_core_come_without_the_outside() -> None:
    """The vocabulary and the core can be imported without pydantic, web server, serial port or event loop."""
    result = run("-c", QUIET.format(packages=["config.vocabulary", "config.instant", "monitor.core.bed"]))
    assert result.returncode == 0, result.stderr
