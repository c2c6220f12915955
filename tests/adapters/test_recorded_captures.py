"""Bytes that others recorded, beside the checkout, with the values that they give."""

from __future__ import annotations

import json

import pytest

from adapters.jsonline import to_json
from tests.adapters.captures import SHARED, decode


def test_real_packet_of_a_nonin_ipod() -> None:
    """Recorded bytes of an iPod, with the values that its README in the captures gives."""
    path = SHARED / "oximeters" / "nonin-ipod-df2-one-packet.bin"
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    lines = [to_json(item, pleth=True) for item in decode("nonin-df2", path.read_bytes())]
    assert lines == [
        {"offset": 0, "spo2": 97, "pulse_rate": 61, "flags": []},
        {"offset": 0, "rate_hz": 75, "pleth": [0] * 25},
    ]


PAR_EXPECTED: dict[str, list[dict[str, object]]] = {
    "par-cuff-35": [{"offset": 0, "state": "deflating", "cuff_pressure": 35}],
    "par-cuff-145": [{"offset": 0, "state": "inflating", "cuff_pressure": 145}],
    "par-cuff-182": [{"offset": 0, "state": "inflating", "cuff_pressure": 182}],
    "par-end": [{"offset": 0, "state": "idle", "cuff_pressure": None}],
    "par-status-101-65": [{"offset": 0, "state": "idle", "cuff_pressure": None}],
    "par-status-leak": [{"offset": 0, "state": "idle", "cuff_pressure": None}],
    "par-spo2-nofinger": [],
    "par-bad-checksum": [
        {"offset": 0, "fault": "checksum", "discarded": 42, "detail": "check characters D2, computed 40"}
    ],
}


def test_collected_frames_of_par_boards() -> None:
    """Frames of real boards and documents, each alone: a status without its measurement is history."""
    path = SHARED / "nibp-mqtt-hl7" / "nibp-serial.json"
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    frames = {
        entry["id"]: bytes.fromhex(entry["hex"])
        for entry in json.loads(path.read_text("utf-8"))
        if entry["id"].startswith("par-") and entry["direction"] == "device>host"
    }
    decoded = {name: [to_json(item) for item in decode("par-nibp", frame)] for name, frame in frames.items()}
    assert decoded == PAR_EXPECTED
    measured = decode("par-nibp", frames["par-cuff-35"] + frames["par-end"] + frames["par-status-101-65"])
    assert to_json(measured[-1]) == {
        "offset": 16,
        "systolic": 101,
        "diastolic": 65,
        "mean": 76,
        "pulse_rate_cuff": 60,
        "error": None,
    }
    failed = decode("par-nibp", frames["par-cuff-35"] + frames["par-end"] + frames["par-status-leak"])
    line = to_json(failed[-1])
    assert line is not None
    assert (line["systolic"], line["error"]) == (None, "leak")
