"""A ward in memory: the shipped rules, and stories told to it as input lines of interfaces section 4."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from config.instant import Instant, seconds
from monitor.core.bed import Bed
from monitor.core.bed_state import DeviceSetup, Setup
from monitor.core.events import to_line
from monitor.core.lines.reader import read_input
from monitor.core.preset.read import build_ruleset
from monitor.core.rules.ruleset import Ruleset
from monitor.core.ward import Ward

PRESET = Path(__file__).parents[2] / "config" / "defaults" / "presets" / "ketamine-adult.toml"
BED, OXIMETER, CUFF, NURSE = "bay-1", "ox-1", "cuff-1", "nurse-a"

Line = dict[str, Any]


def preset_table() -> dict[str, Any]:
    """The shipped preset as a fresh table that a test may change."""
    return tomllib.loads(PRESET.read_text(encoding="utf-8"))


@cache
def shipped_rules() -> Ruleset:
    """The rules of the shipped preset."""
    return build_ruleset(preset_table(), PRESET.name)


def no_fault(ward: Ward) -> None:
    """A bug at a deadline ends neither service nor replay; it ends a test."""
    for fault in ward.take_faults():
        raise fault.error


class Story:
    """One bed, told input by input; `lines` collects the event lines, each `t` in seconds from `origin`."""

    def __init__(
        self, *, devices: Iterable[DeviceSetup] = (), rules: Ruleset | None = None, origin: Instant = 0, bed: str = BED
    ) -> None:
        self.rules = shipped_rules() if rules is None else rules
        self.origin = origin
        self.name = bed
        self.lines: list[Line] = []
        known = tuple(devices)
        self.ward = Ward(self.rules, origin, adopt=lambda name: Setup(name, self.rules, known))

    @property
    def bed(self) -> Bed:
        """The bed of the story; it exists from the first input on."""
        return self.ward.beds[self.name]

    def put(self, t: float, kind: str, /, **fields: Any) -> list[Line]:
        """One input line; the event lines that it and the time before it caused."""
        line = {"t": t, "bed": self.name, "input": kind, **fields}
        events = self.ward.feed(read_input(line, self.origin), self.origin + seconds(t))
        no_fault(self.ward)
        found = [to_line(event, self.origin) for event in events]
        self.lines += found
        return found

    def open(self, t: float = 0.0, **more: Any) -> Story:
        """A patient on the bed (PRE)."""
        self.put(t, "open_session", **({"patient": "P-1", "by": NURSE} | more))
        return self

    def start(self, t: float) -> Story:
        """INFUSING, whatever the baseline."""
        self.command(t, "start_infusion", override_by="dr-x", reason="no baseline in this story")
        return self

    def command(self, t: float, name: str, /, **fields: Any) -> list[Line]:
        """A nurse's command."""
        return self.put(t, "command", command=name, **({"by": NURSE} | fields))

    def acknowledge(self, t: float, alarm: str) -> list[Line]:
        """Take note of every alarm of a kind."""
        return self.put(t, "acknowledge", alarm=alarm, by=NURSE)

    def sample(self, t: float, spo2: float | None = 97, pulse: float | None = 72, **more: Any) -> list[Line]:
        """One oximeter sample."""
        return self.put(t, "spo2", **({"device": OXIMETER, "spo2": spo2, "pulse_rate": pulse, "flags": []} | more))

    def samples(
        self, start: float, end: float, spo2: float | None = 97, pulse: float | None = 72, **more: Any
    ) -> list[Line]:
        """The same sample each second from `start` to before `end`."""
        found, t = [], start
        while t < end:
            found += self.sample(t, spo2, pulse, **more)
            t += 1
        return found

    def off(self, start: float, end: float) -> list[Line]:
        """The probe lies beside the patient."""
        return self.samples(start, end, None, None, flags=["no_finger"])

    def cuff(self, t: float, systolic: float = 120, diastolic: float = 76, **more: Any) -> list[Line]:
        """One cuff reading; the mean lies a third up unless given."""
        mean = round(diastolic + (systolic - diastolic) / 3)
        values = {"systolic": systolic, "diastolic": diastolic, "mean": mean, "pulse_rate": 71, "error": None}
        return self.put(t, "nibp", **({"device": CUFF} | values | more))

    def pleth(self, t: float, sqi: float = 0.95, pulse: float | None = 72, **more: Any) -> list[Line]:
        """One second's measures of the pleth."""
        measures = {"sqi": sqi, "pulse_present": sqi >= 0.5, "pulse_rate_pleth": pulse}
        return self.put(t, "pleth_measures", **({"device": OXIMETER} | measures | more))

    def tick(self, t: float) -> list[Line]:
        """Time passes."""
        return self.put(t, "tick")

    def told(self, alarm: str | None = None) -> list[tuple[float, str]]:
        """(t, event) of everything about an alarm, or of every alarm."""
        return [
            (line["t"], line["event"])
            for line in self.lines
            if "alarm" in line and alarm in (None, line["alarm"]) and line["event"] != "command_refused"
        ]

    def all(self, event: str, **fields: Any) -> list[Line]:
        """Every event line of a kind whose fields have these values."""
        return [
            line
            for line in self.lines
            if line["event"] == event and all(line.get(key) == value for key, value in fields.items())
        ]

    def one(self, event: str, **fields: Any) -> Line:
        """The only event line of a kind whose fields have these values."""
        (line,) = self.all(event, **fields)
        return line
