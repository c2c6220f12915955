"""A browser in a journey: Chromium on the built page, while the ward's time goes on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from playwright.async_api import Browser, async_playwright

import monitor.station
from config.instant import SECOND
from monitor.clock import SystemClock
from tests.support.journey import Journey

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BUILT = (Path(monitor.station.__file__).parent / "static" / "index.html").is_file()
SEEN_WITHIN_MS = 30_000
PACE_S = 0.1
"""Real time between two steps of the ward's: a page whose service stands still says that nobody monitors."""


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


@asynccontextmanager
async def time_goes_on(journey: Journey) -> AsyncIterator[None]:
    """Inside the block one step of the ward's time passes every tenth of a second."""

    async def flow() -> None:
        clock = SystemClock()
        while True:
            await journey.pass_time(journey.devices.tick / SECOND)
            await clock.sleep_until(clock.now() + round(PACE_S * SECOND))

    flowing = asyncio.create_task(flow())
    try:
        yield
    finally:
        flowing.cancel()
        with suppress(asyncio.CancelledError):
            await flowing
