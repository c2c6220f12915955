"""The technical rules, and those of the return to baseline, as plain data (alarm-system 3.1 last rows, and 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from config.instant import Duration
from config.vocabulary import Priority
from monitor.core.rules.rule_id import RuleId


@dataclass(frozen=True, slots=True)
class Level:
    """A priority reached after a time."""

    after: Duration
    priority: Priority


@dataclass(frozen=True, slots=True)
class NoDataRule:
    """SPO2_NO_DATA (alarm-system 3.2, rulings 3)."""

    rule: RuleId
    infusing: tuple[Level, ...]
    other: tuple[Level, ...]
    high_after: Duration
    high_below: float
    window: Duration
    window_valid: Duration


@dataclass(frozen=True, slots=True)
class OfflineRule:
    """DEVICE_OFFLINE: one level per kind of phase, a longer patience for polled devices."""

    rule: RuleId
    infusing: Level
    other: Level
    poll_after: Duration


@dataclass(frozen=True, slots=True)
class FailRule:
    """NIBP_FAIL: so many failed or rejected attempts in a row."""

    rule: RuleId
    attempts: int
    infusing: Priority
    other: Priority


@dataclass(frozen=True, slots=True)
class OverdueRule:
    """NIBP_OVERDUE: levels as multiples of the cuff interval."""

    rule: RuleId
    levels: tuple[tuple[float, Priority], ...]


@dataclass(frozen=True, slots=True)
class ReturnAlarmRule:
    """RTB_OVERDUE and RTB_REVOKED: first priority and the graver one."""

    rule: RuleId
    priority: Priority
    graver: Priority


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """An alarm of the service itself: the ordinary and the critical priority, and its delay."""

    rule: RuleId
    priority: Priority
    critical: Priority
    delay: Duration = 0


@dataclass(frozen=True, slots=True)
class StorageRule(ServiceRule):
    """STORAGE; its ordinary level is also that of a disk with less than `free_below` % free."""

    free_below: float = 0.0


@dataclass(frozen=True, slots=True)
class ConflictRule(ServiceRule):
    """ID_CONFLICT: of a device that no bed binds, and of numbers that go on after a discharge (alarm-system 3.3).

    Attributes:
        ends_after: over when no such value has come for so long.
        left_after: numbers that still arrive so long after the discharge.
        gap, cuff_gap: the longest pause in such a run of samples, of cuff readings.
    """

    ends_after: Duration = 0
    left_after: Duration = 0
    gap: Duration = 0
    cuff_gap: Duration = 0


@dataclass(frozen=True, slots=True)
class ChargeLevel:
    """A priority for a charge below so many per cent."""

    below: float
    priority: Priority


@dataclass(frozen=True, slots=True)
class BatteryRule:
    """BATTERY: two levels, each reached when met for the delay; a device's own flag counts as the first."""

    rule: RuleId
    low: ChargeLevel
    empty: ChargeLevel
    delay: Duration


@dataclass(frozen=True, slots=True)
class ClockRule:
    """CLOCK: a device's clock further than `offset` from the server's, or the server's own not synchronised."""

    rule: RuleId
    priority: Priority
    offset: Duration
    delay: Duration

    def of_server(self) -> ServiceRule:
        """As the alarm of the service about its own clock."""
        return ServiceRule(self.rule, self.priority, self.priority, self.delay)
