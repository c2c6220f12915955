"""The mapping's parts on their own, and the collected messages of real publishers."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.devices.mqtt_mapped import DRIVERS
from adapters.devices.mqtt_mapped import options as options_module
from adapters.devices.mqtt_mapped.decoder import MappedDecoder
from adapters.devices.mqtt_mapped.mapping import Retained
from adapters.devices.mqtt_mapped.mask import mask_capture
from adapters.devices.mqtt_mapped.reader import read_mapping
from adapters.devices.mqtt_mapped.shipped import shipped, shipped_names
from adapters.devices.mqtt_mapped.table import MappingError
from adapters.driver import Cadence, Delivery
from adapters.jsonline import to_json
from adapters.reading import CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading, Reading
from adapters.registry import OptionError, build_options, driver
from config.instant import MINUTE, SECOND, Instant, from_datetime
from config.vocabulary import CuffError, Flag
from tests.adapters.captures import ROOT, SHARED

NOW: Instant = from_datetime(datetime(2026, 3, 14, 9, 40, tzinfo=UTC))


def oximeter(**more: Any) -> dict[str, Any]:
    return {"kind": "oximeter", "spo2": "spo2", "pulse_rate": "pr"} | more


def cuff(**more: Any) -> dict[str, Any]:
    return {"kind": "cuff", "systolic": "sys", "diastolic": "dia"} | more


def decoder(*messages: dict[str, Any], where: dict[str, str] | None = None, **more: Any) -> MappedDecoder:
    return MappedDecoder(read_mapping({"message": list(messages), **more}), where)


def feed(
    mapped: MappedDecoder, payload: object, now: Instant | None = None, topic: str = "t", *, retained: bool = False
) -> list[Reading | Fault]:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return mapped.feed_delivery(topic, data, Delivery(now, retained))


def only(items: list[Reading | Fault]) -> Any:
    (item,) = items
    return item


COLLECTED: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "viatom-spo2": (
        {"mapping": "viatom-ble"},
        [{"online": None, "battery": 97}, {"spo2": 97, "pulse_rate": 66, "perfusion_index": 1, "flags": []}],
    ),
    "viatom-off": (
        {"mapping": "viatom-ble"},
        [{"online": None, "battery": 96}, {"spo2": None, "pulse_rate": None, "flags": ["no_finger"]}],
    ),
    "gw-bp": (
        {"mapping": "ava4-cuff", "where": {"device": "02:00:00:00:0a:01"}},
        [{"systolic": 137, "diastolic": 95, "pulse_rate_cuff": 74, "measured_t": "2028-03-17T21:52:51.000Z"}],
    ),
    "gw-spo2": (
        {"mapping": "ava4-oximeter", "where": {"device": "020000000a02"}},
        [{"spo2": 96, "pulse_rate": 72, "perfusion_index": 4.3, "device_t": "2028-03-17T23:02:38.000Z"}],
    ),
    "gw-heartbeat": ({"mapping": "ava4-cuff"}, [{"online": True, "battery": None}]),
    "healthdata-bp": (
        {"mapping": "healthdata2mqtt", "where": {"user": "john_at_example_com"}, "zone": "+00:00"},
        [{"systolic": 120, "diastolic": 80, "pulse_rate_cuff": 65, "measured_t": "2024-01-15T10:35:00.000Z"}],
    ),
    "omron-bp": (
        {"mapping": "omron-hem-bridge", "zone": "UTC"},
        [{"systolic": 128, "diastolic": 82, "pulse_rate_cuff": 71, "measured_t": "2026-03-14T09:26:53.000Z"}],
    ),
    "omron-status": ({"mapping": "omron-hem-bridge"}, [{"online": True}]),
    "omg-adv": ({}, [{"fault": "unknown_unit"}]),
    "esphome-spo2": ({"mapping": "esphome"}, [{"spo2": 97, "pulse_rate": None}]),
    "esphome-nan": ({"mapping": "esphome"}, [{"spo2": None, "pulse_rate": None}]),
    "esphome-lwt": ({"mapping": "esphome"}, [{"online": False}]),
    "slash-bp": ({"mapping": "pressure-pair"}, [{"systolic": 128, "diastolic": 82}]),
}


def test_collected_messages_of_publishers() -> None:
    """Every one of them, with the values that stand beside it."""
    path = SHARED / "nibp-mqtt-hl7" / "mqtt.json"
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    entries = {entry["id"]: entry for entry in json.loads(path.read_text("utf-8"))}
    assert entries.keys() == COLLECTED.keys()
    found = driver("mqtt-mapped")
    for name, (options, expected) in COLLECTED.items():
        mapped = found.decoder(build_options(found, options))
        items = [*mapped.feed_message(entries[name]["topic"], entries[name]["payload"].encode()), *mapped.finish()]
        lines = [to_json(item) for item in items]
        assert len(lines) == len(expected), name
        for line, wanted in zip(lines, expected, strict=True):
            assert line is not None
            assert {key: line[key] for key in wanted} == wanted, name


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_mapping_says_where_it_comes_from_and_has_recorded_messages(name: str) -> None:
    mapping = read_mapping(shipped(name))
    assert mapping.title
    assert "mqtt-payloads, section" in mapping.source
    about = (ROOT / "mqtt-mapped" / name / "about.toml").read_text("utf-8")
    assert f'mapping = "{name}"' in about


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"mapping": "viatom"}, "there is no shipped mapping 'viatom': did you mean 'viatom-ble'?"),
        ({"mapping": {}}, "message: a mapping has 1 to 32 tables [[message]], not 0"),
        ({"mapping": {"message": [{"spo2": "a"}]}}, "message[0].kind: is missing"),
        ({"mapping": {"message": [oximeter(pulse="pr")]}}, "message[0].pulse: unknown key; did you mean 'pulse_rate'?"),
        ({"mapping": {"message": [oximeter(kind="oximetre")]}}, "unknown 'oximetre': did you mean 'oximeter'?"),
        ({"mapping": {"message": [oximeter(spo2={"pth": "a"})]}}, "message[0].spo2.path: is missing"),
        ({"mapping": {"message": [oximeter(spo2="a..b")]}}, "message[0].spo2.path: 'a..b' is no path"),
        ({"mapping": {"message": [oximeter(spo2={"path": "a", "scale": "x"})]}}, "spo2.scale: wants a number"),
        ({"mapping": {"message": [oximeter(spo2={"path": "a", "none": [True]})]}}, "spo2.none: wants a list"),
        ({"mapping": {"message": [oximeter(spo2={"path": "a", "between": [9, 1]})]}}, "spo2.between: wants the lowest"),
        ({"mapping": {"message": [oximeter(spo2={"path": "a", "number": "u8"})]}}, "spo2.number: is for bytes"),
        ({"mapping": {"message": [oximeter(topic="a/#/b")]}}, "message[0].topic: 'a/#/b'"),
        ({"mapping": {"message": [oximeter(topic="{a}/{a}")]}}, "two parts called 'a'"),
        ({"mapping": {"message": [oximeter(absent="gone")]}}, "message[0].absent: unknown 'gone'"),
        ({"mapping": {"message": [oximeter(only_if=[{"path": "a"}])]}}, "only_if[0].path: add what is wanted"),
        ({"mapping": {"message": [oximeter(flags=[{"path": "a", "exists": True}])]}}, "flags[0].flag: is missing"),
        ({"mapping": {"message": [oximeter(time={"path": "t", "format": "rfc"})]}}, "time.format: unknown 'rfc'"),
        ({"mapping": {"message": [oximeter(time={"path": "t", "zone": "Mars/Base"})]}}, "unknown zone 'Mars/Base'"),
        ({"mapping": {"message": [oximeter(time={"path": "t", "format": "%Q"})]}}, "'%Q' is no pattern for a time"),
        ({"mapping": {"message": [oximeter(device="{bed}")]}}, "message[0].topic: has no part called {bed}"),
        ({"mapping": {"message": [cuff(error={"path": "e", "words": {"E1": []}})]}}, "error.words: E1 = []"),
        ({"mapping": {"message": [oximeter(payload="sparkplug")]}}, "Sparkplug B is not read"),
        ({"mapping": {"message": [oximeter(separator=",")]}}, "message[0].separator: belongs to payload"),
        ({"mapping": {"message": [oximeter(irregular={"path": "a", "exists": True})]}}, "belongs to a message of kind"),
        ({"mapping": {"message": [{"kind": "cuff", "systolic": "s"}]}}, "a cuff's message has systolic and diastolic"),
        ({"mapping": {"message": [cuff(error={"path": "e", "words": {"E1": "leek"}})]}}, "did you mean 'leak'?"),
        ({"mapping": {"message": [oximeter(name="a"), oximeter(name="a")]}}, "two are called 'a'"),
        ({"mapping": {"message": [oximeter(heartbeat_s=3)]}}, "heartbeat_s: belongs to a message of kind status"),
        ({"mapping": {"message": [oximeter()], "retained": "later"}}, "retained: unknown 'later'"),
        ({"mapping": "esphome", "topics": {"spo": "a"}}, "the mapping has no message 'spo': did you mean 'spo2'?"),
        ({"mapping": "esphome", "where": {"nod": "a"}}, "option 'where': this mapping knows no 'nod': did you mean"),
        ({"mapping": "viatom-ble", "where": {"device": "a"}}, "it tells no devices apart"),
        ({"where": {"device": "a"}}, "option 'mapping' is missing"),
        ({"mapping": "esphome", "retained": "no"}, "retained"),
        ({"maping": "esphome"}, "did you mean 'mapping'?"),
    ],
)
def test_a_mistake_in_a_mapping_is_told_with_its_place_and_the_remedy(options: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError) as caught:
        build_options(DRIVERS[0], options)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "payload", "value"),
    [
        ("a.b[0].c", {"a": {"b": [{"c": 97}, {"c": 1}]}}, 97),
        ("a.b[last].c", {"a": {"b": [{"c": 1}, {"c": 97}]}}, 97),
        ('a."b.c"', {"a": {"b.c": 97}}, 97),
        (["x", "PR", "pr"], {"pr": 96, "PR": 97}, 97),
        ({"path": "a"}, {"a": " 97.5 "}, 97.5),
        ({"path": "a", "decimal_comma": True}, {"a": "97,5"}, 97.5),
        ({"path": "a", "scale": 0.1, "add": 1, "decimals": 1}, {"a": 43}, 5.3),
        ({"path": "a", "scale": 7.50062, "decimals": 0}, {"a": 12.8}, 96),
        ({"path": "a", "words": {"good": 97}}, {"a": "good"}, 97),
        ({"path": "a", "separator": "/", "part": 1}, {"a": "61/97"}, 97),
        ({"path": "a", "none": [99]}, {"a": 99}, None),
        *[("a", {"a": none}, None) for none in (None, "nan", "--", "", " NaN ", 0, 127, 255, 511, -1, -100, "0")],
    ],
)
def test_a_value_is_found_and_converted(rule: object, payload: object, value: float | None) -> None:
    """Mqtt-payloads, section 6, rows 4 to 6: absence is explicit, never a number."""
    reading = only(feed(decoder(oximeter(spo2=rule)), payload))
    assert isinstance(reading, OximeterReading)
    assert reading.spo2 == value


@pytest.mark.parametrize("wrong", [True, "97%", [97], {"v": 97}, 1e300, "1e99", "٩٧", 10**400])
def test_what_is_no_number_is_refused_with_the_key_named(wrong: object) -> None:
    fault = only(feed(decoder(oximeter()), {"spo2": wrong}))
    assert isinstance(fault, Fault)
    assert (fault.kind, "spo2" in fault.detail) == (FaultKind.MALFORMED, True)


def test_not_a_number_in_json_is_an_absence() -> None:
    """Programs in Python write NaN."""
    assert only(feed(decoder(oximeter()), b'{"spo2": NaN, "pr": 71}')).spo2 is None


def test_a_limit_of_the_mapping_refuses_the_whole_reading() -> None:
    """A wrong unit is a mistake of the mapping, not a measurement; the raw value is shown."""
    mapped = decoder(cuff(systolic={"path": "sys", "between": [40, 300]}))
    fault = only(feed(mapped, {"sys": 17.1, "dia": 10.4}))
    assert fault.detail == 'message-1: systolic 17.1 is not between 40 and 300; {"sys":17.1,"dia":10.4}'


@pytest.mark.parametrize(
    ("payload", "form", "data"),
    [
        ({"payload": "hex", "spo2": {"path": "$[1]", "number": "u8"}}, "hex", b"0061ff"),
        ({"payload": "base64", "spo2": "$[1]"}, "base64", b"AGH/"),
        ({"payload": "binary", "spo2": {"path": "$[0]", "number": "u16be"}}, "binary", bytes([0, 97])),
        ({"payload": "binary", "spo2": {"path": "$[0]", "number": "sfloat"}}, "binary", bytes([0xCA, 0xF3])),
        ({"payload": "text", "separator": ";", "spo2": "[2]"}, "text", b"x; 71 ; 97"),
        ({"payload": "number", "spo2": "$"}, "number", b" 97.0\n"),
    ],
)
def test_payloads_that_are_no_json(payload: dict[str, Any], form: str, data: bytes) -> None:
    rule = {"kind": "oximeter"} | payload
    assert only(feed(decoder(rule), data)).spo2 == 97, form


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("json", b"{"),
        ("json", b"[" * 60_000),
        ("hex", b"xy"),
        ("base64", b"?"),
        ("number", b"\xff"),
        ("json", b"9" * 5000),
    ],
)
def test_a_payload_in_another_form_is_a_fault(form: str, data: bytes) -> None:
    fault = only(feed(decoder({"kind": "oximeter", "payload": form, "spo2": "$"}), data))
    assert (fault.kind, bool(fault.detail)) == (FaultKind.MALFORMED, True)


def test_guards_tell_whose_message_it_is() -> None:
    """Row 3: exact spelling; what does not fit is somebody else's and says nothing."""
    guarded = oximeter(
        only_if=[
            {"path": "type", "one_of": ["a", 1]},
            {"path": "bad", "exists": False},
            {"path": "n", "above": 1, "below": 3},
        ]
    )
    mapped = decoder(guarded)
    good = {"type": "a", "n": 2, "spo2": 97}
    assert only(feed(mapped, good)).spo2 == 97
    for change in ({"type": "A"}, {"type": True}, {"bad": None}, {"n": 3}, {"n": True}, {"n": "2"}):
        assert feed(mapped, good | change) == [], change


