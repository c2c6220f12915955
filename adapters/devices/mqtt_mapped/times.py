"""The time in a message, and how far it is believed (mqtt-payloads, section 4). The receipt time orders everything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from adapters.devices.mqtt_mapped.payload import Unreadable
from adapters.devices.mqtt_mapped.place import MISSING, Path, Place, first_found, read_paths
from adapters.devices.mqtt_mapped.table import MappingError, Table
from config.instant import Duration, Instant, from_datetime, seconds

FORMATS: Final = ("iso", "unix", "unix-ms")

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


class Judged(NamedTuple):
    """`measured`: believed as the time of the measurement. `device`: what the device's own clock said as it spoke."""

    measured: datetime | None = None
    device: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimeRule:
    """Where the time stands, how it is written, and how far from the receipt it may lie to be believed.

    `zone`: of times that are written without one; None: such a time is not used.
    `sent`: where the time of publishing stands beside that of the measurement.
    """

    paths: tuple[Path, ...]
    format: str
    zone: tzinfo | None
    oldest: Duration
    newest: Duration
    late: Duration
    sent: tuple[Path, ...]

    def read(self, place: Place) -> Judged:
        """The times as they are told, not yet judged.

        Raises:
            Unreadable: a time stands there that is not written as the mapping says.
        """
        return Judged(self._moment(self.paths, place), self._moment(self.sent, place) if self.sent else None)

    def judge(self, told: Judged, received_at: Instant | None) -> Judged:
        """What is believed of the times told. Without a receipt time nothing can be doubted."""
        if told.measured is None:
            return told
        if received_at is not None:
            age = received_at - from_datetime(told.measured)
            if not -self.newest <= age <= self.oldest:
                # Told on as the device's clock, so that the service's own warning names how far it is off.
                return Judged(None, told.device or told.measured)
        return told

    def _moment(self, paths: tuple[Path, ...], place: Place) -> datetime | None:
        found = first_found(paths, place)
        if found is MISSING or found is None or found == "":
            return None
        try:
            moment = self._parse(found)
        except (ValueError, OverflowError, TypeError):
            raise Unreadable(f"time: what stands there is not written as {self.format}") from None
        if moment.tzinfo is None:
            if self.zone is None:
                return None
            moment = moment.replace(tzinfo=self.zone)
        # The ends of the calendar overflow in the first sum that somebody does with them.
        return moment.astimezone(UTC) if 1971 < moment.year < 2200 else None

    def _parse(self, found: object) -> datetime:
        if self.format in ("unix", "unix-ms"):
            if isinstance(found, bool) or not isinstance(found, int | float | str):
                raise TypeError
            number = float(found) / (1000 if self.format == "unix-ms" else 1)
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=number)
        if not isinstance(found, str):
            raise TypeError
        if self.format == "iso":
            return datetime.fromisoformat(found.strip())
        return datetime.strptime(found.strip(), self.format)  # noqa: DTZ007 - the zone is added where there is none


def read_time(table: Table, zone: str | None, *, streams: bool) -> TimeRule:
    """The table `time`; `zone` stands above its own. Usual distances: an oximeter's -10 min to +5 s, a cuff's a day."""
    written = table.text("format", "iso") or "iso"
    if written not in FORMATS and "%" not in written:
        raise table.wrong("format", f"unknown {written!r}: {', '.join(FORMATS)} or a pattern such as %d.%m.%Y %H:%M:%S")
    if "%" in written and not _works(written):
        raise table.wrong("format", f"{written!r} is no pattern for a time, such as %d.%m.%Y %H:%M:%S")
    own_zone = table.text("zone")
    rule = TimeRule(
        paths=read_paths(table),
        format=written,
        zone=None if (zone or own_zone) is None else read_zone(zone or own_zone or "", table.at("zone")),
        oldest=seconds(table.number("oldest_s", 600 if streams else 86_400, 0)),
        newest=seconds(table.number("newest_s", 5 if streams else 60, 0)),
        late=seconds(table.number("late_s", 60, 1)),
        sent=read_paths(table, "sent") if table.take("sent") is not None else (),
    )
    table.done()
    return rule


def _works(pattern: str) -> bool:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    try:
        return datetime.strptime(moment.strftime(pattern), pattern).year == moment.year  # noqa: DTZ007 - only compared
    except ValueError:
        return False


def read_zone(name: str, where: str) -> tzinfo:
    """`UTC`, `+02:00` or `Europe/Berlin`; raises MappingError."""
    if name == "UTC":
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset and int(offset[2]) < 15 and int(offset[3]) < 60:
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-distance if offset[1] == "-" else distance)
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise MappingError(f"{where}: unknown zone {name!r}: write UTC, +02:00 or a name as Europe/Berlin") from None
