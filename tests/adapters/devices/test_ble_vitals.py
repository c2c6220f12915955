"""Values of Bluetooth characteristics (hl7-fhir-ble, section 3)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.devices.ble_vitals.decoder import BleDecoder, short_number
from adapters.devices.ble_vitals.options import BleOptions
from adapters.devices.ble_vitals.sfloat import Fields
from adapters.driver import Delivery
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading
from config.instant import from_datetime
from config.vocabulary import CuffError
from simulator.devices.ble_vitals import BleCuff, sfloat
from tests.adapters.captures import SHARED
from tests.simulator.devices.still_body import StillBody

MEASURED = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
FULL = "1E 8000 5200 6100 EA07 03 0E 09 1A 35 4700 01 0400"
"""128/82, mean 97, 2026-03-14 09:26:53, pulse 71, user 1, irregular: printed in the document."""


def read(topic: str, value: str, at: datetime | None = None, **options: Any) -> list[object]:
    received_at = None if at is None else from_datetime(at)
    return list(BleDecoder(BleOptions(**options)).feed_delivery(topic, bytes.fromhex(value), Delivery(received_at)))


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("78 00", 120.0),
        ("B0 F4", 120.0),
        ("E8 F3", 100.0),
        ("57 F0", 8.7),
        ("66 E3", 8.7),
        ("6E F1", 36.6),
        ("01 20", 100.0),
        ("FF 0F", -1.0),
        ("FF 07", None),
        ("00 08", None),
        ("01 08", None),
        ("FE 07", None),
        ("02 08", None),
        ("78 80", 120e-8),
    ],
)
def test_sfloat(word: str, value: float | None) -> None:
    """The document's words, and the special ones, which are no numbers. `78 80` is not 120, whatever a library says."""
    assert Fields(bytes.fromhex(word)).sfloat() == value


@given(st.integers(-2000, 2000), st.integers(0, 7))
def test_sfloat_reads_what_the_emulator_writes(mantissa: int, digits: int) -> None:
    assert Fields(sfloat(mantissa / 10**digits, digits)).sfloat() == mantissa / 10**digits


def test_the_documents_blood_pressures() -> None:
    """A whole one, one in kPa, a failed one with a loose cuff, and a pressure on the way."""
    assert read("2A35", FULL) == [
        CuffReading(0, 128.0, 82.0, 97.0, pulse_rate=71.0, irregular=True, measured_at=MEASURED)
    ]
    assert read("2A35", "01 ABF0 6DF0 81F0") == [CuffReading(0, 128.0, 82.0, 97.0)]
    assert read("2A35", "14 FF07 FF07 FF07 FF07 0300") == [CuffReading(0, None, None, None, error=CuffError.CUFF)]


def test_the_documents_oximeter_values() -> None:
    (plain,) = read("2A5F", "00 E8 F3 84 F3")
    (full,) = read("2A5F", "1C 5F 00 5A 00 20 00 00 00 00 57 F0")
    assert plain == OximeterReading(0, 100.0, 90.0)
    assert full == OximeterReading(0, 95.0, 90.0, 8.7)


def test_another_makers_layout_fails_on_plausibility() -> None:
    """A real notification with numbers at other places (flutter_blue issue 687)."""
    (fault,) = read("2A35", "FE 20 27 00 75 00 55 00 5F 00 E4 07 09 18 10 09 3A 69 00 01")
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.detail) == (
        FaultKind.MALFORMED,
        "2A35: not the standard's layout: pressure 182400",
    )


@pytest.mark.parametrize(
    ("late", "kind", "told"),
    [
        (timedelta(seconds=-119), CuffReading, timedelta(0)),
        (timedelta(seconds=20), CuffReading, timedelta(seconds=20)),
        (timedelta(seconds=300), CuffReading, timedelta(seconds=300)),
        (timedelta(seconds=301), DeviceStatus, None),
        (timedelta(days=30), DeviceStatus, None),
        (timedelta(hours=-1), Fault, None),
    ],
)
def test_the_time_stamp_tells_a_new_measurement_from_a_kept_one(
    late: timedelta, kind: type, told: timedelta | None
) -> None:
    """Kept ones are history; a clock ahead of ours is a fault with its remedy. The age counts from the receipt."""
    (item,) = read("2A35", FULL, MEASURED + late)
    assert type(item) is kind
    if isinstance(item, CuffReading) and told is not None:
        assert item.measured_at == MEASURED + late - told
    if isinstance(item, Fault):
        assert "60 min ahead" in item.detail


def test_the_sites_zone_of_the_devices_clock() -> None:
    """A cuff that shows Central European time is one hour ahead of UTC, and not from the future."""
    (item,) = read("2A35", FULL, MEASURED - timedelta(hours=1), utc_offset_min=60)
    assert isinstance(item, CuffReading)
    assert item.measured_at == MEASURED - timedelta(hours=1)


def test_a_kept_measurement_that_is_told_at_each_connection_is_told_once() -> None:
    decoder = BleDecoder()
    received = Delivery(from_datetime(MEASURED + timedelta(seconds=5)))
    told = [item for _ in range(3) for item in decoder.feed_delivery("2A35", bytes.fromhex(FULL), received)]
    assert [type(item) for item in told] == [CuffReading, DeviceStatus, DeviceStatus]


