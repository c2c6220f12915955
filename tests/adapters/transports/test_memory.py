"""The null modem behaves as a cable does."""

from __future__ import annotations

import asyncio

import pytest

from adapters.transports.contract import LinkLost, LinkUnavailable
from adapters.transports.memory import FULL, NullModem
from tests.support.clock import let_tasks_run


async def both_open() -> NullModem:
    modem = NullModem()
    await modem.host.open()
    await modem.device.open()
    return modem


async def test_bytes_travel_both_ways_in_order() -> None:
    modem = await both_open()
    await modem.device.send(b"a")
    await modem.device.send(b"b")
    assert await modem.host.receive() == b"ab"
    await modem.host.send(b"c")
    assert await modem.device.receive() == b"c"


async def test_bytes_to_nobody_are_counted() -> None:
    modem = NullModem()
    await modem.device.open()
    await modem.device.send(b"abc")
    assert modem.device.unheard == 3
    await modem.host.open()
    assert modem.host.arrived == b""


async def test_a_pulled_cable_is_lost_for_both_and_cannot_be_opened() -> None:
    modem = await both_open()
    waiting = asyncio.create_task(modem.host.receive())
    await let_tasks_run()
    await modem.pull()
    with pytest.raises(LinkLost, match="cable pulled"):
        await waiting
    with pytest.raises(LinkLost):
        await modem.device.send(b"a")
    with pytest.raises(LinkUnavailable):
        await modem.host.open()
    await modem.plug_in()
    with pytest.raises(LinkLost):
        await modem.host.receive()
    await modem.host.open()
    await modem.host.wait_until_open()


async def test_a_full_cable_holds_up_the_sender() -> None:
    """Bounded, and nothing is lost."""
    modem = await both_open()
    await modem.device.send(bytes(FULL))
    sending = asyncio.create_task(modem.device.send(b"more"))
    await let_tasks_run()
    assert not sending.done()
    assert len(await modem.host.receive()) == FULL
    await sending
    assert await modem.host.receive() == b"more"


async def test_closing_ends_a_waiting_reader() -> None:
    modem = await both_open()
    waiting = asyncio.create_task(modem.host.receive())
    await let_tasks_run()
    await modem.host.close()
    with pytest.raises(LinkLost):
        await waiting
