"""Which rules are watched in which phase (alarm-system 3.3): the same trouble in each of them."""

from __future__ import annotations

import pytest

from config.instant import SECOND
from monitor.core.bed_state import DeviceSetup
from tests.support.ward import OXIMETER, Story

ABSOLUTE = {
    "SPO2_CRIT",
    "SPO2_LOW",
    "PR_XHIGH",
    "PR_HIGH",
    "SBP_CRIT",
    "SBP_HIGH",
    "RR_LOW",
    "SEDATION_DEEP",
    "SYMPTOM",
}
RELATIVE = {"SPO2_DROP", "BP_REL"}
COMMANDS = {
    "PRE": (),
    "INFUSING": ("start_infusion",),
    "PAUSED": ("start_infusion", "pause_infusion"),
    "RECOVERY": ("start_infusion", "end_infusion"),
    "DISCHARGED": ("start_infusion", "end_infusion", "abort"),
}


def troubled(phase: str) -> set[str]:
    """The alarms that a patient in a bad way raises in a phase."""
    story = Story(devices=[DeviceSetup(OXIMETER, 4 * SECOND, 10 * SECOND)])
    if phase != "IDLE":
        story.open()
        for t in range(0, 400):
            story.sample(t)
            if t in (100, 200, 300):
                story.cuff(t)
        for t, name in enumerate(COMMANDS[phase], start=400):
            story.command(t, name, **({"reason": "transfer"} if name == "abort" else {}))
    story.samples(410, 500, 82, 155)
    story.cuff(500, 185, 100)
    story.put(501, "command", command="record_reading", by="nurse-a", values={"resp_rate": 7, "moaas": 2})
    story.put(502, "command", command="record_event", by="nurse-a", kind="chest_pain")
    story.cuff(565, 185, 100)  # agrees with the one before, which was a jump (B7)
    story.tick(590)
    return {line["alarm"] for line in story.all("alarm_raised")}


@pytest.mark.parametrize("phase", ["INFUSING", "PAUSED", "RECOVERY"])
def test_3_3_all_rules_while_the_drug_may_act(phase: str) -> None:
    assert troubled(phase) >= ABSOLUTE | RELATIVE


def test_3_3_pre_knows_absolute_rules_only() -> None:
    found = troubled("PRE")
    assert found >= ABSOLUTE
    assert not found & RELATIVE


@pytest.mark.parametrize("phase", ["IDLE", "DISCHARGED"])
def test_3_3_without_a_patient_devices_only(phase: str) -> None:
    """The discharged bed is idle at once; its numbers go on, which the staff are told after two minutes."""
    found = troubled(phase)
    assert "DEVICE_OFFLINE" in found
    assert found <= {"DEVICE_OFFLINE", "ID_CONFLICT"}
