"""Byte faults: each does what its name says, by the seed, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import SECOND
from simulator.faults import HELD_LIMIT, LONGEST_RUN, FaultRule, FaultyLine, LineFault

CHUNK = bytes(range(40))


def always(fault: LineFault, **window: int) -> FaultyLine:
    """A line on which one fault strikes every chunk."""
    return FaultyLine([FaultRule(fault, 1.0, **window)], seed=7)


def test_without_rules_the_line_is_clean() -> None:
    """What goes in comes out, in the same pieces."""
    line = FaultyLine()
    assert [line.pass_on(CHUNK, at) for at in range(3)] == [[CHUNK]] * 3
    assert line.pass_on(b"", 3) == []


def test_split_keeps_every_byte() -> None:
    """Several pieces, the same bytes."""
    pieces = always(LineFault.SPLIT).pass_on(CHUNK, 0)
    assert len(pieces) > 1
    assert b"".join(pieces) == CHUNK


def test_join_waits_for_the_next_chunk() -> None:
    """Held over a quiet moment, delivered in one piece with the next."""
    line = FaultyLine([FaultRule(LineFault.JOIN, 1.0, end=1)])
    assert line.pass_on(b"one", 0) == []
    assert line.pass_on(b"", 1) == []
    assert line.pass_on(b"two", 2) == [b"onetwo"]


def test_drop_takes_a_run() -> None:
    """Some bytes are missing, the others in order."""
    (left,) = always(LineFault.DROP).pass_on(CHUNK, 0)
    assert len(CHUNK) - LONGEST_RUN <= len(left) < len(CHUNK)
    assert list(left) == sorted(left)


def test_corrupt_turns_one_bit() -> None:
    """Same length, one bit different."""
    (spoilt,) = always(LineFault.CORRUPT).pass_on(CHUNK, 0)
    different = [before ^ after for before, after in zip(CHUNK, spoilt, strict=True) if before != after]
    assert len(different) == 1
    assert different[0].bit_count() == 1


def test_duplicate_repeats_a_run() -> None:
    """Every byte at least once, a few twice."""
    (spoilt,) = always(LineFault.DUPLICATE).pass_on(CHUNK, 0)
    assert sorted(set(spoilt)) == list(CHUNK)
    assert len(CHUNK) < len(spoilt) <= len(CHUNK) + LONGEST_RUN


def test_garbage_stands_between() -> None:
    """Bytes that nobody sent, none missing."""
    (spoilt,) = always(LineFault.GARBAGE).pass_on(b"\xff" * 20, 0)
    assert spoilt.count(b"\xff") >= 20
    assert 20 < len(spoilt) <= 20 + LONGEST_RUN


def test_truncate_loses_the_tail() -> None:
    """A beginning of the chunk is left."""
    assert CHUNK.startswith(b"".join(always(LineFault.TRUNCATE).pass_on(CHUNK, 0)))


def test_a_stall_ends_with_its_window_and_loses_nothing() -> None:
    """Nothing for two seconds, then everything, even if nothing more is sent."""
    line = always(LineFault.STALL, start=SECOND, end=3 * SECOND)
    assert line.pass_on(b"a", 0) == [b"a"]
    assert line.pass_on(b"b", SECOND) == []
    assert line.pass_on(b"c", 2 * SECOND) == []
    assert line.pass_on(b"", 3 * SECOND) == [b"bc"]
    assert line.pass_on(b"", 4 * SECOND) == []


def test_a_random_stall_lasts_as_told() -> None:
    """`lasting` from the moment it begins."""
    line = FaultyLine([FaultRule(LineFault.STALL, 1.0, end=None, lasting=SECOND)])
    assert line.pass_on(b"a", 0) == []
    assert line.pass_on(b"", SECOND - 1) == []
    assert line.pass_on(b"", SECOND) == [b"a"]


def test_a_stall_holds_a_bounded_amount_and_counts_the_rest() -> None:
    """The oldest bytes are lost, and said to be."""
    line = always(LineFault.STALL, start=0, end=SECOND)
    for _ in range(3):
        line.pass_on(bytes(HELD_LIMIT // 2), 0)
    assert line.lost == HELD_LIMIT // 2
    assert sum(map(len, line.pass_on(b"", SECOND))) == HELD_LIMIT


def test_a_forced_window_begins_and_ends_exactly() -> None:
    """start <= t < end."""
    line = always(LineFault.TRUNCATE, start=10, end=20)
    clean = [line.pass_on(CHUNK, at) == [CHUNK] for at in (9, 10, 19, 20)]
    assert clean == [True, False, False, True]
    assert line.happened[LineFault.TRUNCATE] == 2


@given(seed=st.integers(0, 2**32), chunks=st.lists(st.binary(max_size=60), max_size=20))
def test_the_same_seed_gives_the_same_faults(seed: int, chunks: list[bytes]) -> None:
    """All faults together: repeatable, no empty piece, any chunk accepted."""
    rules = [FaultRule(fault, 0.3, lasting=2) for fault in LineFault]
    first, second = FaultyLine(rules, seed), FaultyLine(rules, seed)
    for now, chunk in enumerate(chunks):
        pieces = first.pass_on(chunk, now)
        assert second.pass_on(chunk, now) == pieces
        assert all(pieces)
    assert first.happened == second.happened


def test_a_probability_is_between_0_and_1() -> None:
    """Refused where it is written."""
    with pytest.raises(ValueError, match="probability"):
        FaultRule(LineFault.DROP, 1.5)
