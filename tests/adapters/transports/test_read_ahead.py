"""The socket that fetches in pieces: the same bytes, the same end, the same 'nothing yet'."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transports.read_ahead import PIECE, ReadAhead


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, ReadAhead]]:
    """A sender and the receiver that reads ahead, which never waits."""
    sender, receiver = socket.socketpair()
    receiver.setblocking(False)
    with sender, receiver:
        yield sender, ReadAhead(receiver)


def test_what_was_fetched_is_pending_until_it_is_asked_for(pair: tuple[socket.socket, ReadAhead]) -> None:
    """The MQTT library is called again at once while something is pending: nothing may stay behind unseen."""
    sender, receiver = pair
    assert receiver.pending() == 0
    sender.send(b"abcde")
    assert receiver.recv(2) == b"ab"
    assert receiver.pending() == 3
    assert receiver.recv(100) == b"cde"
    assert receiver.pending() == 0
    with pytest.raises(BlockingIOError):
        receiver.recv(1)
    sender.send(b"f")
    assert receiver.recv(1) == b"f"


def test_the_end_comes_after_the_last_byte(pair: tuple[socket.socket, ReadAhead]) -> None:
    sender, receiver = pair
    sender.send(b"ab")
    sender.close()
    assert [receiver.recv(1), receiver.recv(1), receiver.recv(1)] == [b"a", b"b", b""]


def test_everything_else_is_the_sockets_own(pair: tuple[socket.socket, ReadAhead]) -> None:
    sender, receiver = pair
    receiver.send(b"x")
    assert sender.recv(1) == b"x"
    assert receiver.fileno() > 0


@given(
    st.lists(st.binary(min_size=1, max_size=2 * PIECE), max_size=5),
    st.lists(st.integers(1, 3 * PIECE), min_size=1, max_size=20),
)
def test_any_sizes_give_the_same_bytes(chunks: list[bytes], sizes: list[int]) -> None:
    """However it was sent and is asked for, every byte comes once and in order."""
    sender, inner = socket.socketpair()
    with sender, inner:
        receiver = ReadAhead(inner)
        for chunk in chunks:
            sender.sendall(chunk)
        sender.close()
        got, turn = b"", 0
        while part := receiver.recv(sizes[turn % len(sizes)]):
            got += part
            turn += 1
        assert got == b"".join(chunks)
