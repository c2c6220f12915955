"""A tiny HTTP server on loopback that receives webhooks and answers by script."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True)
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebhookReceiver:
    """Answers with `answers` in turn, then with `then`. An empty answer leaves the sender waiting."""

    answers: list[bytes] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    then: bytes = OK
    _open: dict[asyncio.StreamWriter, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open between requests."""
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._open[writer] = task
        try:
            while (request := await _read_request(reader)) is not None:
                self.received.append(request)
                answer_now = self.answers.pop(0) if self.answers else self.then
                writer.write(answer_now)
                await writer.drain()
                if b"Connection: close" in answer_now:
                    return
        except ConnectionError:
            return  # the sender gave up, as some tests want it to
        finally:
            del self._open[writer]
            writer.close()

    async def hang_up(self) -> None:
        """End every connection."""
        tasks = list(self._open.values())
        for writer in self._open:
            writer.transport.abort()
        await asyncio.gather(*tasks)


@contextmanager
def unanswered() -> Iterator[socket.socket]:
    """An address that is ours and refuses every connection, until `webhook_receiver` listens there."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


@asynccontextmanager
async def webhook_receiver(
    *answers: bytes, port: int = 0, at: socket.socket | None = None
) -> AsyncIterator[WebhookReceiver]:
    """A receiver that listens inside the block, `at` a bound socket or on `port`; 0 takes any free one."""
    receiver = WebhookReceiver(list(answers))
    if at is None:
        server = await asyncio.start_server(receiver.serve, "127.0.0.1", port)
    else:
        server = await asyncio.start_server(receiver.serve, sock=at)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.hang_up()
        await server.wait_closed()


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    """An HTTP answer such as `answer("500 Oops", "Retry-After: 7")`."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def until(condition: Callable[[], object], within_s: float = 10.0) -> None:
    """Return once `condition` holds, turning the event loop (and its real I/O) meanwhile; else TimeoutError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(within_s):
        while not condition():
            turn = loop.create_future()
            loop.call_later(0.001, _end_turn, turn)
            await turn


def _end_turn(turn: asyncio.Future[None]) -> None:
    if not turn.done():  # when time was up meanwhile, nobody waits for it any more
        turn.set_result(None)


async def _read_request(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = first.split(" ")
    return Received(method, path, headers, body)
