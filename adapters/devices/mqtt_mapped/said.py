"""What one message says by its rule, and the reading that this makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.devices.mqtt_mapped.mapping import ErrorRule, Kind, MessageRule
from adapters.devices.mqtt_mapped.payload import Unreadable
from adapters.devices.mqtt_mapped.place import MISSING, Place, first_found, same
from adapters.devices.mqtt_mapped.times import Judged
from adapters.devices.mqtt_mapped.value import Seen
from adapters.reading import CuffReading, OximeterReading, Reading
from config.instant import Instant
from config.vocabulary import CuffError, Flag

NO_FINGER: Final = frozenset({Flag.NO_FINGER, Flag.SENSOR_OFF})
"""With one of these no number is believed."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one message, or one element of its list, says before it is a reading."""

    seen: Mapping[str, Seen]
    flags: frozenset[Flag]
    error: CuffError | None
    irregular: bool
    time: Judged
    seq: int | None
    rule: MessageRule


def hear(rule: MessageRule, place: Place, received_at: Instant | None) -> Said:
    """What a message says by its rule.

    Raises:
        Unreadable: something stands there that cannot be used, or nothing at all does.
    """
    seen = {value.name: value.read(place) for value in rule.values}
    flags = {flag for flag, condition in rule.flags if condition.holds(place)}
    error = _cuff_error(rule.error, place)
    if rule.absent is not None and all(each.value is None for each in seen.values()):
        flags.add(rule.absent)
    elif error is None and not any(each.there for each in seen.values()):
        wanted = ", ".join(value.paths[0].text for value in rule.values)
        raise Unreadable(f"none of {wanted} is there; keys are case-sensitive")
    time = Judged() if rule.time is None else rule.time.read(place)
    if rule.time is not None:
        time = rule.time.judge(time, received_at)
    irregular = rule.irregular is not None and rule.irregular.holds(place)
    return Said(seen, frozenset(flags), error, irregular, time, _seq(rule, place), rule)


def reading(said: Said, offset: int) -> Reading:
    """The reading that a message, or several put together, makes.

    Raises:
        Unreadable: half of a pressure did not come.
    """
    numbers = {name: found.value for name, found in said.seen.items()}
    if said.rule.kind is Kind.OXIMETER:
        if said.flags & NO_FINGER:
            numbers = {}
        return OximeterReading(
            offset,
            numbers.get("spo2"),
            numbers.get("pulse_rate"),
            numbers.get("perfusion_index"),
            said.flags,
            said.seq,
            said.time.device or said.time.measured,
        )
    error = said.error
    if error is None:
        for name in ("systolic", "diastolic"):
            if name not in said.seen or not said.seen[name].there:
                raise Unreadable(f"{name} did not come")
        if numbers["systolic"] is None or numbers["diastolic"] is None:
            # The key is there and says that there is no value: a measurement that failed without a reason.
            error = CuffError.DEVICE
    time = {"seq": said.seq, "device_time": said.time.device, "measured_at": said.time.measured}
    if error is not None:
        return CuffReading(offset, None, None, None, error=error, **time)  # type: ignore[arg-type]
    return CuffReading(
        offset,
        numbers["systolic"],
        numbers["diastolic"],
        numbers.get("mean"),
        pulse_rate=numbers.get("pulse_rate"),
        irregular=said.irregular,
        map_computed=said.rule.map_computed and numbers.get("mean") is not None,
        **time,  # type: ignore[arg-type]
    )


def key_of(rule: MessageRule, place: Place, said: Said) -> int | None:
    """What is the same when a message comes twice, as one number: QoS 1 delivers twice, lists repeat old elements."""
    if rule.once_by:
        parts = [first_found((path,), place) for path in rule.once_by]
        return None if any(part is MISSING for part in parts) else hash((rule.name, *map(repr, parts)))
    if rule.kind is Kind.CUFF and not rule.join and (said.time.measured or said.time.device) is not None:
        return hash((rule.name, said.time, said.error, *(said.seen[name].value for name in sorted(said.seen))))
    return None


def _cuff_error(rule: ErrorRule | None, place: Place) -> CuffError | None:
    if rule is None:
        return None
    found = first_found(rule.paths, place)
    if found is MISSING or found is None or any(same(found, fine) for fine in rule.fine):
        return None
    word = str(found).lower() if isinstance(found, bool) else str(found)
    # An error that the mapping does not know is one all the same.
    return rule.words.get(word, CuffError.DEVICE)


def _seq(rule: MessageRule, place: Place) -> int | None:
    found = first_found(rule.seq, place)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**63:
        return None
    return found
