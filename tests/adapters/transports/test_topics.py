"""Topic filters: MQTT 3.1.1, section 4.7."""

from __future__ import annotations

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transports.topics import CACHED_TOPICS, TopicTable, check_filter, covers, matches, widest

LEVEL = st.sampled_from(["a", "b", "", "$s"])
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join).filter(bool)
FILTER = (
    st.tuples(st.lists(st.sampled_from(["a", "b", "", "+", "$s"]), max_size=4), st.sampled_from([[], ["#"]]))
    .map(lambda parts: "/".join([*parts[0], *parts[1]]))
    .filter(bool)
)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/broker/uptime", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/broker/uptime", True),
    ],
)
def test_the_examples_of_the_standard(topic_filter: str, topic: str, expected: bool) -> None:
    assert matches(topic_filter, topic) is expected


@given(FILTER, TOPIC.filter(lambda topic: not topic.startswith("$")))
def test_the_client_library_agrees(topic_filter: str, topic: str) -> None:
    """An independent implementation of the same rules."""
    assert matches(topic_filter, topic) is aiomqtt.Topic(topic).matches(topic_filter)


@given(FILTER, FILTER, TOPIC)
def test_a_filter_that_covers_another_takes_all_its_topics(wide: str, narrow: str, topic: str) -> None:
    if covers(wide, narrow) and matches(narrow, topic):
        assert matches(wide, topic)


@given(st.lists(FILTER, max_size=6), TOPIC)
def test_dropping_covered_filters_loses_no_topic(filters: list[str], topic: str) -> None:
    assert any(matches(each, topic) for each in filters) == any(matches(each, topic) for each in widest(filters))


def test_a_device_inside_the_sites_filter_needs_no_subscription_of_its_own() -> None:
    assert widest(["vitals/v1/s/#", "vitals/v1/s/bay/ox/+", "gateway/7"]) == ["vitals/v1/s/#", "gateway/7"]


@pytest.mark.parametrize("wrong", ["", "a/#/b", "a+", "a/b#", "x" * 1025, "a\0b", "$share/g/a"])
def test_a_wrong_filter_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="filter"):
        check_filter(wrong)


def test_a_table_finds_everybody_bound_and_forgets_at_its_bound() -> None:
    """Strange topics are not remembered at all; bound ones up to a limit, and found again after it."""
    table = TopicTable([("a/+", 1), ("a/#", 2), ("b", 3)])
    assert table.find("a/x") == (1, 2)
    assert table.find("b") == (3,)
    assert table.find("c") == ()
    for number in range(CACHED_TOPICS + 10):
        assert table.find(f"a/{number}") == (1, 2)
        assert table.find(f"c/{number}") == ()
    assert len(table._seen) <= CACHED_TOPICS
    assert table.find("a/x") == (1, 2)


@given(st.lists(FILTER, max_size=8), TOPIC)
def test_the_table_finds_whom_a_look_at_each_filter_finds(filters: list[str], topic: str) -> None:
    """The tree is only a faster way to ask `matches` of every binding, in their order."""
    table = TopicTable((each, number) for number, each in enumerate(filters))
    expected = tuple(number for number, each in enumerate(filters) if matches(each, topic))
    assert table.find(topic) == expected
    assert table.find(topic) == expected
