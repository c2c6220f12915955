"""What a drill expects, as its file says it: `[[expect]]` tables, read strictly.

Each table has exactly one of the words of `SUBJECTS`, which says what it is about, and a window of time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.vocabulary import AlarmState, Phase, Priority, ReturnVerdict
from monitor.core.events import EventKind
from simulator.tables import ScenarioError, in_seconds, nearest

SUBJECTS: Mapping[str, str] = {
    "alarm": "this alarm is announced (raised, or raised in priority)",
    "silent": 'none of these alarms is announced; "any" is every physiological one',
    "event": "this event of interfaces section 4 happens",
    "never": "this event never happens",
    "phase": "the session is in this phase",
    "verdict": "the session's verdict on the return to baseline",
    "open": "this alarm stands on the board",
    "page": "a message of this type reaches the pager",
    "no_page": "no message of this type reaches the pager",
}
_WINDOW = {"after_s", "by_s", "at_s", "of", "within_s", "no_sooner_s"}
_ALLOWED: Mapping[str, set[str]] = {
    "alarm": {"priority", "delay_s", "reads", *_WINDOW},
    "silent": {"priority", *_WINDOW},
    "event": {"alarm", "with", *_WINDOW},
    "never": {"alarm", "with", *_WINDOW},
    "phase": {"at_s"},
    "verdict": {"at_s"},
    "open": {"state", "priority", "stale", "at_s"},
    "page": {"about", *_WINDOW},
    "no_page": {"about", *_WINDOW},
}
PAGES = ("alarm.raised", "alarm.escalated", "alarm.acknowledged", "alarm.closed")


@dataclass(frozen=True, slots=True)
class Window:
    """When: from `after_s` to `by_s` of the story, or `within_s` of the moment that `of` names."""

    after_s: float | None = None
    by_s: float | None = None
    of: str | None = None
    within_s: float | None = None
    no_sooner_s: float | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """One `[[expect]]` table. `names`: what the subject word names; `number`: its place in the file."""

    number: int
    subject: str
    names: tuple[str, ...]
    window: Window
    at_s: float | None = None
    priority: Priority | None = None
    delay_s: float | None = None
    reads: tuple[float, float] | None = None
    alarm: str | None = None
    fields: Mapping[str, Any] | None = None
    state: AlarmState | None = None
    stale: bool | None = None
    note: str = ""


def read_expectation(table: Mapping[str, object], number: int, where: str) -> Expectation:
    """One `[[expect]]` table.

    Raises:
        ScenarioError: an unknown key, a word that names nothing, a time that is none; says what is known.
    """
    entry = in_seconds(table, where)
    subjects = [
        word for word in SUBJECTS if word in entry and not (word == "alarm" and len(set(entry) & set(SUBJECTS)) > 1)
    ]
    if len(subjects) != 1:
        said = "says nothing to expect" if not subjects else f"says several things at once ({', '.join(subjects)})"
        raise ScenarioError(f"{where}: {said}; use one of {', '.join(SUBJECTS)}")
    subject = subjects[0]
    known = {subject, "note", *_ALLOWED[subject]}
    for key in entry:
        if key not in known:
            raise ScenarioError(f'{where}: unknown key "{key}"{nearest(key, known)}')
    window = _window(entry, where)
    if subject in ("page", "no_page"):
        entry["alarm"] = entry.pop("about", None)
    expectation = Expectation(
        number=number,
        subject=subject,
        names=_names(subject, entry[subject], where),
        window=window,
        at_s=_number(entry, "at_s", where),
        priority=_priority(entry, where),
        delay_s=_number(entry, "delay_s", where),
        reads=_reads(entry, where),
        alarm=_word(entry, "alarm", where) if subject != "alarm" else None,
        fields=_fields(entry, where),
        state=_state(entry, where),
        stale=_flag(entry, "stale", where),
        note=_word(entry, "note", where) or "",
    )
    if subject in ("phase", "open") and expectation.at_s is None:
        raise ScenarioError(f"{where}: at_min (or at_s) is missing: when should it be so?")
    if subject in ("alarm", "event", "page") and window.by_s is None and window.within_s is None:
        raise ScenarioError(f"{where}: by when? Give by_min (or by_s), or within_s and of")
    return expectation


def _window(entry: Mapping[str, object], where: str) -> Window:
    of = _word(entry, "of", where)
    window = Window(
        after_s=_number(entry, "after_s", where),
        by_s=_number(entry, "by_s", where),
        of=of,
        within_s=_number(entry, "within_s", where),
        no_sooner_s=_number(entry, "no_sooner_s", where),
    )
    if (of is None) != (window.within_s is None):
        raise ScenarioError(f'{where}: within_s and of belong together, as in within_s = 20, of = "desaturation"')
    if of is None and window.no_sooner_s is not None:
        raise ScenarioError(f"{where}: no_sooner_s counts from the moment that `of` names; `of` is missing")
    if of is not None and (window.by_s is not None or window.after_s is not None):
        raise ScenarioError(f"{where}: give either by_min and after_min, or within_s, no_sooner_s and of")
    if window.by_s is not None and window.after_s is not None and window.by_s <= window.after_s:
        raise ScenarioError(f"{where}: by_s ({window.by_s:g}) must come after after_s ({window.after_s:g})")
    return window


def _names(subject: str, value: object, where: str) -> tuple[str, ...]:
    many = value if isinstance(value, list) and subject == "silent" else [value]
    if not many or not all(isinstance(name, str) for name in many):
        raise ScenarioError(f"{where}: {subject} must be a word in quotes, not {value!r}")
    known: list[str] = []
    if subject in ("event", "never"):
        known = [kind.value for kind in EventKind]
    elif subject == "phase":
        known = [phase.value for phase in Phase]
    elif subject == "verdict":
        known = [verdict.value for verdict in ReturnVerdict]
    elif subject in ("page", "no_page"):
        known = list(PAGES)
    for name in many:
        if known and name not in known:
            raise ScenarioError(f'{where}: there is no {subject} "{name}"{nearest(str(name), known)}')
    return tuple(str(name) for name in many)


def _number(entry: Mapping[str, object], key: str, where: str) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ScenarioError(f"{where}: {key} must be a number of at least 0, not {value!r}")
    return float(value)


def _word(entry: Mapping[str, object], key: str, where: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise ScenarioError(f"{where}: {key} must be text in quotes, not {value!r}")
    return value


def _flag(entry: Mapping[str, object], key: str, where: str) -> bool | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, bool):
        raise ScenarioError(f"{where}: {key} must be true or false, not {value!r}")
    return value


def _priority(entry: Mapping[str, object], where: str) -> Priority | None:
    word = _word(entry, "priority", where)
    try:
        return None if word is None else Priority.from_word(word)
    except ValueError as error:
        raise ScenarioError(f"{where}: priority: {error}") from None


def _state(entry: Mapping[str, object], where: str) -> AlarmState | None:
    word = _word(entry, "state", where)
    if word is not None and word not in list(AlarmState):
        raise ScenarioError(f'{where}: there is no state "{word}"{nearest(word, list(AlarmState))}')
    return None if word is None else AlarmState(word)


def _reads(entry: Mapping[str, object], where: str) -> tuple[float, float] | None:
    value = entry.get("reads")
    if value is None:
        return None
    if not (isinstance(value, list) and len(value) == 2 and all(isinstance(part, int | float) for part in value)):
        raise ScenarioError(f"{where}: reads gives the least and the greatest value, as in reads = [80, 84]")
    return float(value[0]), float(value[1])


def _fields(entry: Mapping[str, object], where: str) -> Mapping[str, Any] | None:
    value = entry.get("with")
    if value is not None and not isinstance(value, dict):
        raise ScenarioError(f'{where}: with names fields of the event, as in with = {{ reason = "invalid" }}')
    return value
