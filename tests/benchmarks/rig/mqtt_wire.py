"""The few MQTT 3.1.1 packets a load needs, as bytes: a client library would measure itself."""

from __future__ import annotations

import select
import socket
from time import perf_counter

from tests.benchmarks.rig.broker import connect_soon

KEEP_ALIVE_S = 600


def _packet(head: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, low = divmod(left, 128)
        length.append(low | (0x80 if left else 0))
        if not left:
            return bytes((head,)) + length + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def publish_packet(topic: bytes, payload: bytes, packet_id: int) -> bytes:
    """PUBLISH with QoS 1, as interfaces section 3 wants it; `topic` with its length in front."""
    return _packet(0x32, topic + packet_id.to_bytes(2, "big") + payload)


class Publisher:
    """One connection that publishes with QoS 1 and reads the broker's receipts away."""

    def __init__(self, port: int, name: str) -> None:
        self._socket = connect_soon(port)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = _text("MQTT") + bytes((4, 2)) + KEEP_ALIVE_S.to_bytes(2, "big") + _text(name)
        self._socket.sendall(_packet(0x10, body))
        if self._socket.recv(4)[-1:] != b"\0":
            raise OSError("the broker refused the load")
        self._packet_id = 0
        self._topics: dict[str, bytes] = {}
        self._subscribed: set[str] = set()

    def packet(self, topic: str, payload: bytes) -> bytes:
        """The bytes of the next message."""
        self._packet_id = self._packet_id % 65_535 + 1
        known = self._topics.get(topic)
        if known is None:
            known = self._topics[topic] = _text(topic)
        return publish_packet(known, payload, self._packet_id)

    def send(self, packets: bytes) -> None:
        """Hand them to the kernel."""
        self._socket.sendall(packets)

    def wait(self, length_s: float) -> None:
        """Let time pass; receipts that come meanwhile are thrown away."""
        if select.select([self._socket], [], [], max(0.0, length_s))[0] and not self._socket.recv(65_536):
            raise OSError("the broker closed the connection")

    def round_trip(self, topic: str) -> float:
        """Seconds from handing a message to the kernel to its coming back from the broker: the floor of this machine.

        Subscribes with QoS 0 the first time; whatever else the connection gets is a receipt.
        """
        if topic not in self._subscribed:
            self._subscribed.add(topic)
            self._socket.sendall(_packet(0x82, b"\0\1" + _text(topic) + b"\0"))
            self._heard(b"\x90")
        packet = self.packet(topic, b"floor")
        started = perf_counter()
        self._socket.sendall(packet)
        self._heard(b"floor")
        return perf_counter() - started

    def _heard(self, wanted: bytes) -> None:
        said = b""
        while wanted not in said:
            said += self._socket.recv(65_536)

    def close(self) -> None:
        """Good-bye."""
        self._socket.sendall(b"\xe0\0")
        self._socket.close()
