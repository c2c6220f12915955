"""pytest plugin: runs the chosen tests once, noting who reaches which line, then every mutant against those who do.

    python -m pytest -p tests.mutation.plugin --hypothesis-profile=mutants --mutate 'monitor/core/**/*.py' tests/core

Prints every survivor when it is known, and the share killed; `--survivors FILE` writes them down in order.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import coverage
import pytest
from _pytest.runner import runtestprotocol

from tests.mutation import trial
from tests.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's own options."""
    group = parser.getgroup("mutants")
    group.addoption("--mutate", action="append", default=[], help="source files to change, a pattern from the checkout")
    group.addoption("--share", type=int, default=1, help="try one mutant in SHARE, drawn with a fixed seed")
    group.addoption("--seed", type=int, default=1, help="seed of the draw")
    group.addoption("--survivors", type=Path, help="file for the mutants that no test noticed")
    group.addoption("--children", type=int, default=os.cpu_count() or 1, help="trials at a time")


def passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run one test without reporting it."""
    return all(report.passed or report.skipped for report in runtestprotocol(item, nextitem=following, log=False))


def survey(items: list[pytest.Item], files: list[Path]) -> tuple[dict[tuple[str, int], set[int]], list[float]]:
    """Run all tests once: which reach a line (file, number), and how long each takes. All must pass."""
    measure = coverage.Coverage(data_file=None, branch=False, config_file=False, include=[str(ROOT / f) for f in files])
    seconds = []
    measure.start()
    for number, item in enumerate(items):
        measure.switch_context(str(number))
        began = time.process_time()
        if not passes(item, items[number + 1] if number + 1 < len(items) else None):
            raise pytest.UsageError(f"{item.nodeid} fails without any change")
        seconds.append(time.process_time() - began)
    measure.stop()
    reach: dict[tuple[str, int], set[int]] = defaultdict(set)
    for name in measure.get_data().measured_files():
        for line, contexts in measure.get_data().contexts_by_lineno(name).items():
            reach[name, line] = {int(context) for context in contexts if context}
    return reach, seconds


class Trials:
    """Mutants against the tests that reach them, a few at a time."""

    def __init__(
        self, items: list[pytest.Item], files: list[Path], children: int, report: Callable[[str], None]
    ) -> None:
        self.reach, self.seconds = survey(items, files)
        self.items, self.children, self.report = items, children, report
        self.live = trial.live_functions()
        self.running: dict[int, Mutant] = {}
        self.survivors: list[Mutant] = []
        self.killed = 0

    def tests_for(self, mutant: Mutant) -> list[int]:
        """Numbers of the tests that reach the changed statement, quickest first."""
        first, last = mutant.lines
        path = str(ROOT / mutant.path)
        reached = set().union(*(self.reach.get((path, line), set()) for line in range(first, last + 1)))
        return sorted(reached, key=lambda number: self.seconds[number])

    def try_out(self, mutant: Mutant) -> None:
        """Begin one trial, waiting for another to end if too many run."""
        while len(self.running) >= self.children:
            self.wait()
        numbers = self.tests_for(mutant)
        tests = [self.test(number) for number in numbers]
        limit = int(20 + 10 * sum(self.seconds[number] for number in numbers))
        self.running[trial.begin(mutant, self.live, tests, limit)] = mutant

    def test(self, number: int) -> Callable[[], bool]:
        return lambda: passes(self.items[number], None)

    def wait(self) -> None:
        """Take in one trial that has ended."""
        child, status = os.wait()
        mutant = self.running.pop(child)
        if trial.outcome(status) == trial.SURVIVED:
            self.survivors.append(mutant)
            self.report(str(mutant))
        else:
            self.killed += 1

    def finish(self) -> None:
        """Take in the rest."""
        while self.running:
            self.wait()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Mutants instead of tests, when any are asked for."""
    options = session.config.option
    if not options.mutate:
        return None
    files = trial.sources(options.mutate, ROOT)
    terminal = session.config.get_terminal_writer()
    with contextlib.chdir(ROOT):
        drawn = [mutant for path in files for mutant in draw(path, options.share, options.seed)]
        random.Random(options.seed).shuffle(drawn)  # a run that is stopped early has seen a fair share of all files
        terminal.line(f"{len(drawn)} mutants in {len(files)} files; first all tests once, unchanged")
        trials = Trials(session.items, files, options.children, terminal.line)
        fit = [mutant for mutant in drawn if trial.fits(mutant, trials.live)]
        for number, mutant in enumerate(fit, start=1):
            if number % 100 == 0:
                terminal.line(f"{number} of {len(fit)}: {trials.killed} killed, {len(trials.survivors)} survived")
            trials.try_out(mutant)
        trials.finish()
    if options.survivors:
        options.survivors.write_text("".join(f"{one}\n" for one in sorted(trials.survivors, key=str)), encoding="utf-8")
    tried = len(fit)
    terminal.line(
        f"{tried} mutants tried, {trials.killed} killed ({100 * trials.killed / max(tried, 1):.1f} %), "
        f"{len(trials.survivors)} survived, {len(drawn) - tried} could not be put in place"
    )
    return True


def draw(path: Path, share: int, seed: int) -> Iterator[Mutant]:
    """One mutant of a file in `share`, the same ones on every machine."""
    chance = random.Random(f"{seed} {path.as_posix()}")
    yield from mutants_of(path, lambda: chance.randrange(share) == 0)