def test_flags_and_a_lost_finger() -> None:
    """Row 7: without a finger no number counts; a missing contact flag is no contact flag."""
    mapped = decoder(
        oximeter(
            flags=[
                {"flag": "no_finger", "path": "contact", "equals": False},
                {"flag": "motion", "path": "q.move", "above": 2},
            ]
        )
    )
    assert only(feed(mapped, {"spo2": 97, "contact": True})).flags == frozenset()
    held = only(feed(mapped, {"spo2": 97, "pr": 70, "contact": False, "q": {"move": 3}}))
    assert (held.spo2, held.pulse_rate, held.flags) == (None, None, {Flag.NO_FINGER, Flag.MOTION})


def test_identity_from_the_topic_selects_the_device() -> None:
    """Row 1: separators and case of an address do not matter."""
    mapped = decoder(oximeter(topic="ward7/{bed}/+/oxi"), where={"bed": "02:00:0a"})
    assert only(feed(mapped, {"spo2": 97}, topic="ward7/02000A/x/oxi")).spo2 == 97
    assert feed(mapped, {"spo2": 97}, topic="ward7/02000B/x/oxi") == []
    assert only(feed(mapped, {"spo2": 97}, topic="ward7/oxi")).kind is FaultKind.UNKNOWN_UNIT


