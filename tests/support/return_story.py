"""A whole infusion as a story: what is taken when is planned first, then told in order of time with steady waves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.ward import CUFF, NURSE, OXIMETER, Line, Story

START, END = 600.0, 3000.0
"""First drug delivery, and the end of the infusion 40 minutes later, seconds."""

STEP = 4.0
"""Seconds between two oximeter samples: as long as one stands, so that valid time has no gaps."""

Wave = Callable[[float], tuple[float | None, float | None]]


class ReturnStory(Story):
    """Baseline 120/76 without a mean, pulse 72, SpO2 97; so U is 132 and 84 mmHg, 80 /min, and 95 %.

    `wave` gives (SpO2, pulse) for a time; the plan holds everything else. `device_ahead`: by how many seconds
    the oximeter's own clock is wrong.
    """

    def __init__(self, wave: Wave = lambda t: (97, 72), *, baseline: bool = True, **opening: Any) -> None:
        super().__init__()
        self.wave = wave
        self.plan: list[tuple[float, str, dict[str, Any]]] = []
        self.sampled = 200.0
        self.device_ahead: float | None = None
        self.open(0, **opening)
        if baseline:
            for t in (100, 200, 300):
                self.reading(t)
        self.act(START, "start_infusion", **({} if baseline else {"override_by": "dr-x", "reason": "urgent"}))

    def reading(self, t: float, systolic: float | None = 120, diastolic: float | None = 76, **more: Any) -> ReturnStory:
        """A cuff reading at `t`."""
        values = {"systolic": systolic, "diastolic": diastolic, "mean": None, "pulse_rate": None, "error": None}
        self.plan.append((t, "nibp", {"device": CUFF} | values | more))
        return self

    def failed(self, minute: float) -> ReturnStory:
        """A measurement that gave nothing, `minute` after the end."""
        return self.reading(END + 60 * minute, None, None, error="leak")

    def infusing(self, **systolic_at: float) -> ReturnStory:
        """Readings during the infusion: `m5=150` is 150 mmHg five minutes after the start."""
        for name, systolic in systolic_at.items():
            self.reading(START + 60 * float(name[1:]), systolic)
        return self

    def after(self, **systolic_at: float) -> ReturnStory:
        """Readings after the end: `m2_5=120` is 120 mmHg at +2.5 min, `n1` one minute before it."""
        for name, systolic in systolic_at.items():
            minute = float(name[1:].replace("_", "."))
            self.reading(END + 60 * (minute if name[0] == "m" else -minute), systolic)
        return self

    def act(self, t: float, command: str, **fields: Any) -> ReturnStory:
        """A nurse's command."""
        self.plan.append((t, "command", {"command": command, "by": NURSE} | fields))
        return self

    def end(self, t: float = END, **fields: Any) -> ReturnStory:
        """The end of the infusion, entered at `t`."""
        return self.act(t, "end_infusion", **fields)

    def run(self, until: float) -> ReturnStory:
        """Tell everything planned up to `until`, in order of time, and let the clock stand there."""
        waiting = sorted((entry for entry in self.plan if entry[0] <= until), key=lambda entry: entry[0])
        self.plan = [entry for entry in self.plan if entry[0] > until]
        for t, kind, fields in waiting:
            self._sample_until(t)
            self.put(t, kind, **fields)
        self._sample_until(until)
        self.tick(until)
        return self

    def run_minutes(self, minute: float) -> ReturnStory:
        """As `run`, in minutes after the end."""
        return self.run(END + 60 * minute)

    def steps(self, metric: str = "systolic") -> list[tuple[float, str, str]]:
        """Each change of a metric's state: minutes after the end when it was told, from, to."""
        return [
            (minutes(line["t"]), line["from"], line["to"]) for line in self.all("return_state_changed", metric=metric)
        ]

    def interval(self, metric: str = "systolic") -> Any:
        """The interval told with the last return of a metric."""
        return self.all("return_state_changed", metric=metric, to="RETURNED")[-1]["interval_min"]

    def verdicts(self) -> list[tuple[float, str]]:
        """Minutes after the end, verdict, of every one that was told."""
        return [(minutes(line["t"]), line["verdict"]) for line in self.all("return_verdict")]

    def last_verdict(self) -> Line:
        """The verdict told last, whole."""
        return self.all("return_verdict")[-1]

    def state(self, metric: str = "systolic") -> str:
        """Where a metric stands now."""
        session = self.bed.state.session
        assert session is not None
        return {name.value: found.state.value for name, found in session.returns.items()}[metric]

    def _sample_until(self, t: float) -> None:
        while self.sampled <= t:
            spo2, pulse = self.wave(self.sampled)
            fields: dict[str, Any] = {"flags": ["no_finger"] if spo2 is None and pulse is None else []}
            if self.device_ahead is not None:
                fields["device_t"] = self.sampled + self.device_ahead
            self.put(self.sampled, "spo2", device=OXIMETER, spo2=spo2, pulse_rate=pulse, **fields)
            self.sampled += STEP


def minutes(t: float) -> float:
    """Minutes after the end."""
    return round((t - END) / 60, 3)
