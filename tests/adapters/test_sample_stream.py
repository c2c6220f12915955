"""Pieces, beats, agreement and missing samples of a steady stream of packages."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.reading import Fault, FaultKind, OximeterReading, PlethChunk, Reading
from adapters.sample_stream import Numbers, SampleStream, Shown
from config.vocabulary import Flag

WELL = Shown(Numbers(97.0, 72.0), frozenset())
LOW = Shown(Numbers(88.0, 72.0), frozenset())
GONE = Shown(Numbers(None, None), frozenset({Flag.NO_FINGER}))


class Line:
    """Packages of five bytes in a row, with their offsets."""

    def __init__(self, stream: SampleStream | None = None) -> None:
        self.stream = stream or SampleStream(60.0, 5)
        self.items: list[Reading | Fault] = []
        self.at = 0

    def say(self, *shown: Shown, beats: tuple[int, ...] = ()) -> Line:
        for number, each in enumerate(shown):
            self._take(self.stream.add(self.at, self.at // 5 % 100, beat=number in beats, shown=each))
            self.at += 5
        return self

    def lose(self, count: int) -> Line:
        self._take(self.stream.lose(Fault(self.at, FaultKind.GARBAGE, count)))
        self.at += count
        return self

    def finish(self) -> Line:
        self._take(self.stream.finish())
        return self

    def _take(self, items: Iterator[Reading | Fault]) -> None:
        self.items += list(items)

    @property
    def told(self) -> list[tuple[int, float | None]]:
        return [(item.offset, item.spo2) for item in self.items if isinstance(item, OximeterReading)]

    @property
    def pieces(self) -> list[tuple[int | None, ...]]:
        return [item.samples for item in self.items if isinstance(item, PlethChunk)]

    @property
    def faults(self) -> list[Fault]:
        return [item for item in self.items if isinstance(item, Fault)]


def test_a_piece_is_a_third_of_a_second() -> None:
    line = Line().say(*[WELL] * 60)
    assert line.told == [(0, 97.0), (100, 97.0), (200, 97.0)]
    assert [len(piece) for piece in line.pieces] == [20, 20, 20]


def test_a_beat_begins_a_piece() -> None:
    """So two listeners that began at different moments soon agree on the pieces."""
    early = Line().say(*[WELL] * 50, beats=(7, 8, 47)).finish()
    late = Line().say(*[WELL] * 47, beats=(4, 5, 44)).finish()
    assert [len(piece) for piece in early.pieces] == [7, 20, 20, 3]
    assert [len(piece) for piece in late.pieces] == [4, 20, 20, 3]


def test_a_marker_that_comes_too_often_is_no_beat() -> None:
    """One that changes with every package would make pieces of two samples each."""
    line = Line().say(*[WELL] * 60, beats=tuple(range(0, 60, 2)))
    assert all(len(piece) >= 12 for piece in line.pieces[1:])


def test_two_packages_prove_nothing() -> None:
    line = Line().say(WELL, WELL).finish()
    assert line.items == [Fault(0, FaultKind.INCOMPLETE, 10, "no 3 packages in a row agree")]
    assert Line().say(WELL, WELL, WELL).finish().told == [(0, 97.0)]


def test_the_first_alone_until_something_contradicts() -> None:
    """For strict packages; after noise they need company like any other."""
    assert Line(SampleStream(60.0, 9, first_alone=True)).say(WELL).finish().told == [(0, 97.0)]
    spoilt = Line(SampleStream(60.0, 9, first_alone=True)).lose(3).say(WELL).finish()
    assert spoilt.told == []
    assert Line(SampleStream(60.0, 9, first_alone=True)).say(WELL, LOW).finish().told == [(0, 97.0)]


def test_one_package_alone_changes_nothing() -> None:
    """Neither its number nor its remark."""
    line = Line().say(*[WELL] * 17, LOW, GONE, WELL)
    assert line.told == [(0, 97.0)]
    assert not any(item.flags for item in line.items if isinstance(item, OximeterReading))


def test_a_flickering_remark_does_not_hide_the_numbers() -> None:
    weak = Shown(WELL.numbers, frozenset({Flag.OUT_OF_TRACK}))
    line = Line().say(*[WELL, weak] * 10)
    assert line.told == [(0, 97.0)]
    assert Line().say(*[weak] * 20).items[0] == OximeterReading(0, 97.0, 72.0, flags=weak.flags)


def test_the_last_agreement_of_a_piece_is_told() -> None:
    assert Line().say(*[WELL] * 17, LOW, LOW, LOW).told == [(0, 88.0)]
    assert Line().say(*[WELL] * 10, *[GONE] * 10).told == [(0, None)]


def test_a_number_that_was_good_before_noise_needs_three_again() -> None:
    line = Line().say(*[WELL] * 10).lose(5).say(LOW, LOW).lose(5).say(LOW, LOW).finish()
    assert line.told == [(0, 97.0)]


def test_lost_packages_keep_the_time_base() -> None:
    """Ten bytes are two packages; six are one; one byte is none."""
    line = Line().say(*[WELL] * 5).lose(10).say(WELL).lose(6).say(WELL).lose(1).say(*[WELL] * 10)
    (piece,) = line.pieces
    assert [place for place, sample in enumerate(piece) if sample is None] == [5, 6, 8]
    assert [fault.discarded for fault in line.faults] == [10, 6, 1]


def test_many_lost_packages_break_it() -> None:
    """The piece before the break is told at once, old values are not carried over."""
    line = Line().say(*[WELL] * 5).lose(250)
    assert line.told == [(0, 97.0)]
    assert [len(piece) for piece in line.pieces] == [5]
    line.lose(4).say(WELL, WELL).finish()
    assert line.told == [(0, 97.0)]
    assert line.faults[-1] == Fault(279, FaultKind.INCOMPLETE, 10, "no 3 packages in a row agree")
