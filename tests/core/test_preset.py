"""Presets: the shipped numbers are those of the documents, and every mistake in a key is named."""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest

from config.instant import SECOND
from config.vocabulary import Metric, Priority
from monitor.core.errors import ConfigError
from monitor.core.preset.fingerprint import fingerprint
from monitor.core.preset.read import PHYSIOLOGICAL, SPECIAL, build_ruleset
from monitor.core.rules.limits import AlarmLimit
from monitor.core.rules.patient import CuffRule, LevelRule
from monitor.core.rules.ruleset import Ruleset
from tests.support.ward import preset_table, shipped_rules

HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW
Path = tuple[str | int, ...]

MAY_BE_ABSENT = {
    "for_s": "a clear condition without a time holds at the first valid value",
    "keep_invalid_s": "then the time of [timing] holds",
    "doubtful_delay_s": "doubtful samples are not taken",
    "rises_to": "no rise",
    "second": "no second level",
    "at_once": "no higher level at once",
    "suspect_counts": "doubtful readings are not taken",
    "times_baseline": "only the points above the baseline count",
    "repeat": "such readings are not repeated",
    "group": "no group",
    "baseline_factor": "no clause about the baseline",
    "baseline_offset": "0",
    "never_below": "no floor",
    "asks_cuff": "the onset asks for no cuff reading",
    "second_below": "nobody signs twice for a low limit",
    "second_above": "nobody signs twice for a high limit",
    "takes_mismatch": "a pulse that differs from the cuff's is not taken",
}
"""Keys with a meaning when left out. All others must be given."""


def keys(table: Any, path: Path = ()) -> Iterator[Path]:
    """Every key of a preset, tables inside lists too."""
    entries = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in entries:
        if isinstance(key, str):
            yield (*path, key)
        yield from keys(value, (*path, key))


def inside(table: Any, path: Path) -> Any:
    for key in path:
        table = table[key]
    return table


PARTS = ("fallen_from",)
"""Numbers between 0 and 1, refused outside."""

SHIPPED = preset_table()
ALL = list(keys(SHIPPED))
WRONG: list[Any] = [None, {"a": 1}, [], "no such word", -5, float("nan"), float("inf"), True, 1.5]


def named(path: Path) -> str:
    """The end of a key's name as messages print it."""
    return str(path[-1])


@pytest.mark.parametrize("key", ["suspect_counts", "repeat", "asks_cuff", "takes_mismatch"])
def test_a_permission_that_is_left_out_is_not_given(key: str) -> None:
    """Each rule that has it loses it, and no other gains it."""
    table = copy.deepcopy(SHIPPED)
    having = [name for name, rule in table["rules"].items() if rule.pop(key, False)]
    before, after = shipped_rules(), build_ruleset(table, "x")

    def holding(rules: Ruleset) -> set[str]:
        return {rule.rule.name for rule in (*rules.levels, *rules.cuffs) if getattr(rule, key, False)}

    assert holding(before) == set(having) != set()
    assert holding(after) == set()


