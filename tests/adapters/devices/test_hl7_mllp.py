"""HL7 messages of bedside monitors (hl7-fhir-ble, section 1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.devices.hl7_mllp.decoder import Hl7Decoder
from adapters.devices.hl7_mllp.mask import mask
from adapters.devices.hl7_mllp.options import Hl7Options
from adapters.driver import Delivery
from adapters.message_lines import message_line
from adapters.reading import CuffReading, Fault, FaultKind, OximeterReading
from adapters.registry import build_options, driver
from config.instant import SECOND, from_datetime, to_datetime
from config.vocabulary import CuffError
from tests.adapters.captures import SHARED
from tests.adapters.hl7_samples import observation

FOLDER = SHARED / "nibp-mqtt-hl7" / "hl7"
RECEIVED = from_datetime(datetime(2026, 7, 1, 12, 0, tzinfo=UTC))

SPOT_CHECK = r"""MSH|^~\&|BEDSIDE_VITALS^0012A3FFFE4B5C6D^EUI-64|CLINIC_A|NURSE_STATION|CLINIC_A|20260314092654+0100||ORU^R01^ORU_R01|BV0000012345|P|2.6|||AL|NE||UNICODE UTF-8|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO
PID|||MRN0001^^^CLINIC_A^MR||Test^Patient^^^^^L||19600101|F
PV1||I|WARD7^ROOM2^BED12
OBR|1|BV1^BEDSIDE_VITALS^0012A3FFFE4B5C6D^EUI-64|BV1^BEDSIDE_VITALS^0012A3FFFE4B5C6D^EUI-64|182777000^monitoring of patient^SCT|||20260314092653+0100
OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||BED12^^0012A3FFFE4B5C6D^EUI-64
OBX|2||69642^MDC_DEV_ANALY_SAT_O2_VMD^MDC|1.1.0.0|||||||X
OBX|3||69643^MDC_DEV_ANALY_SAT_O2_CHAN^MDC|1.1.1.0|||||||X
OBX|4|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.1|97|262688^MDC_DIM_PERCENT^MDC|90-100||||R|||20260314092653+0100
OBX|5|NM|149530^MDC_PULS_OXIM_PULS_RATE^MDC|1.1.1.2|71|264864^MDC_DIM_BEAT_PER_MIN^MDC|50-120||||R|||20260314092653+0100
OBX|6|NM|150448^MDC_PULS_OXIM_PERF_REL^MDC|1.1.1.3|4.2|262688^MDC_DIM_PERCENT^MDC|||||R|||20260314092653+0100
OBX|7||70686^MDC_DEV_PRESS_BLD_NONINV_VMD^MDC|1.2.0.0|||||||X
OBX|8||70687^MDC_DEV_PRESS_BLD_NONINV_CHAN^MDC|1.2.1.0|||||||X|||20260314092612+0100
OBX|9|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.2.1.1|128|266016^MDC_DIM_MMHG^MDC|90-160||||R|||20260314092612+0100
OBX|10|NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC|1.2.1.2|82|266016^MDC_DIM_MMHG^MDC|||||R|||20260314092612+0100
OBX|11|NM|150023^MDC_PRESS_BLD_NONINV_MEAN^MDC|1.2.1.3|97|266016^MDC_DIM_MMHG^MDC|||||R|||20260314092612+0100
OBX|12|NM|149546^MDC_PULS_RATE_NON_INV^MDC|1.2.1.4|72|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R|||20260314092612+0100
""".replace("\n", "\r")  # noqa: E501 - as printed in the document


def read(*messages: str | bytes, options: dict[str, object] | None = None, dated: bool = False) -> list[object]:
    found = driver("hl7-mllp")
    decoder = found.decoder(build_options(found, options or {}))
    delivery = Delivery(RECEIVED if dated else None)
    payloads = [each.encode() if isinstance(each, str) else each for each in messages]
    return [item for each in payloads for item in decoder.feed_delivery("", each, delivery)]


def test_the_document_spot_check() -> None:
    """Everything of it: two kinds of reading, each with its own time, and the patient's reference."""
    zone = datetime.fromisoformat("2026-03-14T09:26:53+01:00").tzinfo
    oximeter, cuff = read(SPOT_CHECK)
    assert oximeter == OximeterReading(
        0, 97.0, 71.0, 4.2, device_time=datetime(2026, 3, 14, 9, 26, 53, tzinfo=zone), patient="MRN0001"
    )
    assert cuff == CuffReading(
        0,
        128.0,
        82.0,
        97.0,
        pulse_rate=72.0,
        device_time=datetime(2026, 3, 14, 9, 26, 54, tzinfo=zone),
        patient="MRN0001",
        measured_at=datetime(2026, 3, 14, 9, 26, 12, tzinfo=zone),
    )


