"""The page's TypeScript types say what the service sends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).parents[3] / "monitor" / "station" / "web"


def test_the_generated_types_are_those_of_the_contract() -> None:
    """`src/wire.gen.ts` is what `generate_wire.py` makes of `monitor/station/wire.py` now."""
    command = [sys.executable, str(WEB / "generate_wire.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
