"""A driver from outside, written as adapters/README.md tells: `tests/plugin` is put on the path, never installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.reading import CuffReading, DeviceStatus, OximeterReading
from adapters.registry import drivers
from config.instant import MINUTE, SECOND
from monitor.conformance.bench import Bench, readings_of
from monitor.conformance.subject import Subject, find_subjects
from simulator.emulator import emulators

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "tests" / "plugin"
CAPTURES = PLUGIN / "captures"
NAME = "accutorr-3"


def run(*arguments: str, plugin: bool) -> subprocess.CompletedProcess[str]:
    """The product in a process of its own, with or without the plugin on its path."""
    path = os.pathsep.join([str(ROOT), *([str(PLUGIN)] if plugin else [])])
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "monitor", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def subject(monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
    """The plugin's driver with its captures and its emulated device, found in this process; gone afterwards."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    yield find_subjects([CAPTURES])[NAME]
    for module in [name for name in sys.modules if name.split(".")[0] == "accutorr_bedwatch"]:
        del sys.modules[module]


def test_the_kit_gives_it_every_badge() -> None:
    """Found by its entry points alone. A badge that is not held is a NO and exit 1."""
    answer = run("conformance", NAME, "--captures", str(CAPTURES), plugin=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    row = next(line for line in answer.stdout.splitlines() if line.startswith(NAME))
    assert "NO" not in row.split()
    assert "oximeter, cuff" in row, "without the emulated device the kit has nothing to compare with"
    assert f"{len(list(CAPTURES.glob('*/*')))} own" in row


def test_without_the_plugin_it_is_not_there() -> None:
    """Neither in another process nor in this one: nothing of it is installed."""
    answer = run("decode", NAME, str(CAPTURES / NAME / "clean" / "input.bin"), plugin=False)
    assert answer.returncode != 0
    assert f"unknown driver '{NAME}'" in answer.stderr
    assert NAME not in drivers()
    assert NAME not in emulators()


def test_it_speaks_only_when_prompted(subject: Subject) -> None:
    """One question for each prompt, from power-up on and after a connection that was lost in between."""
    bench = Bench(subject, subject.emulators[0])
    bench.run(MINUTE)
    bench.disconnect()
    bench.run(10 * SECOND)
    bench.connect()
    heard = bench.run(MINUTE)
    assert vars(bench.cuff)["unprompted"] == 0
    assert {words for _, words in bench.said} == {b"P"}
    asked = [at for at, _ in bench.said]
    assert min(later - at for at, later in pairwise(asked)) >= SECOND
    assert len(asked) <= sum(isinstance(item, DeviceStatus) for item in bench.items) + 1, "one prompt was not heard"
    assert sum(isinstance(item, OximeterReading) for item in heard) > 30


def test_a_result_that_stood_before_the_connection_is_not_told_again(subject: Subject) -> None:
    """Blood-pressure 9.1: the minutes are the only clue, and a new connection cannot know what the last one told."""
    bench = Bench(subject, subject.emulators[0])
    bench.run(10 * SECOND)
    assert [(each.systolic, each.diastolic) for each in bench.measure()] == [(128.0, 78.0)]
    bench.disconnect()
    bench.connect()
    assert not [item for item in bench.run(5 * MINUTE) if isinstance(item, CuffReading)]
    assert len(bench.measure()) == 1


def test_the_manuals_absurd_mean_is_passed_on(subject: Subject) -> None:
    """Blood-pressure, section 7: 45 for 120/80. To judge it is the validation rules' duty (9.4), not the driver's."""
    capture = next(each for each in subject.captures if each.folder.name == "cuff")
    told = [item for item in readings_of(subject.decode(capture.input, options={})) if isinstance(item, CuffReading)]
    assert (told[0].systolic, told[0].mean, told[0].diastolic) == (120.0, 45.0, 80.0)
