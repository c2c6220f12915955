"""One driver in this process: with the engine, guided by coverage, else by lot."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Final

LONGEST: Final = 1024
"""Bytes of one input."""
SLOWEST_S: Final = 20
"""An input that takes longer is a finding."""


def grow(name: str, seconds: int) -> None:
    """Try inputs for so long. Ends the process: 0 without a finding."""
    try:
        import atheris
    except ImportError:
        by_lot(name, seconds)
        return
    with atheris.instrument_imports(include=["adapters"]):
        import adapters.registry

        adapters.registry.drivers()
        from tests.fuzz.target import Target
    target = Target(name)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(target.seeds()):
            (corpus / f"capture-{number}").write_bytes(seed[:LONGEST])
        arguments = {
            "max_total_time": seconds,
            "max_len": LONGEST,
            "timeout": SLOWEST_S,
            "artifact_prefix": f"{folder}/",
            "print_final_stats": 1,
            "verbosity": 0,
        }
        atheris.Setup([sys.argv[0], str(corpus), *(f"-{key}={value}" for key, value in arguments.items())], target)
        atheris.Fuzz()


def by_lot(name: str, seconds: int) -> None:
    """Without the engine: the captures, and what chance makes of them."""
    from config.instant import SECOND
    from monitor.clock import SystemClock
    from monitor.conformance.streams import spoilt_pieces
    from tests.fuzz.target import Target

    target = Target(name)
    clock, chance = SystemClock(), random.Random()
    end = clock.now() + seconds * SECOND
    seeds = list(target.seeds())
    tried = 0
    for seed in seeds:
        target(seed)
    while clock.now() < end:
        target(chance.randbytes(3) + spoilt_pieces(chance, seeds)[:LONGEST])
        tried += 1
    sys.stderr.write(f"stat::number_of_executed_units: {tried + len(seeds)}\nplayed without coverage guidance\n")
