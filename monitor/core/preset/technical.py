"""The technical rules of a preset (alarm-system 3.2), and those of the return to baseline."""

from __future__ import annotations

from config.vocabulary import Priority
from monitor.core.errors import ConfigError
from monitor.core.preset.table import Table
from monitor.core.rules.rule_id import RuleId
from monitor.core.rules.technical import (
    BatteryRule,
    ChargeLevel,
    ClockRule,
    ConflictRule,
    FailRule,
    Level,
    NoDataRule,
    OfflineRule,
    OverdueRule,
    ReturnAlarmRule,
    ServiceRule,
    StorageRule,
)


def levels(table: Table, key: str) -> tuple[Level, ...]:
    """Priorities with the time after which each is reached."""
    return tuple(Level(entry.duration("after_s"), entry.priority("priority")) for entry in table.tables(key))


def return_alarm(table: Table, rule: RuleId) -> ReturnAlarmRule:
    """RTB_OVERDUE and RTB_REVOKED."""
    first, graver = _two_priorities(table)
    return ReturnAlarmRule(rule, first, graver)


def service_rule(table: Table, rule: RuleId, *, delayed: bool = False) -> ServiceRule:
    """An alarm of the service itself; one that is not `delayed` is raised when it is reported."""
    priorities = _priorities(table)
    delay = table.duration("delay_s") if delayed else 0
    return ServiceRule(rule, priorities[0], priorities[-1], delay)


def storage(table: Table, rule: RuleId) -> StorageRule:
    """STORAGE."""
    first, graver = _two_priorities(table)
    return StorageRule(rule, first, graver, free_below=table.number("free_below"))


def conflict(table: Table, rule: RuleId) -> ConflictRule:
    """ID_CONFLICT."""
    priorities = _priorities(table)
    return ConflictRule(
        rule,
        priorities[0],
        priorities[-1],
        ends_after=table.duration("ends_after_s"),
        left_after=table.duration("left_after_s"),
        gap=table.duration("gap_s"),
        cuff_gap=table.duration("cuff_gap_s"),
    )


def battery(table: Table, rule: RuleId) -> BatteryRule:
    """BATTERY."""
    found = [ChargeLevel(entry.number("below"), entry.priority("priority")) for entry in table.tables("levels")]
    if len(found) != 2:
        raise ConfigError(f"{table.where('levels')}: two levels are wanted")
    return BatteryRule(rule, found[0], found[1], table.duration("delay_s"))


def clock(table: Table, rule: RuleId) -> ClockRule:
    """CLOCK."""
    (priority, *more) = _priorities(table)
    if more:
        raise ConfigError(f"{table.where('levels')}: CLOCK has one level")
    return ClockRule(rule, priority, table.duration("offset_s"), table.duration("delay_s"))


def _two_priorities(table: Table) -> tuple[Priority, Priority]:
    found = _priorities(table)
    if len(found) != 2:
        raise ConfigError(f"{table.where('levels')}: two levels are wanted")
    return found[0], found[1]


def _priorities(table: Table) -> list[Priority]:
    return [entry.priority("priority") for entry in table.tables("levels")]


def no_data(table: Table, rule: RuleId) -> NoDataRule:
    """SPO2_NO_DATA."""
    return NoDataRule(
        rule=rule,
        infusing=levels(table, "infusing"),
        other=levels(table, "other"),
        high_after=table.duration("high_after_s"),
        high_below=table.number("high_below"),
        window=table.duration("window_s"),
        window_valid=table.duration("window_valid_s"),
    )


def offline(table: Table, rule: RuleId) -> OfflineRule:
    """DEVICE_OFFLINE."""
    first = []
    for key in ("infusing", "other"):
        found_levels = levels(table, key)
        if len(found_levels) != 1:
            raise ConfigError(f"{table.where(key)}: DEVICE_OFFLINE has one level per kind of phase")
        first.append(found_levels[0])
    infusing, other = first
    return OfflineRule(rule, infusing, other, table.duration("poll_after_s"))


def attempts(table: Table, rule: RuleId) -> FailRule:
    """NIBP_FAIL."""
    return FailRule(rule, table.whole("attempts"), table.priority("infusing"), table.priority("other"))


def overdue(table: Table, rule: RuleId) -> OverdueRule:
    """NIBP_OVERDUE."""
    levels = tuple((entry.number("intervals"), entry.priority("priority")) for entry in table.tables("levels"))
    return OverdueRule(rule, levels)
