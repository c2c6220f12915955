"""Wire ends: a real pseudo-terminal and a real TCP port, read back as a reader would."""

from __future__ import annotations

import errno
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import SECOND
from simulator.ports import PENDING_LIMIT, LinePace, PtyPort, TcpPort

pytestmark = pytest.mark.journey
EVERY_BYTE = bytes(range(256))
BOUND_S = 10.0


def read_exactly(descriptor: int, count: int) -> bytes:
    """`count` bytes from a descriptor; the kernel hands a terminal's bytes over in its own time."""
    got = b""
    while len(got) < count:
        ready, _, _ = select.select([descriptor], [], [], BOUND_S)
        assert ready, f"only {len(got)} of {count} bytes came"
        got += os.read(descriptor, count - len(got))
    return got


def hear(port: PtyPort | TcpPort, count: int) -> bytes:
    """`count` bytes that the reader sent."""
    got = b""
    for _ in range(1_000_000):
        got += port.read()
        if len(got) >= count:
            return got
    raise AssertionError(f"only {len(got)} of {count} bytes came")


def open_terminal(link: Path) -> int:
    """As a program opens it that sets nothing."""
    return os.open(link, os.O_RDWR | os.O_NOCTTY)


def hung_up(reader: int) -> bool:
    """Whether the terminal has gone: EIO or an end, as the kernel likes."""
    try:
        return os.read(reader, 1) == b""
    except OSError as error:
        return error.errno == errno.EIO


@pytest.fixture
def pty(tmp_path: Path) -> Iterator[PtyPort]:
    """A plugged terminal at tmp_path/ward/ox-1."""
    port = PtyPort(tmp_path / "ward" / "ox-1")
    port.plug()
    yield port
    port.unplug()


@pytest.fixture
def link(pty: PtyPort, tmp_path: Path) -> Path:
    """Its link."""
    assert pty.url == f"serial://{tmp_path}/ward/ox-1"
    return tmp_path / "ward" / "ox-1"


def test_a_terminal_is_raw_both_ways(pty: PtyPort, link: Path) -> None:
    """All 256 byte values pass unchanged: no echo, no CR to LF, no XON/XOFF, no signal."""
    reader = open_terminal(link)
    try:
        assert pty.write(EVERY_BYTE) == 256
        assert read_exactly(reader, 256) == EVERY_BYTE
        os.write(reader, EVERY_BYTE)
        assert hear(pty, 256) == EVERY_BYTE
        assert pty.read() == b""
    finally:
        os.close(reader)


def test_without_a_reader_nothing_is_kept(pty: PtyPort, link: Path) -> None:
    """Bytes sent to nobody are lost at once, before the first reader and after the last."""
    assert pty.write(b"before") == 0
    assert pty.read() == b""
    reader = open_terminal(link)
    os.close(reader)
    assert pty.write(b"between") == 0
    reader = open_terminal(link)
    try:
        assert pty.write(b"now") == 3
        assert read_exactly(reader, 3) == b"now"
    finally:
        os.close(reader)


def test_a_reader_that_does_not_read_blocks_nobody(pty: PtyPort, link: Path) -> None:
    """The buffer fills, then writing takes nothing."""
    reader = open_terminal(link)
    try:
        taken = [pty.write(bytes(1000)) for _ in range(1000)]
        assert sum(taken) < 1_000_000
        assert taken[-1] == 0
    finally:
        os.close(reader)


def test_unplug_hangs_up_and_plug_makes_a_new_terminal_at_the_same_link(pty: PtyPort, link: Path) -> None:
    """The reader gets an end, the link is gone; afterwards it leads to a working terminal."""
    reader = open_terminal(link)
    pty.unplug()
    pty.unplug()
    try:
        ready, _, _ = select.select([reader], [], [], BOUND_S)
        assert ready
        assert hung_up(reader)
    finally:
        os.close(reader)
    assert not os.path.lexists(link)
    assert pty.write(b"x") == 0
    assert pty.read() == b""
    pty.plug()
    pty.plug()
    reader = open_terminal(link)
    try:
        pty.write(b"again")
        assert read_exactly(reader, 5) == b"again"
    finally:
        os.close(reader)


