"""The items of discharge scores that can be computed (ketamine-monitoring, sections 5.1 and 8). Pure functions."""

from __future__ import annotations

from monitor.core.rules.sections import DischargeRule


def deviation(value: float, baseline: float) -> float:
    """How far a value lies from its baseline, as a part of it."""
    return abs(value - baseline) / baseline


def aldrete_circulation(systolic: float, baseline: float, rule: DischargeRule) -> int:
    """Systolic pressure within 20 % of the level before: 2; to below 50 %: 1; beyond: 0."""
    away = deviation(systolic, baseline)
    return 2 if away < rule.near else 1 if away < rule.aldrete_far else 0


def aldrete_oxygen(spo2: float, rule: DischargeRule, *, on_oxygen: bool) -> int:
    """Above 92 % on air: 2; above 90 %: 1; else 0.

    The table names 1 for who needs oxygen to stay above 90 %; who does without it stands no lower.
    """
    if spo2 > rule.air_above and not on_oxygen:
        return 2
    return 1 if spo2 > rule.oxygen_above else 0


def pads_vital_signs(deviations: list[float], rule: DischargeRule) -> int:
    """Pressure and pulse within 20 % of the level before: 2; to 40 %: 1; beyond: 0. The worse one counts."""
    away = max(deviations)
    return 2 if away < rule.near else 1 if away <= rule.pads_far else 0
