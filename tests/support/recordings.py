"""Recorded patients beside the checkout (recordings/README.md there), for figures and tests; never copied."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "recordings"
UNKNOWN_PULSE = "bidmc41"
"""Its monitor, oximeter and R peaks disagree; no beats are published (README there)."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One patient's wave and what is known about him; times in s from the start, on one clock.

    Attributes:
        numerics: column name to one value a second, NaN where the device showed none.
        events: label to times: `R`, `annotator_1`, `annotator_2`.
        alarm: kind and verdict of the monitor's alarm at 300 s, where there is one.
    """

    name: str
    rate_hz: float
    pleth: Any
    numerics: dict[str, Any]
    events: dict[str, Any]
    alarm: tuple[str, str] | None


def names(group: str) -> list[str]:
    """The recordings of `bidmc`, `hypox` or `alarm` that have a wave; none when the folder is not there."""
    return sorted(path.name.removesuffix(".wave.csv.gz") for path in FOLDER.glob(f"{group}*.wave.csv.gz"))


def load(name: str) -> Recording:
    """Read one recording."""
    about = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    with gzip.open(FOLDER / f"{name}.wave.csv.gz", "rt", encoding="utf-8") as file:
        place = next(file).strip().split(",").index("pleth")
        pleth = np.array([float(cell) if (cell := line.split(",")[place].strip()) else np.nan for line in file])
    numerics: dict[str, Any] = {}
    if (FOLDER / f"{name}.num.csv").exists():
        rows = _rows(FOLDER / f"{name}.num.csv")
        numerics = {column: _column(rows, column) for column in rows[0]}
    listed = _rows(FOLDER / f"{name}.events.csv")
    labels = {row["label"] for row in listed if row["kind"] != "alarm"}
    events = {label: np.array([float(row["t_s"]) for row in listed if row["label"] == label]) for label in labels}
    alarms = [row["label"].split(":") for row in listed if row["kind"] == "alarm"]
    alarm = (alarms[0][0], alarms[0][1]) if alarms else None
    return Recording(name, float(about["wave"]["fs_hz"]), pleth, numerics, events, alarm)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _column(rows: list[dict[str, str]], name: str) -> Any:
    return np.array([float(row[name]) if row[name] else np.nan for row in rows])
