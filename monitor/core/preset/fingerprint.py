"""What names exactly the numbers of a preset: on the signed page, in the log, in every session."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def fingerprint(preset: Mapping[str, Any]) -> str:
    """SHA-256 of the whole table's numbers and words, whatever file they came from."""
    return hashlib.sha256(json.dumps(preset, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
