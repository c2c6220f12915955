"""Which rows are believed by their form."""

from __future__ import annotations

import pytest

from adapters.row_shape import RowShape


@pytest.mark.parametrize(
    ("shapes", "believed"),
    [
        ("aaa", [True, True, True]),
        ("abaa", [True, False, True, True]),
        ("abba", [True, False, True, False]),
        ("abcab", [True, False, False, True, False]),
        ("baaa", [True, False, True, True]),
    ],
)
def test_a_new_form_counts_from_its_second_row_on(shapes: str, believed: list[bool]) -> None:
    shape = RowShape()
    assert [shape.fits(each) for each in shapes] == believed
