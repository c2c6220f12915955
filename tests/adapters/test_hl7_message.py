"""Reading HL7 v2, held against the library `hl7` where both can read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.hl7_message import MESSAGE_LIMIT, Unreadable, parse
from adapters.hl7_time import read_moment

HEAD = r"MSH|^~\&|MON^0012A3FFFE4B5C6D^EUI-64|W|||20260314092654+0100||ORU^R01^ORU_R01|77|P|2.6"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_segments_end_with_cr_and_lf_is_tolerated(end: str) -> None:
    message = parse(f"{HEAD}{end}PV1||I|WARD7^ROOM2^BED12{end}OBX|1||||||||||||||||BED3^^X{end}".encode())
    assert [each.name for each in message.segments] == ["MSH", "PV1", "OBX"]
    assert (message.kind, message.control_id, message.header.raw(12)) == ("ORU^R01", "77", "2.6")
    assert message.whereabouts() == ("BED12", "WARD7^ROOM2^BED12", "MON")


def test_a_bed_in_a_subcomponent_and_the_device_of_a_row() -> None:
    message = parse(f"{HEAD}\rPV1||I|^^&12\rOBX|1|||||||||||||||||BED3^^X".encode())
    assert message.whereabouts() == ("12", "^^&12", "BED3", "MON")


def test_other_separators_and_escapes() -> None:
    """MSH-1 and MSH-2 decide; an escape without its end stays as it is."""
    message = parse(rb"MSH$*~\&$A\S\B*x$$$$$$ORU*R01" + b"\rPID$$$" + rb"\F\\T\\R\\E\\X41\\H\z\never")
    assert message.header.parts(3)[1] == "A*B"
    assert message.kind == "ORU^R01"
    assert message.segments[1].parts(3)[1] == "$&~\\Az\\never"


@pytest.mark.parametrize("payload", [b"", b"MSH", b"PID|x", b"MSH|||||||", b"MSH abcd efgh", b"MSH|^~^&|x"])
def test_what_is_no_message_says_so(payload: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(payload)


def test_a_message_is_bounded() -> None:
    with pytest.raises(Unreadable, match="65536"):
        parse(HEAD.encode() + b"x" * MESSAGE_LIMIT)


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)


@given(st.lists(st.lists(st.lists(TEXT, min_size=1, max_size=3), min_size=1, max_size=4), max_size=4))
def test_the_library_reads_the_same_components(rows: list[list[list[str]]]) -> None:
    """Any ASCII text, escaped by the library, comes back through our reading as it went in (blanks around it apart)."""
    library = hl7.parse(HEAD + "\r")
    lines = [
        "|".join(["ZZZ", *("^".join(library.escape(part) for part in field) for field in fields)]) for fields in rows
    ]
    message = parse("\r".join([HEAD, *lines]).encode())
    found = [
        [[each.parts(number)[part] for part in range(1, len(field) + 1)] for number, field in enumerate(fields, 1)]
        for fields, each in zip(rows, message.segments[1:], strict=True)
    ]
    assert found == [
        [[part.strip() if part != '""' or len(field) > 1 else "" for part in field] for field in fields]
        for fields in rows
    ]


@pytest.mark.parametrize(
    ("text", "at", "zoned"),
    [
        ("20260314092654+0100", datetime(2026, 3, 14, 8, 26, 54, tzinfo=UTC), True),
        ("202603140926-0330", datetime(2026, 3, 14, 12, 56, tzinfo=UTC), True),
        ("20260314092654.25", datetime(2026, 3, 14, 9, 26, 54, 250_000, tzinfo=UTC), False),
    ],
)
def test_times(text: str, at: datetime, zoned: bool) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert (moment.at, moment.zoned) == (at, zoned)


@pytest.mark.parametrize(
    "text", ["", "2026", "20261314092654", "00010101000000", "20260314092654+9900", "now", "٢" * 14]
)
def test_what_is_no_time(text: str) -> None:
    assert read_moment(text) is None


def test_a_span_between_a_time_with_and_one_without_a_zone_is_unknown() -> None:
    zoned, bare = read_moment("20260314092654+0100"), read_moment("20260314092654")
    assert zoned is not None
    assert bare is not None
    assert zoned.since(bare) is None
    assert bare.since(bare) == timedelta(0)
