"""One mutant before the tests: in a child process that carries the change, stopped at the first test that notices."""

from __future__ import annotations

import gc
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import _lru_cache_wrapper
from pathlib import Path
from types import FunctionType
from typing import NamedTuple, TypeAlias

from tests.mutation.mutants import Mutant

KILLED, SURVIVED = 1, 0
"""Exit codes of a child. Any other is KILLED too: what makes a test run on without end is ended by a signal."""

Live = dict[tuple[str, str], list[FunctionType]]
Cache: TypeAlias = "_lru_cache_wrapper[object]"


class Trial(NamedTuple):
    """A trial that runs: its process, and where it says which test noticed."""

    child: int
    answer: int


def live_functions() -> Live:
    """Every loaded function by file and qualified name: also those that others have imported by name."""
    found: Live = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType):
            found[thing.__code__.co_filename, thing.__code__.co_qualname].append(thing)
    return found


def settle() -> None:
    """Before many trials: what exists now is no garbage, and a child that looks for garbage need not copy all of it."""
    gc.collect()
    gc.freeze()


def remembered() -> list[Cache]:
    """Every cache of a function's results."""
    return [thing for thing in gc.get_objects() if isinstance(thing, _lru_cache_wrapper)]


def forget(caches: Sequence[Cache]) -> None:
    """Let the functions compute their results anew."""
    for kept in caches:
        kept.cache_clear()


def fits(mutant: Mutant, live: Live) -> bool:
    """Whether the changed function is loaded and can be changed in place."""
    loaded = live.get((str(mutant.path.resolve()), mutant.function), [])
    return bool(loaded) and all(f.__code__.co_freevars == mutant.code.co_freevars for f in loaded)


def begin(
    mutant: Mutant, live: Live, caches: Sequence[Cache], tests: Sequence[tuple[Callable[[], bool], float]]
) -> Trial:
    """Start the trial in a child process.

    Args:
        caches: results that functions remember.
        tests: each runs one test and says whether it passed, with the processor time, in seconds, after which it
            counts as caught in a loop; in the order in which they are tried.
    """
    answer, told = os.pipe()
    child = os.fork()
    if child:
        os.close(told)
        return Trial(child, answer)
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        forget(caches)  # what the unchanged code computed would speak for the changed one
        for function in live[str(mutant.path.resolve()), mutant.function]:
            function.__code__ = mutant.code.replace(co_filename=function.__code__.co_filename)
        for place, (test, limit) in enumerate(tests):
            signal.setitimer(signal.ITIMER_VIRTUAL, limit)  # ends the child
            if not test():
                os.write(told, str(place).encode())
                os._exit(KILLED)
        os._exit(SURVIVED)
    except BaseException:
        os._exit(KILLED)


def outcome(trial: Trial, status: int) -> tuple[int, int | None]:
    """KILLED or SURVIVED from a child's wait status, and the place of the test that noticed.

    None: no test did, or the change ended the whole trial. The trial is over with this.
    """
    with os.fdopen(trial.answer, "rb") as answer:
        place = answer.read()
    ended = SURVIVED if os.waitstatus_to_exitcode(status) == SURVIVED else KILLED
    return ended, int(place) if place else None


def sources(patterns: Sequence[str], root: Path) -> list[Path]:
    """Source files by pattern, relative to the checkout."""
    return sorted(
        {path.relative_to(root) for pattern in patterns for path in root.glob(pattern) if path.suffix == ".py"}
    )
