"""Whether a cuff fills or empties, for devices that tell its pressure and not what they do with it."""

from __future__ import annotations

from typing import Final

from config.vocabulary import CuffState

TURN: Final = 4.0
"""Change against the last extreme, mmHg, that turns the direction: the pulse in the cuff moves it by less."""


class CuffSlope:
    """Follows one cuff's pressure. Without a history a cuff under pressure counts as filling.

    Args:
        rest: pressure in mmHg up to which the cuff counts as empty.
    """

    def __init__(self, rest: float) -> None:
        self._rest = rest
        self._state = CuffState.IDLE
        self._extreme = 0.0

    def follow(self, pressure: float) -> CuffState:
        """What the cuff does at its next pressure, mmHg."""
        if pressure <= self._rest:
            self._state = CuffState.IDLE
        elif self._state is CuffState.DEFLATING:
            self._extreme = min(self._extreme, pressure)
            if pressure >= self._extreme + TURN:
                self._state, self._extreme = CuffState.INFLATING, pressure
        elif self._state is CuffState.INFLATING:
            self._extreme = max(self._extreme, pressure)
            if pressure <= self._extreme - TURN:
                self._state, self._extreme = CuffState.DEFLATING, pressure
        else:
            self._state, self._extreme = CuffState.INFLATING, pressure
        return self._state
