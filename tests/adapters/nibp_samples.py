"""The collected frames of cuffs beside the checkout, by their id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.adapters.captures import SHARED

PATH = SHARED / "nibp-mqtt-hl7" / "nibp-serial.json"


def samples(prefix: str, direction: str = "device>host") -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Bytes and expected values of every sample whose id begins so; skips the test where they are absent."""
    if not PATH.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    return {
        entry["id"]: (bytes.fromhex(entry["hex"]), entry["expect"])
        for entry in json.loads(PATH.read_text("utf-8"))
        if entry["id"].startswith(prefix) and entry["direction"] == direction
    }
