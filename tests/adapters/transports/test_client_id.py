"""What a connection that is lost again and again is told to be."""

from __future__ import annotations

from adapters.transports.client_id import Flapping
from config.instant import MINUTE, SECOND


def test_three_short_lives_in_a_row_are_remarked_and_a_long_one_ends_the_row() -> None:
    """An attempt that made no connection counts neither way."""
    flapping = Flapping("ward-7")
    assert [flapping.remark(lived) for lived in (3 * SECOND, None, 3 * SECOND)] == [""] * 3
    assert "another client seems to use the client id 'ward-7'" in flapping.remark(3 * SECOND)
    assert flapping.remark(MINUTE) == ""
    assert flapping.remark(3 * SECOND) == ""


def test_a_client_id_of_our_own_cannot_clash() -> None:
    flapping = Flapping(None)
    remarks = [flapping.remark(SECOND) for _ in range(3)]
    assert remarks[-1] == "; 3 times in a row within 15 s of connecting"
