"""The mutation testing itself: what is changed, how a change gets into running functions, and what a trial says."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutation import trial
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.plugin import named_in, soonest, without_line

SOURCE = '''
from functools import lru_cache


def adult(age: int, limit: int = 18) -> bool:
    """Whether a person is of age."""
    if age < 0:
        raise ValueError("an age is never negative")
    return age >= limit


class Door:
    def open(self, age: int) -> str:
        return "open" if adult(age) else "closed"


@lru_cache
def known(age: int) -> bool:
    return adult(age)
'''


@pytest.fixture
def module(tmp_path: Path) -> Iterator[ModuleType]:
    path = tmp_path / "door_of_a_test.py"
    path.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = loaded
    spec.loader.exec_module(loaded)
    yield loaded
    del sys.modules[path.stem]


def found(module: ModuleType) -> list[Mutant]:
    return list(mutants_of(Path(str(module.__file__)), lambda _: True))


def judged(mutant: Mutant, *tests: Callable[[], bool], limit: float = 60.0) -> tuple[int, int | None]:
    live = trial.live_functions()
    assert trial.fits(mutant, live)
    begun = trial.begin(mutant, live, trial.remembered(), [(test, limit) for test in tests])
    _, status = os.waitpid(begun.child, 0)
    return trial.outcome(begun, status)


def turning() -> bool:
    while True:
        pass


def test_functions_and_methods_are_changed_where_the_change_stands(module: ModuleType) -> None:
    mutants = found(module)
    assert {mutant.function for mutant in mutants} == {"adult", "Door.open"}
    edge = next(mutant for mutant in mutants if mutant.after == "return age > limit")
    assert (edge.function, edge.lines, edge.before) == ("adult", (9, 9), "return age >= limit")


def test_words_for_people_and_default_values_stay(module: ModuleType) -> None:
    changed = " ".join(mutant.after for mutant in found(module))
    assert "XXan age" not in changed
    assert "= 19" not in changed
    assert '"XXopenXX"' in changed, "a word that programs compare is changed"


def test_the_test_that_is_likely_to_notice_soonest_comes_first() -> None:
    seconds, nobody = [0.5, 0.1, 2.0, 30.0], Counter[int]()
    assert soonest({0, 1, 2}, seconds, nobody, nobody, patience=20) == [1, 0, 2], "the quickest"
    assert soonest({0, 1, 2}, seconds, Counter({2: 1}), nobody, patience=20) == [2, 1, 0], "one that noticed here"
    assert soonest({0, 1, 2}, seconds, nobody, Counter({0: 1}), patience=20) == [0, 1, 2], "one that noticed near by"
    assert soonest({0, 1, 2, 3}, seconds, nobody, nobody, patience=1) == [1, 0], "no more than one waits for"


def test_survivors_that_were_written_down_are_found_again(module: ModuleType, tmp_path: Path) -> None:
    edge, door = (
        next(mutant for mutant in found(module) if mutant.function == name) for name in ("adult", "Door.open")
    )
    (tmp_path / "survivors").write_text(f"{edge}\n{door}\n", encoding="utf-8")
    assert list(map(str, named_in(tmp_path / "survivors", [edge.path]))) == [str(edge), str(door)]


def test_a_mutant_is_known_again_when_the_lines_above_it_have_changed() -> None:
    assert without_line("a/b.py:12 f: x  ->  y") == without_line("a/b.py:14 f: x  ->  y")
    assert without_line("a/b.py:12 f: x  ->  y") != without_line("a/b.py:12 g: x  ->  y")


@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_trial_says_whether_a_test_notices(module: ModuleType) -> None:
    edge = next(mutant for mutant in found(module) if mutant.after == "return age > limit")
    assert judged(edge, lambda: module.adult(40)) == (trial.SURVIVED, None)
    assert judged(edge, lambda: module.adult(40), lambda: module.adult(18)) == (trial.KILLED, 1), "the second test"
    assert judged(edge, lambda: module.Door().open(18) == "open") == (trial.KILLED, 0), "also for those who call it"
    assert judged(edge, lambda: module.nobody()) == (trial.KILLED, None), "a trial that breaks off is no pass"
    assert judged(edge, turning, limit=0.01) == (trial.KILLED, None), "nor one that never ends"
    assert module.known(18)
    assert judged(edge, lambda: module.known(18)) == (trial.KILLED, 0), "also behind what was remembered"
    assert module.adult(18), "the change stays in the child"
