"""pytest plugin: runs the chosen tests once, noting who reaches which line, then every mutant against those who do.

    python -m pytest -p tests.mutation.plugin --hypothesis-profile=mutants --mutate 'monitor/core/**/*.py' tests/core

Prints every survivor when it is known, and the share killed; `--survivors FILE` writes them down in order.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import coverage
import pytest
from _pytest.runner import runtestprotocol

from tests.mutation import trial
from tests.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).resolve().parents[2]
TEST_COSTS_S = 0.003
"""What any test takes beside its own time."""
LOOP_S = 3.0
"""A test that takes so much longer than five times its own time will not end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's own options."""
    group = parser.getgroup("mutants")
    group.addoption("--mutate", action="append", default=[], help="source files to change, a pattern from the checkout")
    group.addoption("--share", type=int, default=1, help="try one mutant in SHARE, drawn with a fixed seed")
    group.addoption("--seed", type=int, default=1, help="seed of the draw")
    group.addoption("--survivors", type=Path, help="file for the mutants that no test noticed")
    group.addoption("--only", type=Path, help="try the mutants that such a file names, and no others")
    group.addoption("--patience", type=float, default=40, help="seconds of tests after which a mutant has survived")
    group.addoption("--children", type=int, default=os.cpu_count() or 1, help="trials at a time")


def passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run one test without reporting it."""
    return all(report.passed or report.skipped for report in runtestprotocol(item, nextitem=following, log=False))


def survey(items: list[pytest.Item], files: list[Path]) -> tuple[dict[tuple[str, int], set[int]], list[float]]:
    """Run all tests once: which reach a line (file, number), and how long each takes. All must pass.

    In each test module anew, what functions remember is computed again: it would hide who hangs on their lines.
    """
    measure = coverage.Coverage(data_file=None, branch=False, config_file=False, include=[str(ROOT / f) for f in files])
    seconds = []
    measure.start()
    for number, item in enumerate(items):
        if number == 0 or items[number - 1].path != item.path:
            trial.forget(trial.remembered())
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


def soonest(
    reached: set[int], seconds: Sequence[float], here: Counter[int], near: Counter[int], patience: float
) -> list[int]:
    """The tests in the order that finds one that notices soonest: the likeliest first, for the time it takes.

    As many as the patience allows: nearly all the time would go to the slow tests of the few changes that none notices.

    Args:
        reached: numbers of the tests that reach the change.
        seconds: how long each test takes.
        here, near: how many changes of the same function, and of the same file, each has noticed so far: it is likely
            to notice this one.
        patience: seconds of tests, all together.
    """

    def worth(number: int) -> float:
        return (1 + 40 * here[number] + 10 * near[number]) / (seconds[number] + TEST_COSTS_S)

    order = sorted(sorted(reached), key=worth, reverse=True)
    spent = accumulate(seconds[number] + TEST_COSTS_S for number in order)
    return [number for number, used in zip(order, spent, strict=True) if used <= patience]


class Trials:
    """Mutants against the tests that reach them, a few at a time."""

    def __init__(
        self,
        items: list[pytest.Item],
        files: list[Path],
        children: int,
        patience: float,
        report: Callable[[str], None],
    ) -> None:
        self.reach, self.seconds = survey(items, files)
        self.items, self.children, self.patience, self.report = items, children, patience, report
        self.live, self.caches = trial.live_functions(), trial.remembered()
        self.noticed: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        for path in files:  # the tests of the file's own test module are as if they had noticed once
            own = [number for number, item in enumerate(items) if item.path.stem == f"test_{path.stem}"]
            self.noticed[str(ROOT / path), ""].update(own)
        self.running: dict[int, tuple[Mutant, trial.Trial, list[int]]] = {}
        self.spent = {trial.KILLED: 0.0, trial.SURVIVED: 0.0}
        self.judged: list[Mutant] = []
        self.survivors: list[Mutant] = []
        self.killed = 0

    def tests_for(self, mutant: Mutant) -> list[int]:
        """Numbers of the tests that reach the changed statement, as they are to be tried."""
        first, last = mutant.lines
        path = str(ROOT / mutant.path)
        reached = set().union(*(self.reach.get((path, line), set()) for line in range(first, last + 1)))
        here, near = self.noticed[path, mutant.function], self.noticed[path, ""]
        return soonest(reached, self.seconds, here, near, self.patience)

    def try_out(self, mutant: Mutant) -> None:
        """Begin one trial, waiting for another to end if too many run."""
        while len(self.running) >= self.children:
            self.wait()
        numbers = self.tests_for(mutant)
        tests = [(self.test(number), LOOP_S + 5 * self.seconds[number]) for number in numbers]
        begun = trial.begin(mutant, self.live, self.caches, tests)
        self.running[begun.child] = mutant, begun, numbers

    def test(self, number: int) -> Callable[[], bool]:
        return lambda: passes(self.items[number], None)

    def wait(self) -> None:
        """Take in one trial that has ended."""
        child, status, used = os.wait3(0)
        mutant, begun, numbers = self.running.pop(child)
        self.judged.append(mutant)
        ended, place = trial.outcome(begun, status)
        self.spent[ended] += used.ru_utime + used.ru_stime
        if place is not None:
            path = str(ROOT / mutant.path)
            self.noticed[path, mutant.function][numbers[place]] += 1
            self.noticed[path, ""][numbers[place]] += 1
        if ended == trial.SURVIVED:
            self.survivors.append(mutant)
            self.report(str(mutant))
        else:
            self.killed += 1

    def by_folder(self) -> dict[str, tuple[int, int]]:
        """How many changes were killed, and how many tried, in each folder."""
        tried = Counter(mutant.path.parent.as_posix() for mutant in self.judged)
        lived = Counter(mutant.path.parent.as_posix() for mutant in self.survivors)
        return {folder: (count - lived[folder], count) for folder, count in tried.items()}

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
        if options.only:
            drawn = list(named_in(options.only, files))
        else:
            drawn = [mutant for path in files for mutant in draw(path, options.share, options.seed)]
        random.Random(options.seed).shuffle(drawn)  # a run that is stopped early has seen a fair share of all files
        terminal.line(f"{len(drawn)} mutants in {len(files)} files; first all tests once, unchanged")
        trials = Trials(
            session.items,
            files,
            options.children,
            options.patience,
            lambda line: terminal.write(f"{line}\n", flush=True),
        )
        trial.settle()
        fit = [mutant for mutant in drawn if trial.fits(mutant, trials.live)]
        for number, mutant in enumerate(fit, start=1):
            if number % 100 == 0:
                trials.report(f"{number} of {len(fit)}: {trials.killed} killed, {len(trials.survivors)} survived")
            trials.try_out(mutant)
        trials.finish()
    if options.survivors:
        options.survivors.write_text("".join(f"{one}\n" for one in sorted(trials.survivors, key=str)), encoding="utf-8")
    tried = len(fit)
    terminal.line(
        f"{tried} mutants tried, {trials.killed} killed ({100 * trials.killed / max(tried, 1):.1f} %), "
        f"{len(trials.survivors)} survived, {len(drawn) - tried} could not be put in place; processor time "
        f"{trials.spent[trial.KILLED]:.0f} s for the killed, {trials.spent[trial.SURVIVED]:.0f} s for the survivors"
    )
    for folder, (killed, all_of_it) in sorted(trials.by_folder().items()):
        terminal.line(f"{folder}: {killed} of {all_of_it} killed ({100 * killed / all_of_it:.0f} %)")
    return True


def without_line(line: str) -> str:
    """How a mutant is written down, without its line number: the lines above it may have changed."""
    path, _, rest = line.partition(":")
    return f"{path} {rest.partition(' ')[2]}"


def named_in(survivors: Path, files: list[Path]) -> Iterator[Mutant]:
    """The mutants of these files that were written down."""
    named = {without_line(line) for line in survivors.read_text(encoding="utf-8").splitlines()}
    functions = {part for line in named for part in line.split()[1].rstrip(":").split(".")}
    for path in files:
        if any(line.startswith(f"{path} ") for line in named):
            yield from (m for m in mutants_of(path, functions.__contains__) if without_line(str(m)) in named)


def draw(path: Path, share: int, seed: int) -> Iterator[Mutant]:
    """One mutant of a file in `share`, the same ones on every machine."""
    chance = random.Random(f"{seed} {path.as_posix()}")
    yield from mutants_of(path, lambda _: chance.randrange(share) == 0)
