"""The record of whole sessions, every line with all of its fields (interfaces, section 4).

Other tests ask for the fields that matter to their rule. Here nothing is left out: what stands on record is what the
page, the next shift and a review get to see. `python -m tests.core.test_whole_record` writes the records anew after a
deliberate change; its difference is read, line by line, before it is committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.instant import SECOND
from monitor.core.bed_state import DeviceSetup
from tests.support.return_story import END, START, ReturnStory
from tests.support.ward import CUFF, OXIMETER, Story

RECORDS = Path(__file__).with_name("whole_records")
APART = {"cuff_limb": "left", "probe_limb": "right", "iv_limb": "right", "weight_kg": 70}
SCORES = {"moaas": 5, "resp_rate": 14}
NURSE_S_ROWS = {
    "aldrete_activity": 2,
    "aldrete_respiration": 2,
    "aldrete_consciousness": 2,
    "escort": True,
    "no_driving": True,
}


def an_uneventful_session() -> Story:
    """Baseline, forty minutes of ketamine with a pause, back within twenty, home."""
    story = ReturnStory(**APART, previous_baselines={"systolic": [118, 122, 121]})
    story.plan[-1] = (START, "command", {"command": "start_infusion", "by": "nurse-a", "dose_mg": 35})
    story.act(500, "record_reading", values=SCORES).infusing(m5=134, m10=141, m15=142, m20=138)
    story.act(START + 700, "pause_infusion").act(START + 760, "resume_infusion")
    story.infusing(m25=140, m30=138, m35=140, m39=139)
    story.act(START + 1200, "record_event", kind="activity", text="to the toilet")
    story.end(END + 30, at=END, early="felt well").after(m1=136, m5=130, m10=126, m15=124, m20=122, m25=121, m29=121)
    story.act(END + 1750, "record_reading", values=SCORES).run(END + 1800)
    story.command(END + 1801, "discharge", checklist=NURSE_S_ROWS)
    return story


def a_bad_one() -> Story:
    """High pressure, a sedation too deep, desaturation, a lost pulse, a symptom, a return that is late."""
    gone = (START + 900, START + 930)

    def wave(t: float) -> tuple[float | None, float | None]:
        if START + 300 <= t < START + 420:
            return 86, 96
        if START + 420 <= t < START + 460:
            return 82, 132
        return 96, 88

    story = ReturnStory(wave, **APART)
    story.infusing(m5=165, m6=186, m7=190, m8=205, m9=185, m15=170, m20=166, m25=150, m30=150, m35=150, m39=150)
    story.act(START + 400, "record_reading", values={"moaas": 2, "resp_rate": 7}, reason="hard to wake")
    story.act(START + 600, "record_reading", values={"moaas": 4, "resp_rate": 12})
    story.run(START + 480)
    for alarm in ("SPO2_CRIT", "SBP_CRIT", "SEDATION_DEEP"):
        story.acknowledge(START + 481, alarm)
    story.run(gone[0])
    for t in range(int(gone[0]), int(gone[1])):
        story.sample(t + 0.5, None, None, flags=["searching"])
    story.sampled = gone[1] + 4
    story.run(START + 1000)
    story.acknowledge(START + 1001, "PULSE_LOST")
    story.command(START + 1010, "record_event", kind="Chest pain", text="left side")
    story.acknowledge(START + 1020, "SYMPTOM")
    story.command(START + 1030, "record_event", kind="symptom_over")
    story.command(START + 1040, "set_limit", alarm="SPO2_LOW", low=88, reason="COPD")
    story.command(START + 1050, "alarm_off", alarm="PR_LOW", by="dr-x", role="prescriber", reason="athlete")
    story.command(START + 1060, "audio_pause", reason="talking")
    story.command(START + 1070, "alarm_pause", at_bed=True)
    story.command(START + 1080, "resume_alarms")
    story.end().after(m1=160, m5=158, m10=155, m15=152, m20=150, m25=140, m30=131, m35=128, m40=126, m45=125)
    story.run(END + 2800)
    story.command(END + 2801, "discharge", reason="picked up", override_by="dr-x", checklist=NURSE_S_ROWS)
    return story


def machines_that_fail() -> Story:
    """Links, batteries, clocks, late and repeated samples, a cuff that gives nothing and one that is refused."""
    devices = [
        DeviceSetup(OXIMETER, 4 * SECOND, 10 * SECOND),
        DeviceSetup(CUFF, 4 * SECOND, 60 * SECOND, startable=True),
    ]
    story = Story(devices=devices).open(**APART)
    for t in range(60):
        story.sample(t, 97, 72, seq=t, device_t=float(t))
    story.put(60, "nibp_refused", device=CUFF, reason="the device is not connected")
    story.sample(61, 97, 72, seq=3, device_t=61.0)
    story.sample(62, 97, 72, seq=4, device_t=54.0)
    story.sample(63, 97, 72, seq=5, device_t=55.0)
    story.sample(64, 97, 72, seq=6, device_t=56.0)
    story.sample(65, 20, 300, flags=[])
    story.sample(66, 97, 72, perfusion_index=0.1)
    story.sample(67, 97, 72, flags=["artifact"])
    for t in range(68, 80):
        story.sample(t, 89, 120)
    story.put(80, "link", device=OXIMETER, state="down", reason="no such port")
    story.put(81, "battery", device=CUFF, percent=9)
    story.cuff(90, error="leak")
    story.cuff(160, 70, 90)
    story.start(200)
    story.put(260, "link", device=OXIMETER, state="up")
    story.samples(261, 300)
    story.put(300, "cuff", device=CUFF, state="inflating", pressure=20)
    story.put(310, "cuff", device=CUFF, state="deflating", pressure=150)
    story.cuff(330, 120, 76, irregular=True)
    story.cuff(400, 165, 95)
    story.cuff(470, 168, 96)
    story.put(500, "restart")
    story.tick(900)
    story.command(901, "end_infusion")
    story.tick(2500)
    story.acknowledge(2501, "NIBP_OVERDUE")
    story.command(2600, "abort", reason="to the ward")
    return story


STORIES: dict[str, Callable[[], Story]] = {
    one.__name__: one for one in (an_uneventful_session, a_bad_one, machines_that_fail)
}


def written(lines: list[dict[str, Any]]) -> str:
    """One line of JSON for each event."""
    return "".join(f"{json.dumps(line)}\n" for line in lines)


@pytest.mark.parametrize("name", STORIES)
def test_the_whole_record_of_a_session(name: str) -> None:
    known = RECORDS.joinpath(f"{name}.jsonl").read_text(encoding="utf-8")
    assert STORIES[name]().lines == [json.loads(line) for line in known.splitlines()]


if __name__ == "__main__":
    RECORDS.mkdir(exist_ok=True)
    for name, story in STORIES.items():
        RECORDS.joinpath(f"{name}.jsonl").write_text(written(story().lines), encoding="utf-8")
