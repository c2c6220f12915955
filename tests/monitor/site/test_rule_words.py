"""Rules in words: each kind of limit, and nothing left out."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.site.rule_words import ends, limit_words, more, value_words, when


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"below": 85}, "below 85 %"),
        ({"at_most": 40, "baseline_factor": 0.85, "choose": "lower"}, "at most 40 %, and at most 85 % of the baseline"),
        ({"at_most": 90, "baseline_factor": 0.7, "choose": "higher"}, "at most 90 %, or at most 70 % of the baseline"),
        (
            {"at_least": 180, "baseline_factor": 1.3, "choose": "lower"},
            "at least 180 %, or at least 130 % of the baseline",
        ),
        (
            {"above": 95, "baseline_factor": 0.7, "baseline_offset": 5, "choose": "higher"},
            "above 95 %, and above 70 % of the baseline plus 5",
        ),
        ({"at_most": "baseline", "baseline_offset": -4}, "at most the baseline minus 4"),
        ({"at_most": 40, "never_below": 35}, "at most 40 %; always at 35 % or less"),
        ({"at_least_above_trigger": 5}, "at least 5 above its limit"),
    ],
)
def test_a_limit_in_words(limit: dict[str, Any], words: str) -> None:
    """Lower and higher of two limits are "and" or "or", by the side that is watched."""
    assert limit_words(limit, "%") == words


def test_a_rule_in_words() -> None:
    rule = {
        "metric": "systolic",
        "trigger": {"at_least": 180},
        "priority": "medium",
        "clear": [{"below": 170}, {"below": 175, "for_s": 120}],
        "latched": True,
        "second": "high",
        "second_counts": "any",
        "at_once": {"at_least": 200, "priority": "high"},
        "made_up": [1, 2],
    }
    assert when(rule) == "systolic pressure at least 180 mmHg"
    assert ends(rule) == "below 170 mmHg; or below 175 mmHg for 2 min"
    assert more(rule) == "high at the second such reading; high at once at least 200 mmHg; made up: 1 to 2"


@pytest.mark.parametrize(
    ("value", "key", "words"),
    [
        (True, "", "yes"),
        (90, "delay_s", "90 s"),
        (600, "delay_s", "10 min"),
        (0.1, "", "0.1"),
        (["chest_pain", "dyspnoea"], "", "chest_pain, dyspnoea"),
        (
            [{"after_s": 15, "priority": "low"}, {"after_s": 300, "priority": "medium"}],
            "",
            "after 15 s, priority low; after 5 min, priority medium",
        ),
    ],
)
def test_a_value_in_words(value: Any, key: str, words: str) -> None:
    assert value_words(value, key) == words
