"""Every decoder against grown input, each in a process of its own, two at a time."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

from tests.fuzz.grow import grow

AT_A_TIME = 2


def main(argv: Sequence[str]) -> int:
    """1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("drivers", nargs="*", metavar="DRIVER", help="without any: every driver found")
    parser.add_argument("--seconds", type=int, default=2, metavar="N", help="for each driver (2)")
    parser.add_argument("--here", action="store_true", help="in this process, with the engine's own output")
    args = parser.parse_args(argv)
    if args.here:
        (name,) = args.drivers
        grow(name, args.seconds)
        return 0
    if find_spec("atheris") is None:
        sys.stderr.write("fuzz: atheris is not installed here: captures and chance alone, without coverage guidance\n")
    from adapters.registry import drivers

    names = args.drivers or list(drivers())
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        held = list(pool.map(lambda name: one(name, args.seconds), names))
    return 0 if all(held) else 1


def one(name: str, seconds: int) -> bool:
    """Whether the driver held for so long; says so, and what was found."""
    command = [sys.executable, "-m", "tests.fuzz", name, "--here", "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    if done.returncode == 0 and tried:
        sys.stderr.write(f"fuzz: {name}: {tried[1]} inputs, nothing found\n")
        return True
    tail = "\n".join(done.stderr.splitlines()[-25:])
    sys.stderr.write(f"fuzz: {name}: FOUND, see tests/captures/{name}/found-*\n{tail}\n")
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