def test_two_devices_where_one_is_expected_are_never_mixed() -> None:
    """Nobody knows whose values these are: from then on none counts, and the remedy is told."""
    mapped = decoder(oximeter(device=["mac", "id"]))
    assert only(feed(mapped, {"spo2": 97, "mac": "02-00"})).spo2 == 97
    assert only(feed(mapped, {"spo2": 97, "id": "0200"})).spo2 == 97
    for who in ("0201", "0200"):
        fault = only(feed(mapped, {"spo2": 88, "mac": who}))
        assert fault.kind is FaultKind.CONFLICT
        assert "[device.options.where] device" in fault.detail


def test_a_message_that_does_not_say_whose_it_is_is_refused() -> None:
    mapped = decoder(oximeter(device="mac"), where={"device": "02"})
    assert "does not say which device" in only(feed(mapped, {"spo2": 97})).detail


def test_the_rule_with_the_exact_topic_goes_first() -> None:
    """A wildcard also matches the status topic (section 7)."""
    status = {"kind": "status", "topic": "a/status", "state": {"path": "s", "online": "on"}}
    mapped = decoder(oximeter(topic="a/+"), status)
    assert only(feed(mapped, {"s": "on"}, topic="a/status")) == DeviceStatus(0, online=True)


def test_a_time_within_reach_dates_a_pressure_and_another_one_only_warns() -> None:
    """Section 4: receipt time and the device's clock told on, for the service's own warning."""
    mapped = decoder(cuff(time={"path": "t", "format": "unix"}))
    told = NOW // SECOND
    near = only(feed(mapped, {"sys": 120, "dia": 80, "t": told - 600}, NOW))
    assert (near.measured_at, near.device_time) == (datetime(2026, 3, 14, 9, 30, tzinfo=UTC), None)
    far = only(feed(mapped, {"sys": 120, "dia": 80, "t": told + 86_400 * 700}, NOW))
    assert far.measured_at is None
    assert far.device_time is not None
    assert far.device_time.year == 2028


