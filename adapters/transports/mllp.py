"""One listener per address for the monitors that send HL7 there (protocols/hl7-fhir-ble.md, section 1).

A monitor connects, sends a message and waits for its acknowledgement before the next one. A message is acknowledged
after it has been handed to the sink, on the event loop and at once: nothing waits in a queue of ours. From there the
service's own journal takes it with its next transaction; a crash within that moment loses what was acknowledged.

Patients are named in these messages: nothing of their content is ever logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Never
from urllib.parse import quote

from adapters.backoff import Backoff
from adapters.hl7_answer import BROKEN, TAKEN, UNREADABLE, Outcome, Verdict, answer, judge
from adapters.hl7_message import Message, Unreadable, parse
from adapters.message_device import MessageDevice
from adapters.reading import Fault, FaultKind
from adapters.supervision import tell
from adapters.transports.mllp_answered import Answered
from adapters.transports.mllp_connections import Connection, Connections
from adapters.transports.mllp_framing import framed
from adapters.transports.tcp import in_words, notice_dead_peer
from config.bounded import within
from config.instant import SECOND, Clock, Instant
from config.vocabulary import LinkState

BACKOFF: Final = Backoff(cap=30 * SECOND)
ANSWER_WITHIN_S: Final = 5.0
"""For a monitor to take its acknowledgement; one that does not is as good as gone."""
CHUNK: Final = 4096
LOOK_EVERY: Final = 10 * SECOND
"""How often silent connections are looked for."""
ALERT: Final = "ORU^R40"

logger = logging.getLogger(__name__)

OnUnbound = Callable[[str, bytes, Instant], None]


@dataclass(slots=True)
class ListenerStats:
    """One listener in numbers, since the service started.

    Attributes:
        repeated: messages that were sent again, and only answered.
        rejected: messages that were answered with an error or a rejection.
        alerts: ORU^R40; accepted, and readings only where they tell why a cuff measurement failed.
        unbound: accepted messages of beds that no device is bound to.
        turned_away: connections beyond the limit.
    """

    state: LinkState = LinkState.DOWN
    reason: str | None = None
    connections: int = 0
    messages: int = 0
    repeated: int = 0
    rejected: int = 0
    alerts: int = 0
    unbound: int = 0
    turned_away: int = 0


class MllpListener:
    """Listens at `host`:`port` while `run` runs, and hands each message to the devices of its bed.

    A device's selector is matched with the bed of PV1-3, then the device of OBX-18, then the sender of MSH-3; one
    without a selector takes what no other device takes. What nobody takes is accepted, too, and goes masked to
    `on_unbound`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        devices: Sequence[MessageDevice],
        on_unbound: OnUnbound,
        clock: Clock,
        random: Random,
    ) -> None:
        self.host = host
        self.port = port
        self.name = f"HL7 listener {host}:{port}"
        self.devices = tuple(devices)
        self.stats = ListenerStats()
        self._on_unbound = on_unbound
        self._unbound_broken = False
        self._clock = clock
        self._random = random
        self._carriers: dict[MessageDevice, Connection] = {}
        self._answered = Answered()
        self._open = Connections()
        self._talks: set[asyncio.Task[None]] = set()

    async def run(self) -> Never:
        """Listen until cancelled; then every connection is closed. A port that is taken is tried again."""
        failures = 0
        while True:
            try:
                server = await asyncio.start_server(self._connected, self.host, self.port, limit=CHUNK)
            except OSError as error:
                failures += 1
                reason = f"{self.host}:{self.port}: cannot listen: {in_words(error)}"
                logger.log(logging.WARNING if failures == 1 else logging.DEBUG, "%s", reason)
                self.lost(reason)
                await self._clock.sleep_until(BACKOFF.next_try(failures, self._clock.now(), self._random.random()))
                continue
            await self._listen(server)

    def lost(self, reason: str) -> None:
        """Record the gap, for the listener and every device behind it."""
        self.stats.state, self.stats.reason = LinkState.DOWN, reason
        self._carriers.clear()
        for device in self.devices:
            device.lost(reason)

    async def _listen(self, server: asyncio.Server) -> Never:
        self.port = server.sockets[0].getsockname()[1]
        self.stats.state, self.stats.reason = LinkState.UP, None
        logger.info("%s: waiting for monitors", self.name)
        for device in self.devices:
            device.lost(f"no monitor has connected to port {self.port} yet")
        async with server:
            try:
                while True:
                    await self._clock.sleep_until(self._clock.now() + LOOK_EVERY)
                    self._open.drop_silent(self._clock.now())
            finally:
                for talk in self._talks:
                    talk.cancel()
                await asyncio.gather(*self._talks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        task = asyncio.current_task()
        peer = writer.get_extra_info("peername")
        connection = Connection(
            str(peer[0]) if peer else "an unknown address", self._clock.now(), writer.transport.abort
        )
        if task is None or not self._open.admit(connection):
            self.stats.turned_away += 1
            writer.close()
            return
        self._talks.add(task)
        self.stats.connections += 1
        notice_dead_peer(writer.get_extra_info("socket"))
        try:
            await self._converse(connection, reader, writer)
            writer.close()
            await within(ANSWER_WITHIN_S, writer.wait_closed())
            reason = "closed by the other end"
        except TimeoutError:
            reason = "takes no acknowledgement"
        except OSError as error:
            reason = in_words(error)
        except asyncio.CancelledError:
            return  # our own end is no loss
        except Exception as error:
            reason = f"internal error ({type(error).__name__})"
            logger.error("%s: %s", connection.name, reason)  # noqa: TRY400 - its text may quote a patient's message
        finally:
            self._talks.discard(task)
            self._open.forget(connection)
            self.stats.connections -= 1
            writer.transport.abort()
        self._ended(connection, f"{connection.name}: {connection.dropped or reason}")

    async def _converse(
        self, connection: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while chunk := await reader.read(CHUNK):
            received_at = self._clock.now()
            for item in connection.frames.feed(chunk):
                if isinstance(item, Fault):
                    reply = self._spoilt(connection, item, received_at)
                else:
                    reply = self._take(connection, item.value, received_at)
                if reply is not None:
                    writer.write(framed(reply))
            await within(ANSWER_WITHIN_S, writer.drain())

    def _ended(self, connection: Connection, reason: str) -> None:
        for device in connection.devices:
            # A monitor that came back before its old connection was found dead is not lost.
            if self._carriers.get(device) is connection:
                del self._carriers[device]
                tell(device.device_id, device.lost, reason)

    def _spoilt(self, connection: Connection, fault: Fault, received_at: Instant) -> bytes | None:
        """Bytes that are no frame; one that is too long is answered, or its sender would wait."""
        for device in connection.devices:
            device.spoilt(fault, received_at)
        if fault.kind is not FaultKind.OVERFLOW:
            return None
        self.stats.rejected += 1
        return answer(None, UNREADABLE, received_at)

    def _take(self, connection: Connection, payload: bytes, received_at: Instant) -> bytes | None:
        """One message; the acknowledgement, where one is wanted."""
        self.stats.messages += 1
        try:
            message = parse(payload)
        except Unreadable as error:
            self.stats.rejected += 1
            for device in connection.devices:
                device.spoilt(Fault(0, FaultKind.MALFORMED, len(payload), str(error)), received_at)
            return answer(None, UNREADABLE, received_at)
        connection.heard(received_at)
        verdict = self._verdict(connection, message, payload, received_at)
        self.stats.rejected += verdict.outcome is not Outcome.ACCEPTED
        return answer(message, verdict, received_at)

    def _verdict(self, connection: Connection, message: Message, payload: bytes, received_at: Instant) -> Verdict:
        before = self._answered.before(connection.peer, message, payload)
        if before is not None:
            self.stats.repeated += 1
            self._carry(connection, self._whose(message))
            return before
        verdict = self._read(connection, message, payload, received_at)
        if verdict is not BROKEN:
            self._answered.keep(connection.peer, message, payload, verdict, received_at)
        return verdict

    def _read(self, connection: Connection, message: Message, payload: bytes, received_at: Instant) -> Verdict:
        devices = self._whose(message)
        self._carry(connection, devices)
        verdict = judge(message)
        if verdict is not TAKEN:
            for device in devices:
                device.spoilt(Fault(0, FaultKind.UNKNOWN_UNIT, len(payload), verdict.detail), received_at)
            return verdict
        self.stats.alerts += message.kind == ALERT
        if not devices:
            self._unbound(message, payload, received_at)
        place = next(iter(message.whereabouts()), "")
        taken = [device.take(place, payload, received_at) for device in devices]
        return TAKEN if all(taken) else BROKEN

    def _carry(self, connection: Connection, devices: Sequence[MessageDevice]) -> None:
        """From now on this connection is the one whose loss is the devices' loss."""
        for device in devices:
            if self._carriers.get(device) is not connection:
                self._carriers[device] = connection
                connection.devices.add(device)
                device.opened()

    def _whose(self, message: Message) -> list[MessageDevice]:
        # A bed's number may come again in another ward: who is named by the whole place goes first.
        exact = [visit.raw(3) for visit in message.named("PV1") if visit.raw(3)]
        for name in (*exact, *message.whereabouts()):
            found = [device for device in self.devices if device.selector == name]
            if found:
                return found
        return [device for device in self.devices if not device.selector]

    def _unbound(self, message: Message, payload: bytes, received_at: Instant) -> None:
        self.stats.unbound += 1
        place = next(iter(message.whereabouts()), "unnamed")
        topic = f"mllp/{self.port}/{quote(place, safe='')[:128]}/{message.kind.partition('^')[0]}"
        try:
            self._on_unbound(topic, self.devices[0].driver.mask(payload), received_at)
        except Exception as error:
            if not self._unbound_broken:
                self._unbound_broken = True
                # Without its own text, which may quote the message.
                kind = type(error).__name__
                logger.error("%s: a message of an unbound bed met a bug (%s)", self.name, kind)  # noqa: TRY400 - see above
