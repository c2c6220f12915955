"""Serial ports: pyserial underneath, its bytes on the event loop."""

from __future__ import annotations

import asyncio
import logging
import os
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import serial
import serial_asyncio_fast

from adapters.driver import LineSettings, Parity
from adapters.transports.contract import LinkLost, LinkUnavailable
from adapters.transports.pipe import Pipe

logger = logging.getLogger(__name__)


class SerialTransport:
    """One serial port, raw, without flow control, locked against a second opener that would steal bytes."""

    def __init__(self, path: str, line: LineSettings) -> None:
        self._path = path
        self._line = line
        self._pipe: Pipe | None = None
        self._asyncio: serial_asyncio_fast.SerialTransport | None = None

    async def open(self) -> None:
        """As `Transport.open`."""
        loop = asyncio.get_running_loop()
        opening = _in_own_thread(loop, self._open_port)
        try:
            port = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_abandoned)
            raise
        except (OSError, ValueError, termios.error) as error:
            raise LinkUnavailable(f"{self._path}: {_reason(error)}") from error
        pipe = Pipe(self._path, _gone)
        try:
            self._asyncio, _ = await serial_asyncio_fast.connection_for_serial(loop, lambda: pipe, port)
            if self._line.parity is not Parity.NONE:
                _drop_spoilt_bytes(port.fileno())
        except (OSError, termios.error) as error:
            port.close()
            raise LinkUnavailable(f"{self._path}: {_reason(error)}") from error
        # The library says so itself a turn of the loop later; a greeting sent in between must not be lost.
        pipe.connection_made(self._asyncio)
        self._pipe = pipe

    async def receive(self) -> bytes:
        """As `Transport.receive`."""
        return await self._opened().receive()

    async def send(self, data: bytes) -> None:
        """As `Transport.send`: a write after the plug was pulled succeeds; `receive` tells of the loss."""
        await self._opened().send(data)

    async def close(self) -> None:
        """As `Transport.close`."""
        port, self._asyncio = self._asyncio, None
        pipe, self._pipe = self._pipe, None
        if port is None or pipe is None:
            return
        if not pipe.closed.is_set() and not port.is_closing():
            # Not `close`: that waits for the line to drain, for ever if nobody reads a pseudo-terminal. What was
            # written is with the kernel, which sends it.
            port.abort()
        await pipe.closed.wait()

    def _opened(self) -> Pipe:
        if self._pipe is None:
            raise LinkLost(f"{self._path}: not open")
        return self._pipe

    def _open_port(self) -> serial.Serial:
        line = self._line
        if Path(self._path).resolve().is_relative_to("/dev/pts"):
            # The kernel refuses a parity bit on pseudo-terminals, which have no wire to put it on.
            line = replace(line, parity=Parity.NONE)
        return _Port(
            self._path,
            baudrate=line.baud,
            bytesize=line.data_bits,
            parity=line.parity.value,
            stopbits=line.stop_bits,
            timeout=0,
            write_timeout=0,
            xonxoff=False,
            rtscts=False,
            dsrdtr=False,
            exclusive=True,
        )


def _drop_spoilt_bytes(descriptor: int) -> None:
    """Let the kernel drop bytes whose parity is wrong: pyserial turns the check off, so they would pass for good ones.

    To be called last: pyserial turns it off again with each setting that is changed.
    """
    attributes = termios.tcgetattr(descriptor)
    attributes[0] |= termios.INPCK | termios.IGNPAR
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)


class _Port(serial.Serial):  # type: ignore[misc]  # pyserial has no types
    """Reads what is there. pyserial's own way asks `select` first, which costs more than the reading, and fails above
    descriptor 1023."""

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes; empty when there are none. SerialException when the port has gone."""
        try:
            found = os.read(self.fd, size)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise serial.SerialException(error.errno, f"read failed: {error}") from error
        if not found:
            raise serial.SerialException("ready to be read, and yet at its end: unplugged")
        return found


def _in_own_thread(
    loop: asyncio.AbstractEventLoop, open_port: Callable[[], serial.Serial]
) -> asyncio.Future[serial.Serial]:
    """Open the port in a thread that nobody else needs: on a sick USB adapter that may take for ever.

    The loop's own threads are few, and whoever signs in waits for one. A daemon, so that the process can end.
    """
    opening: asyncio.Future[serial.Serial] = loop.create_future()

    def work() -> None:
        try:
            port = open_port()
        except Exception as error:
            with suppress(RuntimeError):  # the loop has ended, and whoever wanted the port with it
                loop.call_soon_threadsafe(opening.set_exception, error)
            return
        try:
            loop.call_soon_threadsafe(opening.set_result, port)
        except RuntimeError:
            port.close()

    threading.Thread(target=work, name="serial-opening", daemon=True).start()
    return opening


def _close_abandoned(opening: asyncio.Future[serial.Serial]) -> None:
    """The opener was cancelled while its thread was at work: nobody else will close what it opened."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _gone(error: Exception) -> str:
    """Why an open port was lost. Each system words an unplugged adapter differently, none for a ward."""
    logger.debug("serial port lost: %s", error)
    return "the port has gone (unplugged?)"


def _reason(error: BaseException) -> str:
    """A person's words for the usual causes; pyserial's own text otherwise."""
    match getattr(error, "errno", None):
        case 2:
            return "no such port (is the device plugged in?)"
        case 13:
            return "not permitted (the service's user needs the port's group, usually dialout)"
        case 11:
            return "in use by another program"
        case _:
            return str(error)