def test_a_fingerprint_goes_by_what_a_preset_says_and_not_by_its_order() -> None:
    day = datetime.date(2026, 1, 2)
    assert fingerprint({"a": 1, "b": {"c": 2, "d": day}}) == fingerprint({"b": {"d": day, "c": 2}, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert fingerprint({"on": day}) != fingerprint({"on": datetime.date(2026, 1, 3)})


def test_a_limit_of_two_minds_or_none_is_named_by_its_table() -> None:
    for trigger in ({"below": 85, "above": 90}, {}):
        table = copy.deepcopy(SHIPPED)
        table["rules"]["SPO2_CRIT"]["trigger"] = trigger
        with pytest.raises(ConfigError, match=r"rules\.SPO2_CRIT\.trigger: exactly one of "):
            build_ruleset(table, "x")


def test_a_limit_against_the_baseline_of_two_minds_or_none_is_named_by_its_table() -> None:
    for also in ({"below": "baseline", "above": "baseline"}, {}):
        table = copy.deepcopy(SHIPPED)
        table["rules"]["SPO2_DROP"]["also"] = also
        with pytest.raises(ConfigError, match=r"rules\.SPO2_DROP\.also: exactly one of "):
            build_ruleset(table, "x")


@pytest.mark.parametrize("baseline", [{}, {"baseline_factor": 0.9, "choose": "lower", "baseline_offset": 1}])
def test_a_floor_holds_with_and_without_a_clause_about_the_baseline(baseline: dict[str, Any]) -> None:
    table = copy.deepcopy(SHIPPED)
    table["rules"]["SPO2_CRIT"]["trigger"] = {"below": 85, "never_below": 80} | baseline
    (rule,) = (level for level in build_ruleset(table, "x").levels if level.rule.name == "SPO2_CRIT")
    assert (rule.trigger.absolute, rule.trigger.never_below) == (85, 80)
    assert (rule.trigger.factor, rule.trigger.offset) == ((0.9, 1) if baseline else (None, 0))


def test_the_shipped_preset_has_keys_to_try() -> None:
    assert len(ALL) > 200


@pytest.mark.parametrize("path", ALL, ids=lambda path: ".".join(map(str, path)))
def test_a_missing_key_is_named(path: Path) -> None:
    table = copy.deepcopy(SHIPPED)
    del inside(table, path[:-1])[path[-1]]
    if path[-1] in MAY_BE_ABSENT or path[:-1] == ("limits",):  # a rule that is not there has a fixed limit
        # Half a pair is refused; a key that may be absent alone leaves a preset that builds.
        half = {"rises_to": "rises_after_s", "second": "second_counts", "group": "rank", "baseline_factor": "choose"}
        if path[-1] not in half:
            build_ruleset(table, "x")
            return
        with pytest.raises(ConfigError, match=half[str(path[-1])] + "|baseline_offset"):
            build_ruleset(table, "x")
        return
    with pytest.raises(ConfigError, match=rf"^x: .*{named(path)}|exactly one of .*{named(path)}"):
        build_ruleset(table, "x")


@pytest.mark.parametrize("path", ALL, ids=lambda path: ".".join(map(str, path)))
def test_a_misspelt_key_is_named(path: Path) -> None:
    table = copy.deepcopy(SHIPPED)
    place = inside(table, path[:-1])
    place[f"{path[-1]}x"] = place.pop(path[-1])
    with pytest.raises(ConfigError, match=rf"^x: .*{named(path)}|exactly one of"):
        build_ruleset(table, "x")


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_wrong_value_is_named_or_a_value_like_any_other(wrong: Any) -> None:
    """No wrong kind of value passes at any key: a number for a number, a word for a word, a flag for a flag."""
    for path in ALL:
        _try_value(path, wrong)


def _try_value(path: Path, wrong: Any) -> None:
    table = copy.deepcopy(SHIPPED)
    right = inside(table, path)
    inside(table, path[:-1])[path[-1]] = wrong
    whole = path[-1] in (
        "least_before",
        "least_under",
        "same_cycles",
        "lost_windows",
        "version",
        "rank",
        "baseline_readings",
        "retries",
        "deadline_retries",
        "attempts",
        "sessions",
        "aldrete_pass",
        "pads_pass",
        "recheck_readings",
    )
    number = isinstance(right, (int, float)) and not isinstance(right, bool) and path[-1] not in PARTS
    if number and wrong is not True and (wrong == -5 or (wrong == 1.5 and not whole)):
        _builds_or_names(table, path)
        return
    could_be = (isinstance(right, bool) and wrong is True) or (
        path[-1] in ("name", "title", "group") and wrong == "no such word"
    )
    if could_be:
        build_ruleset(table, "x")
        return
    with pytest.raises(ConfigError, match=rf"^x: .*{path[-1]}"):
        build_ruleset(table, "x")


def _builds_or_names(table: Any, path: Path) -> None:
    """A number of the right kind may still lie outside what can be meant."""
    try:
        build_ruleset(table, "x")
    except ConfigError as error:
        assert named(path) in str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("factor", [1e7, -1e7])
def test_no_number_of_a_preset_can_be_of_any_size(factor: float) -> None:
    """A zero too many or a wrong unit is refused at every number, also inside lists, with its key and a remedy."""
    for path in ALL:
        right = inside(SHIPPED, path)
        if isinstance(right, bool) or not isinstance(right, int | float | list):
            continue
        if isinstance(right, list):
            if not all(isinstance(each, int | float) for each in right):
                continue
            wrong: Any = [factor, factor + 1]
        else:
            wrong = factor
        table = copy.deepcopy(SHIPPED)
        inside(table, path[:-1])[path[-1]] = wrong
        with pytest.raises(ConfigError, match=rf"^x: .*{named(path)}: .*(cannot be|is wanted)"):
            build_ruleset(table, "x")


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("return.tolerance", 10, "0 to 0.5 is wanted: write a part of one, 0.10 for 10 %"),
        ("return.grace_s", 1500, "write seconds"),
        ("discharge.aldrete_pass", 11, "the score goes from 0 to 10"),
        ("discharge.minimum_stay_s", 30, "write seconds, 1800 for 30 min"),
        ("rules.SEDATION_DEEP.trigger.at_most", 5, "5 is awake: write 0 to 4"),
        ("cuff.interval_s", 30, "60 to 3600 is wanted"),
        ("rules.SPO2_LOW.rises_after_s", 6000, "5 to 600 is wanted"),
        ("rules.SPO2_LOW.trigger.below", 0.9, "write %, 90 for 90 %"),
        ("rules.SBP_LOW.trigger.baseline_factor", 70, "0.7 for 70 %"),
    ],
)
def test_a_number_in_a_wrong_unit_is_refused_with_its_remedy(key: str, value: float, remedy: str) -> None:
    table = preset_table()
    *path, last = key.split(".")
    inside(table, tuple(path))[last] = value
    with pytest.raises(ConfigError, match=re.escape(remedy)) as told:
        build_ruleset(table, "x")
    assert f"x: {key}: {value:g} cannot be meant" in str(told.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("validation", "spo2_range"), [100, 50], "the first number must be the smaller one"),
        (("validation", "spo2_range"), [50, float("inf")], "the first number must be the smaller one"),
        (("validation", "spo2_range"), [50, "100"], "two numbers are wanted"),
        (("rules", "SPO2_LOW", "metric"), "resp_rate", "has no rules"),
        (("rules", "SPO2_LOW", "trigger"), {"at_least_above_trigger": 5}, "only a clear condition"),
        (("rules", "SPO2_LOW", "trigger"), {"below": 90, "at_most": 90}, "exactly one of"),
        (("rules", "PR_LOW", "trigger"), {"at_most": 48, "baseline_factor": 1, "choose": "x"}, "lower or higher"),
        (("rules", "SPO2_LOW", "trigger"), {"below": 90, "choose": "lower"}, "unknown key"),
        (("rules", "SPO2_LOW", "trigger"), {"below": "baseline"}, "a number is wanted"),
        (("rules", "SPO2_DROP", "also"), {"at_least": "baseline"}, "same side as the trigger"),
        (("rules", "SPO2_DROP", "also"), {"at_most": "median"}, "'baseline' is wanted"),
        (("rules", "SPO2_DROP", "also"), {"baseline_offset": -4}, "exactly one of"),
        (("rules", "VASOVAGAL", "median", "fallen_from"), 1.2, "0 to 1 is wanted"),
        (("rules", "SBP_HIGH", "second_counts"), "each", "consecutive or any"),
        (("rules", "SBP_HIGH", "clear"), [{"below": 155}, {"below": 150}], "one clear condition"),
        (("rules", "SPO2_LOW", "priority"), "urgent", "unknown priority 'urgent'"),
        (("technical", "RTB_OVERDUE", "levels"), [{"priority": "low"}], "two levels are wanted"),
        (("cuff", "interval_s"), 0, "cuff.interval_s: .*60 to 3600 is wanted"),
        (("cuff", "returned_interval_s"), 0.5, "returned_interval_s: .*60 to 7200 is wanted"),
        (("observations", "every_s"), 0, "every_s: .*60 to 7200 is wanted"),
        (("inactivation", "alarm_off_reminder_s"), 0.9, "alarm_off_reminder_s: .*10 to 3600 is wanted"),
        (
            ("technical", "DEVICE_OFFLINE", "other"),
            [{"after_s": 10, "priority": "low"}, {"after_s": 20, "priority": "medium"}],
            "one level per kind of phase",
        ),
        (
            ("technical", "DEVICE_OFFLINE", "infusing"),
            [{"after_s": 10, "priority": "low"}, {"after_s": 20, "priority": "medium"}],
            "one level per kind of phase",
        ),
        (("technical", "STORAGE", "levels"), [{"priority": "low"}], "two levels are wanted"),
        (("technical", "CLOCK", "levels"), [{"priority": "low"}, {"priority": "medium"}], "CLOCK has one level"),
        (("technical", "BATTERY", "levels"), [{"below": 20, "priority": "low"}], "two levels are wanted"),
        (("technical", "BATTERY", "levels"), [{"below": 20, "priority": "low"}] * 3, "two levels are wanted"),
        (("technical", "STORAGE", "levels"), [], "a list with at least one entry"),
        (("technical", "STORAGE", "levels"), [3], "a table is wanted here, not 3"),
        (("technical", "NIBP_FAIL", "attempts"), 2.5, "a whole number is wanted, not 2.5"),
        (("rules", "RR_LOW", "clear"), [{"at_least": 10}, {"at_least": 11}], "RR_LOW has one clear condition"),
        (("rules", "RR_LOW", "counted"), {"at_most": 8, "below": 9}, "exactly one of"),
        (("rules", "SYMPTOM", "kinds"), ["toothache"], "a list of kinds of events is wanted"),
        (("rules", "SYMPTOM", "kinds"), "chest_pain", "a list of kinds of events is wanted"),
        (("rules", "VASOVAGAL", "median", "fallen_from"), 0, "between 0 and 1"),
        (("rules", "SPO2_CRIT", "delay_s"), -1, "0 to 300 is wanted"),
        (("observations", "infusing_s"), [600, 300], "the times must ascend"),
        (("observations", "infusing_s"), [300, 300], "the times must ascend"),
        (("observations", "infusing_s"), [-1, 300], "a list of seconds is wanted"),
        (("observations", "infusing_s"), [], "a list of seconds is wanted"),
        (("observations", "infusing_s"), [True], "a list of seconds is wanted"),
        (("validation", "spo2_range"), [50, 50], "the first number must be the smaller one"),
        (("validation", "spo2_range"), [50], "two numbers are wanted"),
        (("validation", "spo2_range"), [False, 100], "two numbers are wanted"),
    ],
)
def test_what_does_not_fit_together_is_told(path: Path, value: Any, message: str) -> None:
    table = preset_table()
    inside(table, path[:-1])[path[-1]] = value
    with pytest.raises(ConfigError, match=message) as told:
        build_ruleset(table, "x")
    place = str(told.value).partition(": ")[2]
    assert re.match(rf"{re.escape('.'.join(map(str, path)))}[.:\[]", place), "the key at fault comes first"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rules", "VASOVAGAL", "median", "fallen_from"), 1),
        (("cuff", "interval_s"), 60),
        (("return", "tolerance"), 0.5),
        (("rules", "SEDATION_DEEP", "trigger", "at_most"), 4),
        (("observations", "infusing_s"), [0]),
        (("rules", "SPO2_CRIT", "delay_s"), 0),
    ],
)
def test_the_edge_of_what_fits_is_taken(path: Path, value: Any) -> None:
    table = preset_table()
    inside(table, path[:-1])[path[-1]] = value
    build_ruleset(table, "x")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("rules", "SPO2_CRIT", "delay_s"), -1, "a time cannot be negative"),
        (("cuff", "interval_s"), 0.9, "at least 1 s apart"),
    ],
)
def test_without_bounds_the_core_still_takes_no_time_that_never_ends(path: Path, value: Any, message: str) -> None:
    """Whoever spoils a preset to prove a drill may write any number that can be waited for."""
    table = preset_table()
    inside(table, path[:-1])[path[-1]] = value
    with pytest.raises(ConfigError, match=message):
        build_ruleset(table, "x", bounded=False)
    inside(table, path[:-1])[path[-1]] = 10_000
    build_ruleset(table, "x", bounded=False)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("delay", "x: rules.SPO2_LOW.delay: unknown key; did you mean 'delay_s'?"),
        ("zzz", "x: rules.SPO2_LOW.zzz: unknown key; known here: also, asks_cuff, clear, delay_s, "),
    ],
)
def test_an_unknown_key_is_told_with_what_may_be_meant(key: str, told: str) -> None:
    table = preset_table()
    table["rules"]["SPO2_LOW"][key] = 1
    with pytest.raises(ConfigError, match=f"^{re.escape(told)}"):
        build_ruleset(table, "x")


