"""A nurse-station page reduced to its socket: reads WebSocket frames as they come, without a thread or a library.

What is measured ends when the bytes of an alarm can be read, not when somebody's client has got round to them.
"""

from __future__ import annotations

import base64
import os
import select
import socket
from time import perf_counter

import msgspec

from monitor.station import wire

QUIET = b'"alarms":[]}'
PING, TEXT = 0x9, 0x1

_UPDATE = msgspec.json.Decoder(wire.Update | wire.Snapshot)


class Page:
    """One connection to `/stream`."""

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        self._data = bytearray()
        while b"\r\n\r\n" not in self._data:
            self._data += self._receive()
        answer, _, rest = bytes(self._data).partition(b"\r\n\r\n")
        if b" 101 " not in answer:
            raise OSError(f"the station refused the page: {answer[:200]!r}")
        self._data = bytearray(rest)
        self.frames = 0
        self.bytes = 0

    def fileno(self) -> int:
        """For `select`."""
        return self._socket.fileno()

    def alarms(self, until: float) -> list[tuple[float, wire.Alarm]]:
        """The alarms of the next update that has any, each with when its bytes had come; none by `until` (seconds)."""
        while True:
            while (text := self._frame()) is not None:
                arrived = perf_counter()
                if text.endswith(QUIET) or b'"alarms"' not in text:
                    continue
                # A snapshot may have none.
                if alarms := _UPDATE.decode(text).alarms:
                    return [(arrived, alarm) for alarm in alarms]
            left = until - perf_counter()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                return []
            self._data += self._receive()

    def close(self) -> None:
        """Leave without ceremony."""
        self._socket.close()

    def _receive(self) -> bytes:
        chunk = self._socket.recv(1 << 20)
        if not chunk:
            raise OSError("the station closed the page")
        return chunk

    def _frame(self) -> bytes | None:
        data = self._data
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(data) < start:
                return None
            length = int.from_bytes(data[2:start], "big")
        if len(data) < start + length:
            return None
        kind, body = data[0] & 0x0F, bytes(data[start : start + length])
        del data[: start + length]
        if kind == PING:
            # Masked with zeros, which leave the bytes as they are.
            self._socket.sendall(bytes((0x8A, 0x80 | len(body), 0, 0, 0, 0)) + body)
        self.frames += 1
        self.bytes += len(body)
        return body if kind == TEXT else b""
