"""NEWS2: every band of the table (alarm-system, section 7), and the partial score."""

from __future__ import annotations

import pytest

from monitor.core.session.news2 import BANDS, partial

TABLE = {
    "resp_rate": [(3, 3), (8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3), (60, 3)],
    "spo2": [(60, 3), (91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)],
    "systolic": [(60, 3), (90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)],
    "pulse": [(30, 3), (40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2), (131, 3)],
    "temperature": [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)],
    "oxygen": [(0, 0), (1, 2)],
    "consciousness": [(0, 0), (1, 3)],
}
ROWS = [(item, value, points) for item, row in TABLE.items() for value, points in row]


@pytest.mark.parametrize(("item", "value", "points"), ROWS)
def test_the_table(item: str, value: float, points: int) -> None:
    assert partial({item: value}).points == {item: points}


@pytest.mark.parametrize(
    ("value", "oxygen", "points"),
    [
        (83, 0, 3),
        (84, 0, 2),
        (86, 0, 1),
        (88, 0, 0),
        (93, 0, 0),
        (99, 0, 0),
        (83, 1, 3),
        (85, 1, 2),
        (87, 1, 1),
        (92, 1, 0),
        (93, 1, 1),
        (94, 1, 1),
        (95, 1, 2),
        (96, 1, 2),
        (97, 1, 3),
    ],
)
def test_spo2_scale_2(value: float, oxygen: float, points: int) -> None:
    assert partial({"spo2": value, "oxygen": oxygen}, scale_2=True).points["spo2"] == points


def test_every_item_of_the_table_is_tested() -> None:
    assert set(TABLE) == set(BANDS)


def test_a_partial_score_says_how_much_is_known_and_its_range() -> None:
    """Each missing item may hide 3 points."""
    found = partial({"spo2": 95, "systolic": 124, "pulse": 72})
    assert (found.low, found.high, found.words()) == (1, 13, "partial NEWS2 (3 of 7), 1..13")


def test_nothing_known_ranges_over_the_whole_score() -> None:
    assert partial({}).words() == "partial NEWS2 (0 of 7), 0..21"


def test_it_is_blind_to_ketamine_hypertension() -> None:
    assert partial({"systolic": 200}).low == 0