def test_the_age_of_a_cuff_measurement_is_counted_back_from_its_receipt() -> None:
    """42 s before its message, whatever the monitor's clock says the day is."""
    *_, cuff = read(SPOT_CHECK, dated=True)
    assert isinstance(cuff, CuffReading)
    assert cuff.measured_at == to_datetime(RECEIVED - 42 * SECOND)


def test_an_age_needs_no_zone() -> None:
    *_, cuff = read(SPOT_CHECK.replace("+0100", ""), dated=True)
    assert isinstance(cuff, CuffReading)
    assert cuff.measured_at == to_datetime(RECEIVED) - timedelta(seconds=42)
    assert cuff.device_time is None


def test_the_channel_dates_a_row_without_a_time_and_the_order_one_without_either() -> None:
    """OBX-14 > channel's OBX-14 > OBR-7."""
    bare = "\r".join(
        line.replace("|R|||20260314092612+0100", "|R") if "|1.2.1." in line else line for line in SPOT_CHECK.split("\r")
    )
    assert [each.measured_at for each in read(bare) if isinstance(each, CuffReading)] == [
        datetime.fromisoformat("2026-03-14T09:26:12+01:00")
    ]
    (cuff,) = [each for each in read(bare.replace("X|||20260314092612+0100", "X")) if isinstance(each, CuffReading)]
    assert cuff.measured_at == datetime.fromisoformat("2026-03-14T09:26:53+01:00")


def test_a_cuff_measurement_that_is_shown_again_is_told_once() -> None:
    again = SPOT_CHECK.replace("2026031409265", "2026031409275").replace("BV0000012345", "BV0000012346")
    kinds = [type(item) for item in read(SPOT_CHECK, again)]
    assert kinds == [OximeterReading, CuffReading, OximeterReading]


def test_a_page_of_measurements_that_is_shown_again_is_told_once() -> None:
    """A monitor's table of a whole session: more than a few, and each of them once."""
    head, rows = SPOT_CHECK.split("OBX|1|")[0], [row for row in SPOT_CHECK.split("\r") if "_NONINV_" in row]
    times = [f"20260314{8 + number // 30:02}{number % 30 * 2:02}00" for number in range(40)]
    page = head + "".join(row.replace("20260314092612", time) + "\r" for time in times for row in rows)
    told = [sum(isinstance(item, CuffReading) for item in read(*[page] * shown)) for shown in (1, 2)]
    assert told == [40, 40]


def test_a_corrected_measurement_is_told() -> None:
    """The same time with other numbers is not the same measurement."""
    told = [each for each in read(SPOT_CHECK, SPOT_CHECK.replace("|128|", "|126|")) if isinstance(each, CuffReading)]
    assert [each.systolic for each in told] == [128.0, 126.0]


@pytest.mark.parametrize(
    ("remark", "outcome"),
    [
        ("DEMO", [FaultKind.MALFORMED]),
        ("L~TEST", [FaultKind.MALFORMED]),
        ("INV", [None]),
        ("QUES", [None]),
        ("N", [97]),
    ],
)
def test_a_number_that_its_monitor_disowns_is_none(remark: str, outcome: list[object]) -> None:
    """OBX-8: a demonstration is nobody's, what is invalid or questionable is no value; a limit's sign says nothing."""
    rows = [row for row in SPOT_CHECK.split("\r") if not row.startswith("OBX") or "SAT_O2^" in row]
    items = read("\r".join(rows).replace("|90-100|||", f"|90-100|{remark}||"))
    assert [item.kind if isinstance(item, Fault) else item.spo2 for item in items] == outcome  # type: ignore[attr-defined]


