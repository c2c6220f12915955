"""The bound of what waits, and what goes first."""

from __future__ import annotations

from monitor.journal.backlog import SHED_AT_ONCE, Backlog, Entry, InputTuple


def waiting(seq: int, kind: str) -> InputTuple:
    return (seq, seq, "bay-1", None, kind, "{}", None)


def test_pleth_measures_go_first_then_saturation_then_the_oldest() -> None:
    """Cuff readings and commands outlive what comes every second."""
    backlog = Backlog(limit=3 * SHED_AT_ONCE)
    seq = 0
    for kind in ("command", "spo2", "pleth_measures"):
        for _ in range(SHED_AT_ONCE):
            seq += 1
            backlog.add_input(waiting(seq, kind))
    gone: list[dict[str, int]] = []
    for _ in range(3):
        while backlog.waiting_inputs <= 3 * SHED_AT_ONCE - 1:
            seq += 1
            backlog.add_input(waiting(seq, "nibp"))
        seq += 1
        backlog.add_input(waiting(seq, "nibp"))
        lost = backlog.take_lost()
        assert lost is not None
        gone.append(dict(lost.kinds))
    assert gone == [{"pleth_measures": SHED_AT_ONCE}, {"spo2": SHED_AT_ONCE}, {"command": SHED_AT_ONCE}]
    assert backlog.take_lost() is None


def test_a_long_backlog_goes_out_in_pieces_with_no_event_before_its_inputs() -> None:
    backlog = Backlog()
    for seq in range(1, 12_001):
        backlog.add_input(waiting(seq, "nibp"))
        if seq % 1_000 == 0:
            backlog.add(Entry(seq))
    seen = 0
    for whole in (False, False, True):
        batch = backlog.next_batch()
        assert batch is not None
        assert batch.inputs[0][0] == seen + 1
        seen = batch.inputs[-1][0]
        assert all(entry.after_input <= seen for entry in batch.entries)
        assert len(batch.entries) == len(batch.inputs) // 1_000
        assert batch.whole is whole
        backlog.written(batch)
    assert backlog.idle


def test_what_could_not_be_written_waits_in_its_old_place() -> None:
    backlog = Backlog()
    backlog.add_input(waiting(1, "nibp"))
    backlog.add(Entry(1))
    batch = backlog.next_batch()
    assert batch is not None
    backlog.add_input(waiting(2, "nibp"))
    backlog.add(Entry(2))
    backlog.give_back(batch)
    backlog.wake(retry=True)
    again = backlog.next_batch()
    assert again is not None
    assert [row[0] for row in again.inputs] == [1, 2]
    assert [(entry.after_input, entry.told_early) for entry in again.entries] == [(1, True), (2, False)]


def test_events_are_marked_once() -> None:
    entry = Entry(0, [(1, 5, None, None, "alarm_raised", '{"alarm":"STORAGE"}')])
    entry.mark()
    entry.mark()
    assert entry.events == [(1, 5, None, None, "alarm_raised", '{"alarm":"STORAGE","durable":false}')]
