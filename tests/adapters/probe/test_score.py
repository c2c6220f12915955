"""How candidates are judged and ranked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.driver import LineSettings, Parity
from adapters.probe.score import FITS, Candidate, Score, candidates, judge, score_all, settings
from adapters.reading import OximeterReading
from adapters.registry import driver, drivers
from tests.adapters.captures import ROOT

DF2 = (ROOT / "nonin-df2" / "clean" / "input.bin").read_bytes()
FIVE = (ROOT / "contec-5byte" / "clean" / "input.bin").read_bytes()
EVERY = candidates(drivers().values())


def scored(name: str, *, quality: float = 1.0, checked: bool = True, fits: bool = True, **table: object) -> Score:
    reading = OximeterReading(0, 97.0, 72.0)
    return Score(Candidate(driver(name), table), 1000, quality, 5, 0, checked, fits, (reading,))


def of(name: str, heard: bytes) -> Score:
    (found,) = score_all([Candidate(driver(name))], heard)
    return found


def test_a_sum_is_told_from_sync_bits_by_trying() -> None:
    """The driver is not asked: the same bytes with bits turned over are refused or not."""
    assert of("nonin-df2", DF2).checked
    assert not of("contec-5byte", FIVE).checked
    for name in ("par-nibp", "suntech-advantage", "and-tm265x", "ge-dinamap", "pm6750", "nonin-df13"):
        assert of(name, (ROOT / name / "clean" / "input.bin").read_bytes()).checked, name
    for name in ("nonin-df1", "nonin-df8", "bci-5byte", "contec-v7"):
        assert not of(name, (ROOT / name / "clean" / "input.bin").read_bytes()).checked, name


def test_a_check_goes_before_sync_bits() -> None:
    verdict = judge([scored("contec-5byte", checked=False), scored("nonin-df2", quality=0.9)])
    assert verdict.best is not None
    assert verdict.best.candidate.driver.name == "nonin-df2"
    assert verdict.twins == ()


def test_the_better_link_goes_before_the_worse_one() -> None:
    verdict = judge([scored("nonin-df2", quality=0.8), scored("nonin-df7", quality=0.95)])
    assert verdict.best is not None
    assert verdict.best.candidate.driver.name == "nonin-df7"


def test_what_the_bytes_do_not_decide_is_told() -> None:
    """Two that fit as well; and a family, whatever the figures."""
    verdict = judge([scored("nonin-df2"), scored("nonin-df7", quality=0.97)])
    assert [each.candidate.driver.name for each in verdict.twins] == ["nonin-df7"]
    verdict = judge(score_all(EVERY, FIVE))
    assert verdict.best is not None
    names = {verdict.best.candidate.driver.name, *(each.candidate.driver.name for each in verdict.twins)}
    assert names == {"contec-5byte", "bci-5byte"}
    assert verdict.family == "five-byte"


@pytest.mark.parametrize(
    ("line", "first"),
    [
        (LineSettings(19200, Parity.ODD), "contec-5byte"),
        (LineSettings(115200), "bci-5byte"),
        (LineSettings(9600), "bci-5byte"),
        (LineSettings(4800, Parity.ODD), "contec-5byte"),
    ],
)
def test_of_a_family_the_one_whose_line_it_is_comes_first(line: LineSettings, first: str) -> None:
    """The speed is a hint that the bytes do not hold; the other one is named all the same."""
    verdict = judge(score_all(EVERY, FIVE), line)
    assert verdict.best is not None
    assert verdict.best.candidate.driver.name == first
    assert len(verdict.twins) == 1


def test_options_are_named_only_when_their_words_were_needed() -> None:
    """A unit that had to be woken needs the option, one that streams by itself does not."""
    plain, waking = scored("contec-5byte", checked=False), scored("contec-5byte", checked=False, wake=True)
    for scores in ([plain, waking], [waking, plain]):
        verdict = judge(scores)
        assert verdict.best is not None
        assert verdict.best.candidate.table == {}
        verdict = judge(scores, None, waking.candidate)
        assert verdict.best is not None
        assert verdict.best.candidate.table == {"wake": True}
        assert verdict.twins == ()


def test_a_unit_under_way_at_either_end_is_no_fault() -> None:
    """Listening begins and ends anywhere."""
    found = of("nonin-df2", DF2[37:-41])
    assert found.fits
    assert found.quality == 1.0
    assert found.faults == 0


def test_a_bad_line_still_fits_and_says_so() -> None:
    spoilt = bytearray(DF2 * 5)
    for at in range(300, len(spoilt), 90):
        spoilt[at] ^= 0x55
    found = of("nonin-df2", bytes(spoilt))
    assert found.fits
    assert FITS < found.quality < 0.97
    assert found.faults > 5


def test_what_nearly_fits_is_named_as_the_nearest() -> None:
    verdict = judge(score_all(EVERY, (DF2 + bytes(600)) * 3))
    assert verdict.best is None
    assert verdict.nearest is not None
    assert verdict.nearest.candidate.driver.name == "nonin-df2"


def test_nothing_heard_fits_nothing() -> None:
    assert judge(score_all(EVERY, b"")).best is None
    assert judge(score_all(EVERY, b"")).nearest is None


def test_every_setting_is_tried_once_and_the_usual_ones_first() -> None:
    lines = settings(EVERY)
    assert len(lines) == len(set(lines))
    assert lines[0] == LineSettings(9600)
    assert {line for each in EVERY for line in each.lines} == set(lines)
    assert str(lines[0]) == "9600 8N1"
    assert str(LineSettings(19200, Parity.ODD)) == "19200 8O1"


def test_drivers_of_messages_are_no_candidates() -> None:
    assert not any(each.driver.messages for each in EVERY)
    twice = replace(driver("nonin-df1"), name="acme", probe_options=({}, {}))
    assert [each.driver.name for each in candidates([twice])] == ["acme"] * 3
