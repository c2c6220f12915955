"""What a nurse sees and clicks: the built page in Chromium against a running demo."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

import monitor.station
from monitor.demo.run import PASSWORD
from tests.support.journey import NURSE
from tests.support.journey_process import bedwatch

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BUILT = (Path(monitor.station.__file__).parent / "static" / "index.html").is_file()

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
    pytest.mark.skipif(not BUILT, reason="needs the built page: make demo builds it"),
]

SEEN_WITHIN_MS = 30_000


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window; it reaches nothing but this machine."""
    # Its own sandbox needs rights that a container's root has not; the page is our own.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


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

        button = page.get_by_role("button", name=re.compile("^Acknowledge Bay")).first
        await expect(button).to_be_visible()
        item = page.locator("li.alarm", has=button).first
        alarm = await item.get_attribute("data-alarm")
        assert alarm is not None
        await button.click()
        answered = page.locator(f'li.alarm[data-alarm="{alarm}"]')
        # A latched alarm is closed by taking note of it: then it is gone.
        await expect(answered.get_by_role("button")).to_have_count(0)

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
