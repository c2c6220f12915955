"""How many files, sockets and ports this process holds."""

from __future__ import annotations

from pathlib import Path

import pytest


def open_descriptors() -> int:
    """The number of open descriptors; skips the test where the system does not tell."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("needs /proc/self/fd to count open descriptors")
    return len(list(folder.iterdir()))
