"""Whether a play was as expected: each expectation answered in a nurse's words. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from config.vocabulary import Priority
from monitor.drill.expectation import Expectation, Window
from monitor.drill.record import Record, Shown, Told
from monitor.drill.story import Drill
from simulator.tables import ScenarioError
from simulator.truth import VALUES, Moment

SLACK_S = 0.5
"""Between a rule's delay and what a second of samples can show of it."""
BOARD_WITHIN_S = 1.0
"""Decision to station (alarm-system 5.1)."""
ANY = "any"
PHYSIOLOGICAL: tuple[str, ...] = (
    *("SPO2_CRIT", "SPO2_LOW", "SPO2_DROP", "PULSE_LOST", "VASOVAGAL", "BP_REL", "RR_LOW", "SEDATION_DEEP", "SYMPTOM"),
    *("PR_", "SBP_", "DBP_", "MAP_", "RTB_"),
)
"""How the alarms of table 3.1 begin."""
_COMPARES: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TRUE_VALUE = re.compile(r"true (\w+) (<=|<|>=|>) ([\d.]+)")
ANNOUNCED = ("alarm_raised", "alarm_rearmed", "alarm_priority_changed")


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation, answered: what was expected and what happened, each a sentence."""

    number: int
    met: bool
    expected: str
    happened: str
    note: str = ""


def clock_time(t: float) -> str:
    """Minutes and seconds of the story."""
    minutes, seconds = divmod(t, 60.0)
    text = f"{seconds:04.1f}" if seconds % 1 > 1e-6 else f"{seconds:02.0f}"
    return f"{int(minutes)}:{text}"


def check(drill: Drill, record: Record) -> list[Finding]:
    """Every expectation of the drill, in the order of its file.

    Raises:
        ScenarioError: an `of` names nothing that is in the story.
    """
    return [_CHECKS[each.subject](each, drill, record) for each in drill.expectations]


# -- when ----------------------------------------------------------------------------------------------------------


def _span(window: Window, drill: Drill, record: Record) -> tuple[float, float, str]:
    """From, until, and how it is said."""
    if window.of is None or window.within_s is None:
        after = 0.0 if window.after_s is None else window.after_s
        by = record.length_s if window.by_s is None else window.by_s
        said = f"by {clock_time(by)}" if window.after_s is None else f"between {clock_time(after)} and {clock_time(by)}"
        return after, by, said if window.by_s is not None or window.after_s is not None else "at any time"
    anchor = _moment(window.of, drill, record)
    if anchor is None:
        return float("inf"), float("-inf"), f'within {window.within_s:g} s of "{window.of}", which never came'
    soonest = anchor + (window.no_sooner_s or 0.0)
    said = f'within {window.within_s:g} s of "{window.of}" at {clock_time(anchor)}'
    if window.no_sooner_s:
        said += f", no sooner than {window.no_sooner_s:g} s"
    return soonest, anchor + window.within_s, said


def _moment(of: str, drill: Drill, record: Record) -> float | None:
    """The moment that `of` names: an event of the story, an action of the nurse, an alarm, a true value."""
    if match := _TRUE_VALUE.fullmatch(of):
        name, sign, limit = match[1], match[2], float(match[3])
        if name not in VALUES:
            raise ScenarioError(f'{drill.name}: of = "{of}": there is no true {name}; known: {", ".join(VALUES)}')
        compare = _COMPARES[sign]

        def holds(moment: Moment) -> bool:
            return compare(float(getattr(moment, name)), limit)

        return record.truth.first(holds)
    word, _, name = of.partition(" ")
    if word == "nurse":
        times = [action.at_s for action in drill.scenario.nurse if action.does == name]
    elif word == "alarm":
        return next((told.t for told in record.of("alarm_raised", alarm=name)), None)
    elif word == "phase":
        return next((told.t for told in record.of("phase_changed") if told.data.get("to") == name), None)
    elif word == "system":
        times = [step.at_s for step in drill.system if step.happens == name]
    else:
        times = [truth.onset_s for truth in drill.scenario.truths() if truth.kind == of]
        times += [step.at_s for step in drill.scenario.pump if step.action == of]
    if not times:
        raise ScenarioError(
            f'{drill.name}: of = "{of}" is not in the story; name an event, "nurse ACTION", "alarm NAME", '
            '"phase NAME", "system NAME" or "true spo2 < 90"'
        )
    return min(times)


# -- what ----------------------------------------------------------------------------------------------------------


def _alarm(each: Expectation, drill: Drill, record: Record) -> Finding:
    name = each.names[0]
    after, by, when = _span(each.window, drill, record)
    expected = f"{name}{_at(each.priority)} {when}"
    if each.delay_s is not None:
        expected += f", {each.delay_s:g} s after its first value"
    announced = list(record.of(*ANNOUNCED, alarm=name))
    found = [
        told
        for told in announced
        if after <= told.t <= by
        and _is(told, each.priority)
        and _in(told, each.reads)
        and _waited(told, each.delay_s, record)
    ]
    if not found:
        return Finding(each.number, False, expected, _instead(announced, name), each.note)
    late = _not_on_board(found[0], record)
    if late:
        return Finding(each.number, False, expected, late, each.note)
    return Finding(each.number, True, expected, say(found[0]), each.note)


def _silent(each: Expectation, drill: Drill, record: Record) -> Finding:
    after, by, when = _span(each.window, drill, record)
    names = "no physiological alarm" if each.names == (ANY,) else f"no {' nor '.join(each.names)}"
    expected = f"{names}{_at(each.priority)} {when}"
    found = [
        told
        for told in record.of(*ANNOUNCED)
        if after <= told.t <= by and _named(told.alarm or "", each.names) and _is(told, each.priority)
    ]
    return Finding(each.number, not found, expected, _list(found) if found else "silent", each.note)


def _event(each: Expectation, drill: Drill, record: Record) -> Finding:
    after, by, when = _span(each.window, drill, record)
    expected = f"{_describe(each)} {when}"
    all_of_kind = list(record.of(each.names[0], alarm=each.alarm))
    found = [told for told in all_of_kind if after <= told.t <= by and _has(told, each)]
    return Finding(each.number, bool(found), expected, _list(found[:1] or all_of_kind) or "never", each.note)


def _never(each: Expectation, drill: Drill, record: Record) -> Finding:
    after, by, when = _span(each.window, drill, record)
    found = [told for told in record.of(each.names[0], alarm=each.alarm) if after <= told.t <= by and _has(told, each)]
    return Finding(each.number, not found, f"no {_describe(each)} {when}", _list(found) or "never", each.note)


def _phase(each: Expectation, drill: Drill, record: Record) -> Finding:
    at = each.at_s or 0.0
    phase = "IDLE"
    for told in record.of("phase_changed"):
        if told.t <= at:
            phase = str(told.data.get("to"))
    return Finding(each.number, phase == each.names[0], f"phase {each.names[0]} at {clock_time(at)}", phase, each.note)


def _verdict(each: Expectation, drill: Drill, record: Record) -> Finding:
    at = record.length_s if each.at_s is None else each.at_s
    verdict = "none"
    for told in record.of("return_verdict"):
        if told.t <= at:
            verdict = str(told.data.get("verdict"))
    when = "in the end" if each.at_s is None else f"at {clock_time(at)}"
    return Finding(each.number, verdict == each.names[0], f"verdict {each.names[0]} {when}", verdict, each.note)


def _open(each: Expectation, drill: Drill, record: Record) -> Finding:
    name, at = each.names[0], each.at_s or 0.0
    state = "" if each.state is None else f" {each.state.value}"
    stale = "" if each.stale is None else (" stale" if each.stale else " with data")
    expected = f"{name}{state}{stale}{_at(each.priority)} on the board at {clock_time(at)}"
    standing = [shown for shown in record.shown if shown.alarm == name and shown.t <= at < shown.until]
    met = any(_as_expected(shown, each) for shown in standing)
    said = ", ".join(f"{shown.priority} {shown.state}{' stale' if shown.stale else ''}" for shown in standing)
    return Finding(each.number, met, expected, said or f"{name} was not on the board", each.note)


def _page(each: Expectation, drill: Drill, record: Record) -> Finding:
    after, by, when = _span(each.window, drill, record)
    about = f" about {each.alarm}" if each.alarm else ""
    sent = [page for page in record.paged if page.type == each.names[0] and each.alarm in (None, page.alarm)]
    found = [page for page in sent if after <= page.t <= by]
    said = "; ".join(f"{clock_time(page.t)} {page.text}" for page in (found[:1] or sent[:3])) or "no such page"
    if each.subject == "no_page":
        return Finding(each.number, not found, f"no page {each.names[0]}{about} {when}", said, each.note)
    return Finding(each.number, bool(found), f"page {each.names[0]}{about} {when}", said, each.note)


_CHECKS: dict[str, Callable[[Expectation, Drill, Record], Finding]] = {
    "alarm": _alarm,
    "silent": _silent,
    "event": _event,
    "never": _never,
    "phase": _phase,
    "verdict": _verdict,
    "open": _open,
    "page": _page,
    "no_page": _page,
}


# -- words and comparisons -------------------------------------------------------------------------------------------


def _named(alarm: str, names: tuple[str, ...]) -> bool:
    return alarm in names or (names == (ANY,) and alarm.startswith(PHYSIOLOGICAL))


def _is(told: Told, priority: Priority | None) -> bool:
    return priority is None or told.data.get("priority") == priority.word


def _in(told: Told, reads: tuple[float, float] | None) -> bool:
    value = told.data.get("value")
    return reads is None or (isinstance(value, int | float) and reads[0] <= value <= reads[1])


def _waited(told: Told, delay_s: float | None, record: Record) -> bool:
    since = told.data.get("since")
    return delay_s is None or (since is not None and abs(told.t - record.seconds_of(since) - delay_s) <= SLACK_S)


def _has(told: Told, each: Expectation) -> bool:
    return all(_same(told.data.get(key), wanted) for key, wanted in (each.fields or {}).items())


def _same(value: object, wanted: object) -> bool:
    if isinstance(wanted, list) and len(wanted) == 2 and all(isinstance(part, int | float) for part in wanted):
        in_order = isinstance(value, int | float) and wanted[0] <= value <= wanted[1]
        return in_order or value == wanted
    return value == wanted


def _as_expected(shown: Shown, each: Expectation) -> bool:
    return (
        (each.state is None or shown.state == each.state.value)
        and (each.stale is None or shown.stale == each.stale)
        and (each.priority is None or shown.priority == each.priority.word)
    )


def _not_on_board(told: Told, record: Record) -> str | None:
    """Why an alarm that was decided does not count: nobody at the station saw it in time."""
    alarm_id = told.data["alarm_id"]
    shown = [each.t for each in record.shown if each.alarm_id == alarm_id and each.until > told.t]
    if shown and min(shown) <= told.t + BOARD_WITHIN_S:
        return None
    return f"{say(told)}, but the board did not show it within {BOARD_WITHIN_S:g} s"


def _at(priority: Priority | None) -> str:
    return "" if priority is None else f" at {priority.word.upper()}"


def _describe(each: Expectation) -> str:
    fields = "".join(f" {key} {value}" for key, value in (each.fields or {}).items())
    return f"{each.names[0]}{f' of {each.alarm}' if each.alarm else ''}{fields}"


def say(told: Told) -> str:
    """One event in a line."""
    data = told.data
    words = [clock_time(told.t), told.kind if told.alarm is None else str(told.alarm)]
    if told.alarm is not None:
        words += [str(data.get("priority")), told.kind.removeprefix("alarm_").replace("_", " ")]
        if data.get("value") is not None:
            words.append(f"at {data['value']:g}")
    shown = ("kind", "metric", "to", "verdict", "reason", "command")
    words += [f"{key} {data[key]}" for key in shown if data.get(key) is not None]
    return " ".join(words)


def _list(found: Iterable[Told]) -> str:
    first = list(found)
    return "; ".join(say(told) for told in first[:4]) + (f"; and {len(first) - 4} more" if len(first) > 4 else "")


def _instead(announced: list[Told], name: str) -> str:
    return _list(announced) if announced else f"{name} was never announced"