def test_a_pressure_without_a_date_that_is_sent_again_is_told_once() -> None:
    """A cuff with one kept value tells it at each connection. Pressures on the way prove a new measurement."""
    decoder, same, other = BleDecoder(), "04 8000 5200 6100 4700", "04 8000 5300 6100 4700"
    values = [("2A35", same), ("2A35", same), ("2A36", "00 9100 FF07 FF07"), ("2A35", same), ("2A35", other)]
    values += [("2A35", same), ("2A35", same)]
    told = [item for topic, value in values for item in decoder.feed_message(topic, bytes.fromhex(value))]
    kinds = [CuffReading, Fault, CuffProgress, CuffReading, CuffReading, CuffReading, Fault]
    assert [type(item) for item in told] == kinds
    assert {item.kind for item in told if isinstance(item, Fault)} == {FaultKind.STALE}


def test_zeros_that_the_site_takes_for_new_are_told_once() -> None:
    decoder = BleDecoder(BleOptions(accept_undated=True))
    zeros = bytes.fromhex("1E 8000 5200 6100 0000 00 00 00 00 00 4700 01 0000")
    assert [type(item) for _ in range(2) for item in decoder.feed_message("2A35", zeros)] == [CuffReading, Fault]


def test_a_spot_check_from_the_past_is_history() -> None:
    spot = "01 6100 4700 EA07 03 0E 09 1A 35"
    assert [type(each) for each in read("2A5E", spot, MEASURED)] == [OximeterReading]
    assert [type(each) for each in read("2A5E", spot, MEASURED + timedelta(hours=3))] == [DeviceStatus]


@pytest.mark.parametrize("bit", range(24))
def test_no_numbers_beside_a_status_that_denies_them(bit: int) -> None:
    """Section 3.3: no finger, no sensor, no pulse, a fault: never a number."""
    (item,) = read("2A5F", f"08 6100 4700 {(1 << bit).to_bytes(3, 'little').hex()}")
    assert isinstance(item, OximeterReading)
    assert (item.spo2 is None) == (bit in {0, 1, 2, 3, 7, 8, 11, 12, 13, 14, 15})


@pytest.mark.parametrize("characteristic", ["2A5E", "2A5F"])
@pytest.mark.parametrize("bit", [10, 11])
def test_a_demonstration_never_becomes_a_reading(characteristic: str, bit: int) -> None:
    flags = {"2A5E": "02", "2A5F": "04"}[characteristic]
    (item,) = read(characteristic, f"{flags} 6100 4700 {(1 << bit).to_bytes(2, 'little').hex()}")
    assert isinstance(item, Fault)


@given(st.sampled_from(["2A35", "2A36", "2A5E", "2A5F", "x"]), st.binary(max_size=40))
def test_any_value_gives_one_clear_outcome(topic: str, value: bytes) -> None:
    """And no number that nobody could have."""
    (item,) = BleDecoder().feed_message(topic, value)
    match item:
        case Fault():
            assert item.detail
        case OximeterReading():
            assert item.spo2 is None or 0 < item.spo2 <= 100
        case CuffReading():
            assert item.systolic is None or 5 <= item.systolic <= 400
        case _:
            assert isinstance(item, DeviceStatus | CuffProgress)


@pytest.mark.parametrize("topic", ["2A35", "2a35", "ble/AA:BB/2A35", "00002a35-0000-1000-8000-00805f9b34fb"])
def test_a_characteristic_has_a_short_number(topic: str) -> None:
    assert short_number(topic) == "2A35"


@pytest.mark.parametrize("kpa", [False, True])
def test_an_emulated_cuff_from_start_to_history(kpa: bool) -> None:
    """Pressures on the way up and down, one result; what it kept is told again at the next connection, and is none."""
    cuff, decoder = BleCuff(StillBody(), kpa=kpa), BleDecoder()
    start = from_datetime(MEASURED)
    items = [
        item
        for second in range(60)
        for message in cuff.messages(start + second * 1_000_000)
        for item in decoder.feed_delivery(message.topic, message.payload, Delivery(start + second * 1_000_000))
    ]
    states = [item.state.value for item in items if isinstance(item, CuffProgress)]
    assert list(dict.fromkeys(states)) == ["idle", "inflating", "deflating"]
    (result,) = [item for item in items if isinstance(item, CuffReading)]
    assert (result.systolic, result.diastolic, result.mean, result.pulse_rate) == (128.0, 78.0, 95.0, 72.0)
    again = [
        item
        for message in cuff.connected()
        for item in BleDecoder().feed_delivery(message.topic, message.payload, Delivery(start + 3600 * 1_000_000))
    ]
    assert [type(item) for item in again] == [DeviceStatus]


EXPECTED = {
    "plx-cont-min": (100.0, 90.0),
    "plx-cont-min-int": (100.0, 90.0),
    "plx-cont-status": (95.0, 90.0),
    "bpm-full": (128.0, 82.0, 97.0, 71.0),
    "bpm-kpa": (128.0, 82.0, 97.0, None),
    "bpm-nan": CuffError.CUFF,
    "cuff-145": 145.0,
    "wrong-sfloat": FaultKind.MALFORMED,
    "vendor-fe20": FaultKind.MALFORMED,
}


def outline(item: object) -> object:
    match item:
        case Fault():
            return item.kind
        case OximeterReading():
            return (item.spo2, item.pulse_rate)
        case CuffProgress():
            return item.pressure
        case CuffReading(error=None):
            return (item.systolic, item.diastolic, item.mean, item.pulse_rate)
        case CuffReading():
            return item.error
    return item


def test_collected_values() -> None:
    path = SHARED / "nibp-mqtt-hl7" / "ble-gatt.json"
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    found = {}
    for entry in json.loads(path.read_text("utf-8")):
        (item,) = read(entry["characteristic"].split()[0], entry["hex"])
        found[entry["id"]] = outline(item)
    assert found == EXPECTED