def test_a_stale_link_is_replaced_and_a_file_is_not(tmp_path: Path) -> None:
    """A link left by a killed ward goes; somebody's file stays."""
    stale = tmp_path / "ox-1"
    stale.symlink_to("/dev/pts/nothing")
    port = PtyPort(stale)
    port.plug()
    assert stale.exists()
    port.unplug()
    precious = tmp_path / "ox-2"
    precious.write_text("precious")
    with pytest.raises(FileExistsError, match="in the way"):
        PtyPort(precious).plug()
    assert precious.read_text() == "precious"
    assert sorted(tmp_path.iterdir()) == [precious]


def test_a_link_that_leads_elsewhere_by_now_is_left(pty: PtyPort, link: Path) -> None:
    """Another ward took the name."""
    link.unlink()
    link.symlink_to("/dev/null")
    pty.unplug()
    assert link.is_symlink()


def test_tcp_serves_one_client_after_another() -> None:
    """Before: lost. A client hears and is heard; a second takes its place; after unplug nobody gets through."""
    port = TcpPort()
    port.plug()
    port.plug()
    host, number = "127.0.0.1", int(port.url.rsplit(":", 1)[1])
    try:
        assert port.write(b"nobody") == 0
        assert port.read() == b""
        with socket.create_connection((host, number), timeout=BOUND_S) as first:
            assert port.write(EVERY_BYTE) == 256
            assert read_exactly(first.fileno(), 256) == EVERY_BYTE
            first.sendall(b"start")
            assert hear(port, 5) == b"start"
            with socket.create_connection((host, number), timeout=BOUND_S) as second:
                assert port.write(b"you") == 3
                assert read_exactly(second.fileno(), 3) == b"you"
                assert first.recv(1) == b""
                port.unplug()
                assert second.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, number), timeout=BOUND_S)
        port.plug()
        assert port.url == f"tcp://{host}:{number}"
        with socket.create_connection((host, number), timeout=BOUND_S) as third:
            assert port.write(b"back") == 4
            assert read_exactly(third.fileno(), 4) == b"back"
    finally:
        port.unplug()


def test_a_tcp_client_that_does_not_read_blocks_nobody() -> None:
    """The kernel's buffers fill, then writing takes nothing; a client that has gone is forgotten."""
    port = TcpPort()
    port.plug()
    try:
        with socket.create_connection(("127.0.0.1", int(port.url.rsplit(":", 1)[1])), timeout=BOUND_S):
            chunk = bytes(1_000_000)
            assert any(port.write(chunk) == 0 for _ in range(200))
        for _ in range(1_000_000):
            if port.write(b"x") == 0 and port.read() == b"" and port.write(b"x") == 0:
                break
        assert port.write(b"x") == 0
    finally:
        port.unplug()


def test_the_line_carries_no_more_than_its_speed() -> None:
    """9600 baud are 960 bytes a second, however they were given."""
    pace = LinePace(9600)
    pace.put(bytes(2000))
    assert [len(pace.take(SECOND)) for _ in range(4)] == [960, 960, 80, 0]
    pace.put(b"x")
    assert pace.take(0) == b"x"


def test_a_parity_bit_costs_a_tenth() -> None:
    """19200 baud with parity are 1745 bytes a second."""
    pace = LinePace(19200, bits_per_byte=11)
    pace.put(bytes(4000))
    assert [len(pace.take(SECOND)) for _ in range(3)] == [1745, 1745, 510]


def test_an_idle_line_saves_nothing_up() -> None:
    """After a quiet hour the line is as fast as ever."""
    pace = LinePace(9600)
    assert pace.take(3600 * SECOND) == b""
    pace.put(bytes(2000))
    assert len(pace.take(SECOND)) == 961


def test_what_the_line_cannot_hold_is_counted() -> None:
    """Bounded, the newest lost."""
    pace = LinePace(4800)
    pace.put(bytes(PENDING_LIMIT) + b"newest")
    assert pace.lost == 6


@given(st.lists(st.tuples(st.binary(max_size=50), st.integers(0, SECOND)), max_size=40))
def test_no_byte_is_changed_or_turned_around(steps: list[tuple[bytes, int]]) -> None:
    """Whatever the steps: the same bytes in the same order, and never faster than the line."""
    pace = LinePace(4800)
    out = b""
    for chunk, dt in steps:
        pace.put(chunk)
        carried = pace.take(dt)
        assert len(carried) <= dt * 480 / SECOND + 2
        out += carried
    assert b"".join(chunk for chunk, _ in steps).startswith(out)


def test_a_speed_is_positive() -> None:
    """Refused where it is written."""
    with pytest.raises(ValueError, match="baud"):
        LinePace(0)
    with pytest.raises(ValueError, match="bits"):
        LinePace(9600, 0)