def test_a_preset_that_is_no_table_is_refused() -> None:
    table: dict[str, Any] = copy.deepcopy(preset_table())
    table["rules"] = 3
    with pytest.raises(ConfigError, match=r"^x: rules: a table is wanted"):
        build_ruleset(table, "x")


# -- the numbers of alarm-system 3.1 and 3.2, with rulings section 3 ----------------------------------------------

# id: metric, trigger, priority, delay s, clear (bound, seconds), latched
LEVELS: dict[str, tuple[Metric, str, Priority, int, list[tuple[str, int]], bool]] = {
    "SPO2_CRIT": (Metric.SPO2, "below 85", HIGH, 5, [("at_least 88", 10)], True),
    "SPO2_LOW": (Metric.SPO2, "below 90", MEDIUM, 15, [("at_least 92", 10), ("at_least 90", 120)], True),
    "SPO2_DROP": (Metric.SPO2, "below 94", LOW, 60, [("at_least inf", 0)], False),
    "PR_XLOW": (Metric.PULSE_RATE, "at_most 40", HIGH, 10, [("at_least 45", 5)], True),
    "PR_LOW": (Metric.PULSE_RATE, "at_most 48", MEDIUM, 15, [("at_least 52", 0)], False),
    "VASOVAGAL": (Metric.PULSE_RATE, "below 60", HIGH, 5, [("at_least inf", 0)], True),
    "PR_HIGH": (Metric.PULSE_RATE, "at_least 120", MEDIUM, 20, [("at_most 115", 0)], False),
    "PR_XHIGH": (Metric.PULSE_RATE, "at_least 150", HIGH, 10, [("at_most 145", 0)], True),
}

