"""The brokers of a journey, stopped and started again by it on the same port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from simulator.broker import EmbeddedBroker
from tests.adapters.transports.mosquitto import Mosquitto, free_port, needs_mosquitto

BROKERS = (
    "embedded",
    pytest.param("mosquitto", marks=(pytest.mark.broker, needs_mosquitto)),
)
"""For `pytest.mark.parametrize`."""


class JourneyBroker(Protocol):
    """A broker on loopback that a test can take away."""

    port: int

    async def start(self) -> None:
        """Return when it listens."""
        ...

    async def stop(self) -> None:
        """It is gone when this returns."""
        ...


class _Mosquitto(Mosquitto):
    async def stop(self) -> None:
        """Without a good-bye."""
        await self.kill()


@asynccontextmanager
async def journey_broker(kind: str, folder: Path) -> AsyncIterator[JourneyBroker]:
    """A broker that is not started yet and is gone after the block."""
    broker: JourneyBroker = EmbeddedBroker(free_port()) if kind == "embedded" else _Mosquitto(folder)
    try:
        yield broker
    finally:
        await broker.stop()
