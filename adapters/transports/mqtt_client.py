"""One use of the MQTT client library: how it is set up, entered, left, and what its failures mean in words.

Its queue is replaced by a doorstep that hands each message on at once. Measured on two cores against Mosquitto
(QoS 1, 110 bytes): 43 µs of processor time a message this way, 57 µs through the library's own iterator, which
makes a task for each message.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Never

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from adapters.transports.contract import LinkLost, LinkUnavailable
from adapters.transports.url import Broker
from config.bounded import within

KEEPALIVE_S = 15
SAYS_NOTHING = ("Unspecified error", "Normal disconnection", "Success")
UNHEARD_GOODBYE_S = 0.1
"""To close the socket of a broker that accepted it and then said nothing."""

logger = logging.getLogger(__name__)


@asynccontextmanager
async def connected(
    broker: Broker, dispatch: Callable[[aiomqtt.Message], None], answer_within_s: float
) -> AsyncIterator[aiomqtt.Client]:
    """A client connected to `broker`; `dispatch` gets every message at once, on the event loop, and must not raise.

    As the library's own `async with`, but leaving no socket behind and never trading a cancellation for an error.

    Raises:
        LinkUnavailable: the broker cannot be reached, does not answer in time, or refuses us.
    """
    client = _new_client(broker, dispatch, answer_within_s)
    connecting = asyncio.ensure_future(client.__aenter__())
    try:
        try:
            await asyncio.shield(connecting)
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            raise LinkUnavailable(f"broker {broker}: {in_words(error)}{_version_hint(broker, error)}") from error
        yield client
    finally:
        # Cancelled while a thread was at work on it: that cannot be stopped, and ends within its time-out.
        await asyncio.wait([connecting])
        stood = connecting.exception() is None
        # Ends a cycle (task, its error, this frame): the library leaves the socket of a failed TLS handshake to be
        # closed with its error, which must therefore go at once.
        del connecting
        await _disconnect(client, answer_within_s if stood else UNHEARD_GOODBYE_S)


async def until_lost(client: aiomqtt.Client, broker: Broker) -> Never:
    """Wait for the end of the connection, which is raised as LinkLost."""
    try:
        # Never yields, as the queue stays empty: it ends when the connection does.
        async for message in client.messages:
            raise RuntimeError(f"the client library queued a message on {message.topic} past its dispatcher")
    except aiomqtt.MqttError as error:
        raise LinkLost(f"broker {broker}: connection lost{_why(broker, error.__cause__)}") from error
    raise LinkLost(f"broker {broker}: connection ended")


@contextmanager
def cancellation_kept() -> Iterator[None]:
    """Around a wait for the broker's answer: a cancellation that meets the answer is raised, not lost.

    Under Python 3.11 `asyncio.wait_for`, in which the library waits, forgets such a one; nobody sends it again,
    and whoever cancelled would wait for ever.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        yield
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError


def is_refusal(code: object) -> bool:
    """A SUBACK's answer to one filter: a number up to MQTT 3.1.1, an object with MQTT 5 or a newer library."""
    return bool(getattr(code, "is_failure", False)) or code == 0x80


def in_words(error: Exception) -> str:
    """A client library's failure for a person: without its error numbers."""
    return str(error).partition("] ")[2] or str(error)


def _new_client(broker: Broker, dispatch: Callable[[aiomqtt.Message], None], answer_within_s: float) -> aiomqtt.Client:
    # What the library logs, the hub says once and in its own words; a logger that is not registered is nobody
    # else's to turn on again.
    library_logger = logging.Logger(f"{__name__}.library", logging.CRITICAL)  # noqa: LOG001 - see above
    library_logger.parent = logger
    return aiomqtt.Client(
        broker.host,
        broker.port,
        username=broker.username,
        password=broker.password,
        # Two clients of one name throw each other out for ever (mqtt-payloads, section 7).
        identifier=broker.client_id or f"bedwatch-{uuid.uuid4().hex[:12]}",
        protocol=aiomqtt.ProtocolVersion.V5 if broker.version == "5" else aiomqtt.ProtocolVersion.V311,
        tls_context=_tls(broker) if broker.tls else None,
        logger=library_logger,
        timeout=answer_within_s,
        keepalive=KEEPALIVE_S,
        queue_type=partial(_Doorstep, dispatch),  # type: ignore[arg-type]  # called like the class
        max_queued_outgoing_messages=100,
    )


def _tls(broker: Broker) -> ssl.SSLContext:
    """Raises LinkUnavailable with the name of the file that cannot be used."""
    file = broker.ca_file
    try:
        context = ssl.create_default_context(cafile=file)
        if broker.cert_file is not None:
            file = broker.cert_file if broker.key_file is None else f"{broker.cert_file} with {broker.key_file}"
            # A key under a password cannot be opened by a service: with an empty one nobody is asked for it.
            context.load_cert_chain(broker.cert_file, broker.key_file, password="")
    except OSError as error:
        raise LinkUnavailable(f"broker {broker}: {file}: {error.strerror or error}") from error
    return context


def _why(broker: Broker, cause: BaseException | None) -> str:
    """What the broker said at the end; before MQTT 5 it could only close the connection."""
    code = cause.rc if isinstance(cause, aiomqtt.MqttCodeError) else None
    if broker.version != "5" or not isinstance(code, ReasonCode) or code.getName() in SAYS_NOTHING:
        return ""
    return f", the broker says: {code.getName().lower()}"


def _version_hint(broker: Broker, error: Exception) -> str:
    """What to try when the broker may not speak our version: some do not answer at all, some refuse."""
    words = str(error).lower()
    if broker.version == "5" and ("timed out" in words or "protocol version" in words):
        return "; it may not speak MQTT 5: try version=3.1.1"
    if "protocol version" in words:
        return "; it may want MQTT 5: try version=5"
    return ""


class _Doorstep(asyncio.Queue[aiomqtt.Message]):
    """Where the client library leaves messages; each is taken at once, so it is always empty."""

    def __init__(self, dispatch: Callable[[aiomqtt.Message], None], maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._dispatch = dispatch

    def put_nowait(self, item: aiomqtt.Message) -> None:
        self._dispatch(item)


async def _disconnect(client: aiomqtt.Client, within_s: float) -> None:
    try:
        with cancellation_kept():
            await within(within_s, client.__aexit__(None, None, None))
    except (TimeoutError, aiomqtt.MqttError) as error:
        # The socket is closed by then; only the confirmation is missing, which a dying broker does not give.
        logger.debug("a broker did not confirm the good-bye: %s", error)