def test_a_second_patient_reference_is_passed_over_for_the_record_number() -> None:
    both = SPOT_CHECK.replace("MRN0001^^^CLINIC_A^MR", "999^^^SSA^SS~MRN0001^^^CLINIC_A^MR")
    assert [each.patient for each in read(both) if isinstance(each, OximeterReading)] == ["MRN0001"]


def test_no_fault_tells_what_the_patients_segments_hold() -> None:
    """Nor any value: a misplaced field may hold a name."""
    spoilt = SPOT_CHECK.replace("|97|", "|Test Patient|").replace("|128|", "|MRN0001|")
    faults = [each for each in read(spoilt) if isinstance(each, Fault)]
    assert len(faults) == 4
    assert not any(word in each.detail for each in faults for word in ("Test", "MRN", "1960"))


EXPECTED = {
    "oru_r01_spotcheck.hl7": [(97.0, 71.0, 4.2), (128.0, 82.0, 97.0, 72.0)],
    "oru_r01_vendor_flat_2_6.hl7": [FaultKind.MALFORMED, (96.0, None, None), (124.0, 79.0, 94.0, None)],
    "oru_r40_spo2_low_start.hl7": [],
    "oru_r40_spo2_low_end.hl7": [],
    "oru_r40_cuff_leak.hl7": [CuffError.LEAK],
    "ack_ca.hl7": [FaultKind.UNKNOWN_UNIT],
    "ack_cr.hl7": [FaultKind.UNKNOWN_UNIT],
    "ora_r41_status.hl7": [FaultKind.UNKNOWN_UNIT],
}
"""Of every collected file. The flat one labels the invasive pulse rate as pulse rate: neither is used."""


@pytest.mark.parametrize("name", EXPECTED)
def test_collected_messages(name: str) -> None:
    path = FOLDER / name
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    assert list(map(outline, read(path.read_bytes()))) == EXPECTED[name]
    vitals = json.loads((FOLDER / "expected.json").read_text("utf-8"))[name].get("vitals", {})
    if "pulse" in vitals:
        (oximeter,) = [
            each
            for each in read(path.read_bytes(), options={"codes": {"149522": "pulse_rate"}})
            if isinstance(each, OximeterReading)
        ]
        assert (oximeter.spo2, oximeter.pulse_rate) == (vitals["spo2"], vitals["pulse"])


def test_every_collected_message_is_expected() -> None:
    if not FOLDER.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    assert {path.name for path in FOLDER.glob("*.hl7")} == EXPECTED.keys()


def outline(item: object) -> object:
    match item:
        case Fault():
            return item.kind
        case OximeterReading():
            return (item.spo2, item.pulse_rate, item.perfusion_index)
        case CuffReading(error=None):
            return (item.systolic, item.diastolic, item.mean, item.pulse_rate)
        case CuffReading():
            return item.error
    return item


@settings(deadline=None)
@given(st.data())
def test_a_spoilt_message_never_raises(data: st.DataObject) -> None:
    payload = bytearray(SPOT_CHECK.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(payload)))
        payload[at : at + data.draw(st.integers(0, 20))] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"|", b"^"])
        )
    Hl7Decoder(Hl7Options()).feed_delivery("", bytes(payload), Delivery(RECEIVED))


@pytest.mark.parametrize("capture", [SPOT_CHECK.encode(), message_line("BED12", SPOT_CHECK.encode())])
def test_masking_leaves_values_and_bed_and_no_identity(capture: bytes) -> None:
    masked = mask(capture)
    assert len(masked) == len(capture)
    assert not any(word in masked for word in (b"MRN", b"Test", b"Patient", b"1960", b"0012A3"))
    assert b"WARD7^ROOM2^BED12" in masked
    plain = lambda items: [outline(item) for item in items]  # noqa: E731 - a word for the two sides
    if capture.startswith(b"MSH"):
        assert plain(read(masked)) == plain(read(capture))


