"""Which connections of an HL7 listener stay."""

from __future__ import annotations

from adapters.transports.mllp_connections import IDLE_AFTER, MOST_CONNECTIONS, MOST_OF_ONE_PEER, Connection, Connections


def connect(connections: Connections, peer: str, at: int, spoke: bool) -> tuple[Connection, bool]:
    connection = Connection(peer, at, lambda: None)
    admitted = connections.admit(connection)
    if spoke:
        connection.heard(at)
    return connection, admitted


def test_the_oldest_idle_one_of_the_same_address_gives_way() -> None:
    connections = Connections()
    elsewhere, _ = connect(connections, "192.0.2.2", 0, spoke=False)
    speaking, _ = connect(connections, "192.0.2.1", 1, spoke=True)
    silent = [connect(connections, "192.0.2.1", 2 + number, spoke=False)[0] for number in range(MOST_OF_ONE_PEER)]
    assert [each for each in (elsewhere, speaking, *silent) if each.dropped] == [silent[0]]
    connect(connections, "192.0.2.1", 1 + IDLE_AFTER, spoke=False)
    assert speaking.dropped
    assert not silent[1].dropped


def test_who_speaks_gives_way_to_nobody() -> None:
    """A gateway may bring a whole ward from one address; the listener's own bound stays."""
    connections = Connections()
    found = [connect(connections, "192.0.2.1", number, spoke=True) for number in range(MOST_CONNECTIONS + 1)]
    assert [admitted for _, admitted in found] == [True] * MOST_CONNECTIONS + [False]
    assert not any(connection.dropped for connection, _ in found)
