"""What a nurse sees and clicks: the built page in Chromium against a running demo."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from monitor.demo.run import PASSWORD
from monitor.journal import JournalReader
from monitor.service import JOURNAL_FILE
from tests.monitor.journal.rows import stored
from tests.support.journey import NURSE
from tests.support.journey_browser import BUILT, CHROMIUM, SEEN_WITHIN_MS, chromium
from tests.support.journey_process import bedwatch
from tests.support.webhook_receiver import until

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
    pytest.mark.skipif(not BUILT, reason="needs the built page: make demo builds it"),
]

CLICKED_WITHIN_MS = 3_000
ACKNOWLEDGE = re.compile("^Acknowledge ")


async def acknowledge_one(page: Page) -> str:
    """Clicks in the row of one open alarm, and says which. An alarm may end by itself or be covered meanwhile."""
    while True:
        row = page.locator("li.alarm[data-alarm]", has=page.get_by_role("button", name=ACKNOWLEDGE)).first
        alarm = await row.get_attribute("data-alarm")
        assert alarm is not None
        button = page.locator(f'li.alarm[data-alarm="{alarm}"]').get_by_role("button", name=ACKNOWLEDGE)
        try:
            await button.click(timeout=CLICKED_WITHIN_MS)
        except PlaywrightTimeoutError:
            continue  # gone before the click; the first line's own time is the bound of this loop
        return alarm


async def test_nurse_sees_acknowledges_and_is_told_when_nobody_watches(tmp_path: Path) -> None:
    """Sign in, an alarm appears, one click acknowledges it; the halted service greys the page, and it recovers."""
    arguments = ("demo", "--beds", "3", "--speed", "10", "--port", "0", "--no-browser", "--data", tmp_path / "demo")
    async with bedwatch(*arguments, folder=tmp_path) as demo, chromium() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(SEEN_WITHIN_MS)
        expect.set_options(timeout=SEEN_WITHIN_MS)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(f"http://127.0.0.1:{demo.port}/")
        await page.get_by_label("Name").fill(NURSE)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_text("Bay 2", exact=True).first).to_be_visible()

        alarm = await acknowledge_one(page)
        journal = tmp_path / "demo" / JOURNAL_FILE
        call = (NURSE, f"acknowledge {alarm}")
        await until(lambda: call in stored(journal, "SELECT who, what FROM audit"), within_s=SEEN_WITHIN_MS / 1000)
        answers = [row for row in JournalReader(journal).events() if row.data.get("alarm_id") == alarm]
        assert NURSE in [row.data["by"] for row in answers if row.kind == "alarm_acknowledged"]
        # A latched alarm is closed by taking note of it: then it is gone, else it says who answered.
        await expect(page.locator(f'li.alarm[data-alarm="{alarm}"]').get_by_role("button")).to_have_count(0)

        sheet = page.get_by_text("NOT MONITORING")
        await expect(sheet).to_be_hidden()
        demo.halt()
        try:
            await expect(sheet).to_be_visible()
        finally:
            demo.resume()
        await expect(sheet).to_be_hidden()
        await expect(page.get_by_text("Bay 1", exact=True).first).to_be_visible()
        assert errors == []
