"""Whether a printed row stands in its usual form: the only check that a line of text without a sum allows.

A device that prints its numbers at a fixed width prints every row alike. A digit lost on the way makes 98 to 9 and
leaves a line that still reads well, but not of the usual form.
"""

from __future__ import annotations

from collections.abc import Hashable


class RowShape:
    """Believes a form that the row before had, or that was believed before. The first row is believed as it is."""

    def __init__(self) -> None:
        self._believed: Hashable | None = None
        self._last: Hashable | None = None

    def fits(self, shape: Hashable) -> bool:
        """Take the form of the next row; False: the row is not to be used. A new form counts from its second row on."""
        if self._believed is None or shape == self._last:
            self._believed = shape
        self._last = shape
        return shape == self._believed
