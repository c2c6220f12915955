"""HL7 messages for tests, built from the tables of the document (hl7-fhir-ble, section 1.2)."""

from __future__ import annotations


def observation(
    control_id: str = "BV1",
    *,
    spo2: str = "97",
    bed: str = "WARD7^ROOM2^BED12",
    sender: str = "BEDSIDE_VITALS^0012A3FFFE4B5C6D^EUI-64",
    kind: str = "ORU^R01^ORU_R01",
    mode: str = "AL|NE",
    processing: str = "P",
    order: bool = True,
) -> bytes:
    """One spot of SpO2, as IHE PCD-01 writes it."""
    lines = [
        rf"MSH|^~\&|{sender}|CLINIC_A|NURSE_STATION|CLINIC_B|20260314092654+0100||{kind}|{control_id}|{processing}|2.6"
        f"|||{mode}||UNICODE UTF-8",
        "PID|||MRN0001^^^CLINIC_A^MR||Test^Patient^^^^^L||19600101|F",
        f"PV1||I|{bed}",
        *(["OBR|1|BV1|BV1|182777000^monitoring of patient^SCT|||20260314092653+0100"] if order else []),
        f"OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.1|{spo2}|262688^MDC_DIM_PERCENT^MDC|||||R",
    ]
    return "\r".join([*lines, ""]).encode()