# id: metric, trigger, priority, clear, latched, second, at once
CUFFS: dict[str, tuple[Metric, str, Priority, str, bool, Priority | None, str | None]] = {
    "SBP_CRIT": (Metric.SYSTOLIC, "at_least 180", MEDIUM, "below 170", True, HIGH, "at_least 200"),
    "DBP_CRIT": (Metric.DIASTOLIC, "at_least 110", MEDIUM, "below 105", True, HIGH, "at_least 120"),
    "SBP_HIGH": (Metric.SYSTOLIC, "at_least 160", LOW, "below 155", False, MEDIUM, None),
    "DBP_HIGH": (Metric.DIASTOLIC, "at_least 100", LOW, "below 97", False, MEDIUM, None),
    "SBP_LOW": (Metric.SYSTOLIC, "at_most 90", MEDIUM, "above 95", False, None, None),
    "SBP_XLOW": (Metric.SYSTOLIC, "at_most 80", HIGH, "above 85", True, None, None),
    "MAP_XLOW": (Metric.MEAN, "at_most 55", HIGH, "above 60", True, None, None),
}


def spelt(limit: AlarmLimit, baseline: float | None = None) -> str:
    return f"{limit.comparison.value} {limit.number(baseline):g}"


def level(name: str) -> LevelRule:
    (found,) = [each for each in shipped_rules().levels if each.rule.name == name]
    return found