@pytest.mark.parametrize(
    "segment",
    [
        "ORC|RE|1||||||||7^DOE^JANE|8^DOE^JANE",
        "MRG|DOE77^^^CLINIC_A^MR",
        "ZPI|DOE^JANE",
        "OBX|13|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.1|97|||||||||||7^DOE^JANE",
    ],
)
def test_masking_knows_no_segment_that_may_not_name_somebody(segment: str) -> None:
    """A vendor's own, an order's or a merged patient's: only what is known to name nobody stays."""
    for capture in (f"{SPOT_CHECK}{segment}\r".encode(), message_line("BED12", f"{SPOT_CHECK}{segment}\r".encode())):
        masked = mask(capture)
        assert len(masked) == len(capture)
        assert b"DOE" not in masked
        assert b"JANE" not in masked


def minute_of(shown: datetime, zone: str = "+0000", form: str = "%Y%m%d%H%M%S") -> bytes:
    """One SpO2, sent and measured at `shown` by the monitor's clock."""
    at = shown.strftime(form) + zone
    return observation().replace(b"20260314092654+0100", at.encode()).replace(b"20260314092653+0100", at.encode())


def fresh(lags_s: Sequence[float], every_s: float, zone: str = "+0000", form: str = "%Y%m%d%H%M%S") -> list[bool]:
    """Whether each message gives an SpO2; they come `every_s` apart and lag so far behind their receipt."""
    decoder, told = Hl7Decoder(), []
    for number, lag in enumerate(lags_s):
        received = RECEIVED + round(number * every_s * SECOND)
        payload = minute_of(to_datetime(received) - timedelta(seconds=lag), zone, form)
        (item,) = decoder.feed_delivery("", payload, Delivery(received))
        assert isinstance(item, OximeterReading) or (isinstance(item, Fault) and item.kind is FaultKind.STALE)
        told.append(isinstance(item, OximeterReading))
    return told


@pytest.mark.parametrize("zone", ["+0000", ""])
def test_a_drained_backlog_gives_no_value(zone: str) -> None:
    """Three hours of one message every 10 s, sent off ten to the second: its lag shrinks until it is live again."""
    backlog = [10_800 - 9.9 * number for number in range(1085)]
    told = fresh([*backlog, *[0.0] * 600], 0.1, zone)
    assert not any(told[:1084])
    assert all(told[-250:])


def test_a_slow_clock_is_known_by_its_steady_lag() -> None:
    """With or without seconds, and whatever zone it leaves out; only one that is right about its zone needs no time."""
    told = fresh([900.0 + number % 2 for number in range(60)], 1)
    assert not any(told[:30])
    assert all(told[30:])
    assert all(fresh([900.0] * 60, 10, form="%Y%m%d%H%M")[6:])
    assert all(fresh([-7200.0] * 60, 1, zone="")[30:])
    assert all(fresh([5.0] * 3, 1))
    assert all(fresh([86_401.0] * 3, 1))


def test_without_a_time_of_the_message_that_of_the_value_is_held_against_the_receipt() -> None:
    for age, kind in ((50, OximeterReading), (70, Fault)):
        shown = to_datetime(RECEIVED) - timedelta(seconds=age)
        payload = minute_of(shown).replace(shown.strftime("%Y%m%d%H%M%S+0000").encode(), b"", 1)
        items = [Hl7Decoder().feed_delivery("", payload, Delivery(RECEIVED)) for _ in range(4)]
        assert [type(item) for (item,) in items] == [kind] * 4


def alert(instance: str, phase: str) -> str:
    return (
        SPOT_CHECK.split("OBR|")[0].replace("ORU^R01^ORU_R01", "ORU^R40^ORU_R40")
        + f"OBR|1|{instance}|{instance}|196616^MDC_EVT_ALARM^MDC\r"
        + "OBX|1|ST|196836^MDC_EVT_CUFF_LEAK^MDC|1.2.1.1.1|leak\r"
        + f"OBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.2.1.1.3|{phase}\r"
    )


def test_a_failure_is_told_once_until_its_alert_ends() -> None:
    """OBR-3 stays the same from start to end: what is told again of it is no second failure."""
    one = [alert("A1", phase) for phase in ("start", "present", "continue", "start")]
    assert len(read(*one)) == 1
    assert len(read(*one, alert("A2", "start"), alert("A2", "present"))) == 2
    assert len(read(*one, alert("A1", "end"), alert("A1", "start"))) == 2
    assert len(read(alert("", "start"), alert("", "start"))) == 2
