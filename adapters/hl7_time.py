"""HL7 v2 times, `YYYYMMDDHHMM[SS[.S…]][+ZZZZ]`, and what is known about their zone. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

_FORM: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.(\d{1,4}))?(?:([+-])(\d{2})(\d{2}))?", re.ASCII
)
_YEARS: Final = range(1900, 2200)
"""The ends of the calendar overflow in the first sum. A clock that was never set still tells spans."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time with its zone; `zoned` False: none was told, and `at` is read as UTC. Only spans have a meaning then."""

    at: datetime
    zoned: bool

    def since(self, other: Moment) -> timedelta | None:
        """How much later this is; None where only one of the two knows its zone."""
        return self.at - other.at if self.zoned == other.zoned else None


def read_moment(text: str, zone: tzinfo | None = None) -> Moment | None:
    """The time in `text`; `zone` is that of the message (MSH-7) and holds where `text` has none.

    None: it is empty, no time, or has less than minutes.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    *date, second, fraction, sign, hours, minutes = found.groups()
    own = zone
    if sign is not None:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset >= timedelta(hours=24):
            return None
        own = timezone(-offset if sign == "-" else offset)
    try:
        at = datetime(*map(int, date), int(second or 0), tzinfo=own or UTC)  # type: ignore[misc, arg-type] # five
    except ValueError:
        return None
    if at.year not in _YEARS:
        return None
    return Moment(at + timedelta(seconds=float(f"0.{fraction}") if fraction else 0.0), zoned=own is not None)
