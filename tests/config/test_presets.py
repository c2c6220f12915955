"""A site's own presets as differences."""

from __future__ import annotations

from typing import Any

import pytest

from config.presets import PresetError, resolve_preset, shipped_presets


def test_shipped_presets_carry_their_names() -> None:
    assert "ketamine-adult" in shipped_presets()
    assert resolve_preset("ketamine-adult", {}) == shipped_presets()["ketamine-adult"]


def test_differences_are_merged_table_by_table() -> None:
    """Neighbours stay, lists are replaced, the name is the site's."""
    own = {
        "ours": {
            "based_on": "ketamine-adult",
            "cuff": {"interval_s": 240},
            "rules": {"SPO2_LOW": {"trigger": {"below": 92}, "clear": [{"at_least": 94}]}},
        }
    }
    base, table = shipped_presets()["ketamine-adult"], resolve_preset("ours", own)
    assert table["preset"]["name"] == "ours"
    assert table["cuff"] == base["cuff"] | {"interval_s": 240}
    assert table["rules"]["SPO2_LOW"]["trigger"] == {"below": 92}
    assert table["rules"]["SPO2_LOW"]["clear"] == [{"at_least": 94}]
    assert table["rules"]["SPO2_CRIT"] == base["rules"]["SPO2_CRIT"]
    assert "based_on" not in table


def test_a_preset_may_be_based_on_another_of_the_site() -> None:
    own = {
        "day": {"based_on": "ketamine-adult", "cuff": {"interval_s": 240, "returned_interval_s": 500}},
        "night": {"based_on": "day", "cuff": {"interval_s": 200}},
    }
    cuff = resolve_preset("night", own)["cuff"]
    assert (cuff["interval_s"], cuff["returned_interval_s"]) == (200, 500)


@pytest.mark.parametrize(
    ("name", "own", "words"),
    [
        (
            "ketamine-adlt",
            {},
            "unknown preset 'ketamine-adlt': did you mean 'ketamine-adult' or 'ketamine-adult-strict'?",
        ),
        ("ours", {"ours": {}}, "preset 'ours' lacks based_on"),
        ("ours", {"ours": {"based_on": 3}}, "preset 'ours' lacks based_on"),
        ("ours", {"ours": {"based_on": "ketamin-adult"}}, "unknown preset 'ketamin-adult'"),
        ("a", {"a": {"based_on": "b"}, "b": {"based_on": "a"}}, "presets are based on each other: a on b on a"),
        ("ketamine-adult", {"ketamine-adult": {"based_on": "ketamine-adult"}}, "is the name of a shipped preset"),
    ],
)
def test_presets_that_lead_nowhere(name: str, own: dict[str, Any], words: str) -> None:
    with pytest.raises(PresetError, match=words.replace("?", r"\?")):
        resolve_preset(name, own)