def cuff(name: str) -> CuffRule:
    (found,) = [each for each in shipped_rules().cuffs if each.rule.name == name]
    return found


def test_the_preset_holds_these_rows_in_the_order_of_the_table() -> None:
    assert set(PHYSIOLOGICAL) == set(LEVELS) | set(CUFFS) | set(SPECIAL)
    names = [rule.name for rule in shipped_rules().rule_ids()]
    assert names[: len(PHYSIOLOGICAL)] == list(PHYSIOLOGICAL)
    assert names[len(PHYSIOLOGICAL) :][:5] == [
        "RTB_OVERDUE",
        "RTB_REVOKED",
        "SPO2_NO_DATA",
        "DEVICE_OFFLINE",
        "NIBP_FAIL",
    ]


@pytest.mark.parametrize("name", LEVELS)
def test_a_level_rule_has_the_numbers_of_its_row(name: str) -> None:
    found = level(name)
    clears = [(spelt(each.limit), each.hold // SECOND) for each in found.clears]
    assert (
        found.metric,
        spelt(found.trigger),
        found.priority,
        found.delay // SECOND,
        clears,
        found.rule.latched,
    ) == LEVELS[name]


@pytest.mark.parametrize("name", CUFFS)
def test_a_cuff_rule_has_the_numbers_of_its_row(name: str) -> None:
    found = cuff(name)
    at_once = None if found.at_once is None else spelt(found.at_once)
    assert (
        found.metric,
        spelt(found.trigger),
        found.priority,
        spelt(found.clear),
        found.rule.latched,
        found.second,
        at_once,
    ) == CUFFS[name]
    assert found.at_once_priority is HIGH


@pytest.mark.parametrize(
    ("name", "baseline", "trigger", "clear"),
    [
        ("PR_XLOW", 44, "at_most 37.4", "at_least 42.4"),
        ("PR_XLOW", 40, "at_most 35", "at_least 40"),
        ("PR_XLOW", 70, "at_most 40", "at_least 45"),
        ("PR_LOW", 50, "at_most 42.5", "at_least 47.5"),
        ("PR_LOW", 60, "at_most 48", "at_least 52"),
    ],
)
def test_slow_pulse_limits_follow_the_baseline(name: str, baseline: float, trigger: str, clear: str) -> None:
    found = level(name)
    assert (spelt(found.trigger, baseline), spelt(found.clears[0].limit, baseline)) == (trigger, clear)


@pytest.mark.parametrize(
    ("baseline", "trigger", "clear"), [(120, "at_most 90", "above 95"), (150, "at_most 105", "above 110")]
)
def test_low_pressure_limits_follow_the_baseline(baseline: float, trigger: str, clear: str) -> None:
    assert (spelt(cuff("SBP_LOW").trigger, baseline), spelt(cuff("SBP_LOW").clear, baseline)) == (trigger, clear)


def test_the_single_rules_have_their_extras() -> None:
    assert (level("SPO2_LOW").rises_to, level("SPO2_LOW").rises_after) == (HIGH, 60 * SECOND)
    assert (level("SPO2_CRIT").doubtful_delay, level("SPO2_CRIT").keep_invalid) == (10 * SECOND, 30 * SECOND)
    assert {name for name in CUFFS if cuff(name).suspect_counts} == set(CUFFS) - {"SBP_HIGH", "DBP_HIGH"}
    assert {name for name in CUFFS if cuff(name).second and not cuff(name).consecutive} == {"SBP_CRIT", "DBP_CRIT"}


def test_groups_rank_as_the_rulings_say() -> None:
    ranks: dict[str | None, list[tuple[int, str]]] = {}
    for rule in shipped_rules().rule_ids():
        ranks.setdefault(rule.group, []).append((rule.rank, rule.name))
    groups = {tuple(name for _, name in sorted(found, reverse=True)) for group, found in ranks.items() if group}
    assert groups == {
        ("SPO2_CRIT", "SPO2_LOW", "SPO2_DROP"),
        ("PULSE_LOST", "PR_XLOW", "VASOVAGAL", "PR_LOW"),
        ("PR_XHIGH", "PR_HIGH"),
        ("SBP_CRIT", "DBP_CRIT", "SBP_HIGH", "DBP_HIGH", "BP_REL"),
        ("SBP_XLOW", "MAP_XLOW", "SBP_LOW"),
        ("NIBP_FAIL", "NIBP_OVERDUE", "NIBP_20MIN_MISSING"),
    }


def test_the_technical_rules_have_the_numbers_of_their_rows() -> None:
    rules = shipped_rules()
    assert [(each.after // SECOND, each.priority) for each in rules.no_data.infusing] == [(15, LOW), (30, MEDIUM)]
    assert [(each.after // SECOND, each.priority) for each in rules.no_data.other] == [(60, LOW)]
    assert (rules.no_data.high_after // SECOND, rules.no_data.high_below) == (30, 92)
    assert (rules.offline.infusing.after // SECOND, rules.offline.infusing.priority) == (10, MEDIUM)
    assert (rules.offline.other.after // SECOND, rules.offline.other.priority) == (10, LOW)
    assert rules.offline.poll_after == 60 * SECOND
    assert rules.overdue.levels == ((1.5, LOW), (2.0, MEDIUM))
    assert (rules.rtb_overdue.priority, rules.rtb_overdue.graver) == (LOW, MEDIUM)
    assert (rules.rtb_revoked.priority, rules.rtb_revoked.graver) == (LOW, MEDIUM)
    assert (rules.storage.priority, rules.storage.critical) == (MEDIUM, HIGH)
    assert (rules.pager_fail.priority, rules.id_conflict.priority) == (MEDIUM, MEDIUM)


def test_baseline_hold_and_return_have_the_numbers_of_ketamine_monitoring() -> None:
    rules = shipped_rules()
    baseline, hold, back = rules.baseline, rules.hold, rules.recovery
    assert [
        each // SECOND
        for each in (
            baseline.window,
            baseline.newest,
            baseline.spacing,
            baseline.rest,
            baseline.wave_window,
            baseline.wave_valid_a,
            baseline.wave_valid_c,
        )
    ] == [1800, 600, 60, 300, 300, 120, 30]
    assert baseline.range_a == 10
    assert (hold.systolic, hold.diastolic, hold.pulse_high, hold.pulse_low, hold.spo2) == (160, 100, 110, 45, 94)
    assert (back.tolerance, back.spo2_points, back.far) == (0.1, 2, 10)
    assert list(back.floors.values()) == [10, 8, 8, 8]
    assert [each // SECOND for each in (back.spacing, back.grace, back.candidate, back.overdue_medium)] == [
        240,
        150,
        450,
        600,
    ]
