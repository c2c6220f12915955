"""One patient from arrival to discharge, all of it clicked in the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from config.instant import SECOND
from simulator.devices.nonin import NoninDf2
from simulator.devices.par_nibp import ParNibp
from tests.support.journey import NURSE, SECOND_NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_browser import BUILT, CHROMIUM, SEEN_WITHIN_MS, chromium, time_goes_on
from tests.support.station import PASSWORD

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
    pytest.mark.skipif(not BUILT, reason="needs the built page: make demo builds it"),
]


async def test_a_nurse_takes_one_patient_from_arrival_to_discharge(tmp_path: Path) -> None:
    """Session, baseline, start, an alarm and its answer, a pause, a limit for two, the end, checklist, discharge."""
    body = BeatingBody()
    journey = Journey(tmp_path, "bay-1", tick=2 * SECOND)
    journey.devices.pty("ox-1", "bay-1", "nonin-df2", NoninDf2(body), body)
    journey.devices.pty("cuff-1", "bay-1", "par-nibp", ParNibp(body, cycle_s=75), body)
    async with journey.running(), chromium() as browser:
        await journey.links_up()
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(SEEN_WITHIN_MS)
        expect.set_options(timeout=SEEN_WITHIN_MS)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        async with time_goes_on(journey):
            await page.goto(f"http://127.0.0.1:{journey.port}/")
            await page.get_by_label("Name").fill(NURSE)
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await page.get_by_role("button", name="Bay-1: open details").click()
            panel = page.get_by_role("region", name="Details of Bay-1")
            await arrives(panel)
            await starts(panel)
            await has_chest_pain(page, panel)
            await gets_an_own_limit(panel)
            await recovers(panel)
            await leaves(page, panel)
        assert errors == []


async def arrives(panel: Locator) -> None:
    await press(panel, "Open session …")
    await panel.get_by_label("Patient reference").fill("P-17")
    await panel.get_by_label("Weight, kg").fill("70")
    await panel.get_by_label("Breathing").select_option("air")
    await press(panel, "Open session")
    await expect(panel.get_by_text("Before infusion")).to_be_visible()


async def starts(panel: Locator) -> None:
    """Too early it is refused; what is missing can be seen without trying, and an old refusal does not stay."""
    await press(panel, "Start infusion …")
    await press(panel, "Start now")
    await expect(panel.get_by_role("alert")).to_contain_text("The baseline is not complete")
    await expect(panel.get_by_text("Still missing for a start:")).to_be_visible()
    await press(panel, "Start infusion …")
    await expect(panel.get_by_role("alert")).to_have_count(0)
    await expect(panel.get_by_text("Enough for a start.")).to_be_visible()
    await press(panel, "Start infusion …")
    await panel.get_by_label("Dose, mg").fill("35")
    await press(panel, "Start now")
    await expect(panel.get_by_text(re.compile("^Infusing,"))).to_be_visible()


async def has_chest_pain(page: Page, panel: Locator) -> None:
    """Noted, it is a HIGH alarm; the sound is paused, the alarm answered, and neither counts as open work any more."""
    await note(panel, "chest_pain")
    alarms = page.get_by_role("complementary", name="Alarms")
    await expect(alarms.get_by_role("heading")).to_contain_text("1 high")
    await press(panel, "Set AUDIO PAUSED (2 min)")
    await expect(panel.get_by_text(re.compile("^AUDIO PAUSED [12]:"))).to_be_visible()
    await acknowledge(page)
    await expect(alarms.get_by_role("heading")).to_contain_text("None active")
    await expect(alarms.get_by_role("heading")).to_contain_text("1 acknowledged")


async def gets_an_own_limit(panel: Locator) -> None:
    await panel.get_by_text("Limits of this patient").click()
    rule = panel.locator("li[data-rule=SPO2_LOW]")
    await rule.get_by_role("button", name="Personalise").click()
    await expect(rule.get_by_role("button", name="Set for this patient")).to_be_in_viewport(ratio=1)
    await rule.get_by_label(re.compile("^Low limit")).fill("84")
    await rule.get_by_label("Reason").fill("lives at 88")
    await rule.get_by_label("Name").fill(SECOND_NURSE)
    await rule.get_by_label("Password").fill(PASSWORD)
    await rule.get_by_role("button", name="Set for this patient").click()
    entered = panel.get_by_role("region", name="Entered in this session").get_by_role("listitem")
    await expect(entered.first).to_contain_text("Limit of SpO2 low set from 90 to 84")
    await expect(entered.first).to_contain_text(f"{NURSE}, with {SECOND_NURSE}")
    await expect(entered.nth(1)).to_contain_text("AUDIO PAUSED set")


async def recovers(panel: Locator) -> None:
    await press(panel, "End infusion …")
    await panel.get_by_label("Reason for ending early").fill("patient wished so")
    await press(panel, "End now")
    await expect(panel.get_by_text(re.compile(r"^Recovery, \d\d:\d\d left"))).to_be_visible()
    await expect(panel.get_by_text('once over, note "symptom over"')).to_be_visible()


async def leaves(page: Page, panel: Locator) -> None:
    """A HIGH alarm holds the discharge and is named where it is seen; answered, what is open asks for a reason."""
    await note(panel, "severe_headache")
    await press(panel, "Discharge …")
    await press(panel, "Discharge now")
    refusal = panel.get_by_role("alert")
    await expect(refusal).to_contain_text('Acknowledge "Symptom" first, then discharge')
    await expect(refusal).to_be_in_viewport(ratio=1)
    await expect(panel.get_by_label("Reason", exact=True)).to_be_hidden()
    await acknowledge(page)
    await expect(refusal).to_have_count(0)
    await press(panel, "Discharge now")
    await expect(refusal).to_contain_text("Not everything on the checklist is met")
    await expect(refusal).to_be_in_viewport(ratio=1)
    await panel.get_by_label("Reason", exact=True).fill("moved to the ward")
    await press(panel, "Discharge now")
    await expect(panel.get_by_text("No session is open on this bed.")).to_be_visible()
    await expect(panel.get_by_text("P-17: discharged")).to_be_visible()
    await expect(panel.get_by_text("severe headache")).to_have_count(0)


async def press(panel: Locator, name: str) -> None:
    await panel.get_by_role("button", name=name, exact=True).click()


async def note(panel: Locator, kind: str) -> None:
    await press(panel, "Note event …")
    await panel.get_by_label("What").select_option(kind)
    await press(panel, "Note it")


async def acknowledge(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("^Acknowledge Bay-1: Symptom")).click()