@pytest.mark.parametrize(
    ("format", "written"),
    [
        ("unix", NOW // SECOND),
        ("unix", str(NOW // SECOND)),
        ("unix-ms", NOW // 1000),
        ("iso", "2026-03-14T10:40:00"),
        ("iso", "2026-03-14T09:40:00.000Z"),
        ("%d.%m.%Y %H:%M", "14.03.2026 10:40"),
    ],
)
def test_times_are_read_as_written(format: str, written: object) -> None:
    rule = {"path": "t", "format": format, "zone": "Europe/Berlin"}
    reading = only(feed(decoder(cuff(time=rule)), {"sys": 120, "dia": 80, "t": written}, NOW))
    assert reading.measured_at == datetime(2026, 3, 14, 9, 40, tzinfo=UTC)


@pytest.mark.parametrize("written", ["soon", True, [], 1e300, "0001-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_read_never_raises(written: object) -> None:
    for format in ("iso", "unix", "unix-ms"):
        item = only(
            feed(decoder(cuff(time={"path": "t", "format": format})), {"sys": 120, "dia": 80, "t": written}, NOW)
        )
        assert isinstance(item, Fault) or item.measured_at is None


def test_a_time_without_a_zone_is_not_used_where_none_is_assumed() -> None:
    reading = only(feed(decoder(cuff(time={"path": "t"})), {"sys": 120, "dia": 80, "t": "2026-03-14T09:40:00"}, NOW))
    assert (reading.measured_at, reading.device_time) == (None, None)


def oximeter_at(seconds: float) -> dict[str, Any]:
    return {"spo2": 80, "t": NOW / SECOND + seconds}


def test_a_burst_of_kept_readings_is_history_and_a_slow_clock_is_not() -> None:
    """Section 7: judged by time, not by arrival. A wrong clock lags by the same all the time."""
    mapped = decoder(oximeter(time={"path": "t", "format": "unix"}))
    burst = [only(feed(mapped, oximeter_at(number - 300), NOW + number * 1000)) for number in range(200)]
    assert {item.kind for item in burst} == {FaultKind.STALE}
    live = only(feed(mapped, oximeter_at(1), NOW + SECOND))
    assert live.spo2 == 80
    slow = decoder(oximeter(time={"path": "t", "format": "unix"}))
    items = [only(feed(slow, oximeter_at(number - 180), NOW + number * SECOND)) for number in range(10)]
    assert [isinstance(item, OximeterReading) for item in items] == [False] * 2 + [True] * 8


def test_a_burst_too_old_to_be_believed_is_history_too_and_a_clock_never_set_is_not() -> None:
    """Older than `oldest_s`: the receipt time stands in for a wrong clock's, and must not make a kept reading new."""
    mapped = decoder(oximeter(time={"path": "t", "format": "unix"}))
    burst = [only(feed(mapped, oximeter_at(5 * number - 1200), NOW + number * 1000)) for number in range(200)]
    assert {getattr(item, "kind", item) for item in burst} == {FaultKind.STALE}
    unset = decoder(oximeter(time={"path": "t", "format": "unix"}))
    assert only(feed(unset, oximeter_at(-3 * 86_400), NOW)).spo2 == 80


def test_a_repeated_message_counts_once_and_a_spoilt_one_may_come_again() -> None:
    """Row 9: by the keys named, else a pressure by value and time."""
    keyed = decoder(oximeter(once_by=["seq"]))
    assert [len(feed(keyed, {"spo2": 97, "seq": seq})) for seq in (1, 1, 2, 1)] == [1, 0, 1, 0]
    dated = decoder(cuff(time={"path": "t", "format": "unix"}))
    same = {"sys": 120, "dia": 80, "t": NOW // SECOND}
    assert [len(feed(dated, same | more, NOW)) for more in ({}, {}, {"sys": 121})] == [1, 0, 1]
    spoilt = decoder(cuff(once_by="seq"))
    assert isinstance(only(feed(spoilt, {"sys": 120, "seq": 1})), Fault)
    assert only(feed(spoilt, {"sys": 120, "dia": 80, "seq": 1})).systolic == 120


def test_elements_of_a_list_are_read_one_by_one() -> None:
    mapped = decoder(oximeter(each="l", device="$.who"))
    items = feed(mapped, {"who": "a", "l": [{"spo2": 97}, {"spo2": 96}]})
    assert [item.spo2 for item in items if isinstance(item, OximeterReading)] == [97, 96]
    assert "l is missing" in only(feed(mapped, {"who": "a"})).detail
    assert "more than 256" in only(feed(mapped, {"l": [0] * 300})).detail


def joined() -> MappedDecoder:
    parts = [
        {"kind": "cuff", "topic": f"b/{name}", "payload": "number", name: "$", "join": True}
        for name in ("systolic", "diastolic", "pulse_rate")
    ]
    return decoder(*parts)


def test_single_values_make_one_reading_within_two_seconds() -> None:
    """Row 11: a systolic pressure without its diastolic one is not published."""
    mapped = joined()
    assert feed(mapped, b"128", NOW, "b/systolic") == []
    assert mapped.next_deadline() == NOW + 2 * SECOND
    assert feed(mapped, b"71", NOW + SECOND, "b/pulse_rate") == []
    reading = only(feed(mapped, b"82", NOW + SECOND, "b/diastolic"))
    assert (reading.systolic, reading.diastolic, reading.pulse_rate) == (128, 82, 71)
    assert mapped.next_deadline() is None
    assert feed(mapped, b"131", NOW + MINUTE, "b/systolic") == []
    lonely = only(list(mapped.tick(NOW + MINUTE + 2 * SECOND)))
    assert (lonely.kind, "diastolic did not come within 2 s" in lonely.detail) == (FaultKind.INCOMPLETE, True)


def test_a_pulse_that_does_not_come_holds_no_pressure_back() -> None:
    mapped = joined()
    assert feed(mapped, b"128", NOW, "b/systolic") == []
    assert feed(mapped, b"82", NOW, "b/diastolic") == []
    assert only(list(mapped.tick(NOW + 2 * SECOND))).diastolic == 82


def test_a_cuff_that_says_it_failed_has_no_numbers() -> None:
    """An error that nobody knows is one all the same; zeros for pressures are a failure without a reason."""
    mapped = decoder(cuff(error={"path": "e", "words": {"3": "leak"}, "fine": [0]}))
    for said, error in ((3, CuffError.LEAK), ("E9", CuffError.DEVICE)):
        failed = only(feed(mapped, {"sys": 120, "dia": 80, "e": said}))
        assert (failed.error, failed.systolic) == (error, None)
    assert only(feed(mapped, {"sys": 120, "dia": 80, "e": 0})).systolic == 120
    assert only(feed(mapped, {"sys": 0, "dia": 0, "e": 0})).error is CuffError.DEVICE


def test_retained_readings_by_the_mappings_rule() -> None:
    """Row 10: history is for the chart, and only where its time says that it is old; no oximeter's value is."""
    rules = [cuff(name="c", topic="c", time={"path": "t", "format": "unix"}), oximeter(name="o", topic="o")]
    old, fresh = ({"sys": 120, "dia": 80, "t": NOW // SECOND - age} for age in (600, 20))

    def given(rule: Retained, payload: object, topic: str) -> list[Reading | Fault]:
        mapped = MappedDecoder(replace(read_mapping({"message": rules}), retained=rule))
        return feed(mapped, payload, NOW, topic, retained=True)

    assert isinstance(only(given(Retained.HISTORY, old, "c")), CuffReading)
    assert only(given(Retained.HISTORY, fresh, "c")).kind is FaultKind.STALE
    assert only(given(Retained.HISTORY, {"sys": 120, "dia": 80}, "c")).kind is FaultKind.STALE
    assert only(given(Retained.HISTORY, {"spo2": 80}, "o")).kind is FaultKind.STALE
    assert isinstance(only(given(Retained.ACCEPT, {"spo2": 80}, "o")), OximeterReading)
    assert given(Retained.IGNORE, old, "c") == []


STATUS = {"kind": "status", "state": {"path": "$", "online": "on", "offline": "off"}, "payload": "text"}


def test_a_heartbeat_that_stops_means_offline() -> None:
    """Row 14. A retained one proves nothing and starts no time."""
    mapped = decoder(STATUS | {"heartbeat_s": 30})
    assert feed(mapped, b"on", NOW, retained=True) == [DeviceStatus(0, online=True)]
    assert mapped.next_deadline() is None
    feed(mapped, b"on", NOW)
    assert mapped.next_deadline() == NOW + 30 * SECOND
    assert list(mapped.tick(NOW + 29 * SECOND)) == []
    assert only(list(mapped.tick(NOW + 30 * SECOND))).online is False
    assert mapped.next_deadline() is None


def test_bridges_that_throw_each_other_out_are_told() -> None:
    """Section 7: a client-id clash shows as a status that flaps."""
    mapped = decoder(STATUS)
    faults = [
        item
        for number in range(6)
        for item in feed(mapped, b"off" if number % 2 else b"on", NOW + number * 3 * SECOND)
        if isinstance(item, Fault)
    ]
    assert [(fault.kind, "client id" in fault.detail) for fault in faults] == [(FaultKind.CONFLICT, True)]
    slow = decoder(STATUS)
    assert not [
        item
        for number in range(20)
        for item in feed(slow, b"off" if number % 2 else b"on", NOW + number * MINUTE)
        if isinstance(item, Fault)
    ]


def test_a_remark_shows_only_keys_that_are_read() -> None:
    """Row 13: names, citizen numbers and addresses never reach a log."""
    mapped = decoder(oximeter(device="mac", only_if=[{"path": "type", "equals": "r"}]), keep=["model"])
    message = {"type": "r", "mac": "020000000a02", "name": "EXAMPLE", "model": "m1", "p": {"citiz": "1"}, "spo2": "?"}
    detail = only(feed(mapped, message)).detail
    assert detail.endswith('{"type":"r","model":"m1","spo2":"?"}')


def test_a_recorded_capture_keeps_its_length_and_loses_who_it_was() -> None:
    lines = (
        b'CM4_BLE_GW_TX {"data":{"name":"EXAMPLE \\"X\\" PERSON","citiz":3100500000000,"ble_mac":"02:0A","l":["Ann"],'
        b'"value":{"spo2":96,"pulse":72}}}\nhealth/blood_pressure/ann_at_example_com 128/82\nx/y hello Ann\n'
    )
    masked = mask_capture(lines)
    assert masked == (
        b'CM4_BLE_GW_TX {"data":{"name":"xxxxxxx \\"x\\" xxxxxx","citiz":0000000000000,"ble_mac":"00:0x","l":["xxx"],'
        b'"value":{"spo2":96,"pulse":72}}}\nhealth/blood_pressure/xxx_xx_xxxxxxx_xxx 128/82\nx/x xxxxx xxx\n'
    )
    assert len(masked) == len(lines)


def test_the_driver_says_what_to_subscribe_to_and_what_silence_means() -> None:
    found = DRIVERS[0]
    node = build_options(found, {"mapping": "esphome", "where": {"node": "bed12"}})
    assert found.topics(node) == ("bed12/sensor/spo2/state", "bed12/sensor/heart_rate/state", "bed12/status")
    address = build_options(
        found, {"mapping": "esphome", "where": {"node": "02:00:00:00:0a:01"}, "topics": {"status": "{node}/lwt"}}
    )
    assert found.topics(address) == ("+/sensor/spo2/state", "+/sensor/heart_rate/state", "+/lwt")
    assert found.cadence_by(node) is Cadence.STREAM
    assert found.cadence_by(build_options(found, {"mapping": "pressure-pair"})) is Cadence.EPISODIC
    assert list(found.doubts(node)) == []
    (doubt,) = found.doubts(build_options(found, {"mapping": "ava4-cuff"}))
    assert "add device to [device.options.where]" in doubt
    assert list(found.doubts(build_options(found, {})))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=6)
    | st.sampled_from(["spo2", "$", "a.b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    *[
        "name",
        "topic",
        "payload",
        "separator",
        "only_if",
        "each",
        "device",
        "spo2",
        "pulse_rate",
        "systolic",
        "diastolic",
    ],
    *["battery", "absent", "flags", "error", "irregular", "map_computed", "time", "once_by", "seq", "state", "join"],
]
INNER = [
    "path",
    "scale",
    "none",
    "words",
    "between",
    "separator",
    "part",
    "number",
    "equals",
    "one_of",
    "format",
    "sent",
]


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(["oximeter", "cuff", "status"]),
    rule=st.dictionaries(
        st.sampled_from(KEYS), JSON | st.dictionaries(st.sampled_from(INNER), JSON, max_size=4), max_size=6
    ),
    message=JSON,
)
def test_any_table_is_a_mapping_or_a_told_mistake(kind: str, rule: dict[str, Any], message: object) -> None:
    """And whatever came of it reads any message without raising."""
    try:
        mapping = read_mapping({"message": [{"kind": kind} | rule]})
    except MappingError:
        return
    assert isinstance(feed(MappedDecoder(mapping), message, NOW), list)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_shipped_mapping_reads_any_payload_without_raising(data: st.DataObject) -> None:
    """Recorded messages with a value, or a piece of the text, put in another one's place."""
    name = data.draw(st.sampled_from(shipped_names()))
    mapped = MappedDecoder(read_mapping(shipped(name)))
    for line in (ROOT / "mqtt-mapped" / name / "input.txt").read_text("utf-8").splitlines():
        topic, _, payload = line.partition(" ")
        start = data.draw(st.integers(0, len(payload)))
        end = min(len(payload), start + data.draw(st.integers(0, 12)))
        spoilt = payload[:start] + json.dumps(data.draw(JSON)) + payload[end:]
        assert isinstance(mapped.feed_delivery(topic, spoilt.encode("utf-8", "replace"), Delivery(NOW)), list)


def test_the_examples_of_the_guide_are_in_order() -> None:
    guide = Path(options_module.__file__).with_name("README.md").read_text("utf-8")
    named, own = (tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", guide, flags=re.DOTALL))
    assert build_options(DRIVERS[0], named["device"][0]["options"]).mapping == "ava4-oximeter"
    mapped = build_options(DRIVERS[0], own["device"]["options"] | {"where": {"bed": "bed12", "device": "02"}})
    message = {"type": "bp", "data": {"list": [{"ble_addr": "02", "bp_high": 128, "bp_low": 10.4, "pr": 71, "err": 0}]}}
    reading = only(list(DRIVERS[0].decoder(mapped).feed_message("ward7/bed12/bp", json.dumps(message).encode())))
    assert (reading.systolic, reading.diastolic, reading.pulse_rate) == (128, 78, 71)


def test_a_neighbour_in_the_list_costs_nobody_his_reading() -> None:
    """Elements that do not say whose they are, before ours: one fault, and our reading."""
    mapped = decoder(oximeter(each="list", device="who"), where={"device": "b"})
    nameless = {"spo2": 90, "pr": 60}
    fault, reading = feed(mapped, {"list": [nameless, nameless, {"who": "b", "spo2": 96, "pr": 70}]}, NOW)
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.MALFORMED
    assert (reading.spo2, reading.pulse_rate) == (96, 70)  # type: ignore[union-attr]


def test_a_battery_that_cannot_be_read_costs_no_reading() -> None:
    fault, reading = feed(decoder(oximeter(battery="battery")), {"spo2": 96, "pr": 70, "battery": "full"}, NOW)
    assert isinstance(fault, Fault)
    assert "battery" in fault.detail
    assert isinstance(reading, OximeterReading)
    assert reading.spo2 == 96


@pytest.mark.parametrize("depth", [300, 600, 900])
def test_a_payload_nested_deeper_than_a_diagnosis_can_show_is_a_fault(depth: int) -> None:
    deep = b'{"spo2":"abc","x":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    assert only(feed(decoder(oximeter()), deep, NOW)).kind is FaultKind.MALFORMED
