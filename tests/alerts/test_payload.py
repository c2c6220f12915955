"""The message as interfaces section 7 prints it."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.alert import AlertKind
from alerts.payload import payload
from config.instant import from_datetime
from config.vocabulary import Priority
from tests.alerts.builders import alert


def test_a_raise_reads_as_the_document_prints_it() -> None:
    assert json.dumps(payload(alert())) == json.dumps(
        {
            "type": "alarm.raised",
            "timestamp": "1970-01-01T00:16:55.000Z",
            "data": {
                "alarm_id": "bay-1-0007",
                "bed": "bay-1",
                "bed_label": "Bay 1",
                "alarm": "SPO2_LOW",
                "priority": "medium",
                "text": "** Bay 1 SpO2 88 % (limit 90) for 15 s",
                "value": 88,
                "limit": 90,
                "unit": "%",
                "raised_at": "1970-01-01T00:16:40.000Z",
                "step": 1,
                "session": "s-1",
            },
        }
    )


def test_the_page_for_integrators_prints_what_is_sent_and_names_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "for-integrators.md").read_text("utf-8")
    (body,) = (block for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if '"alarm.raised"' in block)
    raised = from_datetime(datetime(2026, 1, 1, 12, 0, 15, tzinfo=UTC))
    sent = payload(alert(at=raised, raised_at=raised))
    assert json.dumps(json.loads(body)) == json.dumps(sent)
    rows = "".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE))
    named = [*sent, *payload(alert(), with_patient=True)["data"]]
    assert [field for field in named if field != "data" and f"`{field}`" not in rows] == []


@pytest.mark.parametrize("kind", list(AlertKind))
def test_every_kind_has_the_same_form(kind: AlertKind) -> None:
    message = payload(alert(kind))
    assert message["type"] == kind.value
    assert message["data"].keys() == payload(alert())["data"].keys()


def test_the_patient_leaves_only_where_the_channel_is_configured_for_it() -> None:
    assert "P-17" not in json.dumps(payload(alert()))
    assert payload(alert(), with_patient=True)["data"]["patient"] == "P-17"


def test_an_alarm_of_the_service_has_no_bed() -> None:
    data = payload(alert(bed=None, bed_label=None, alarm="STORAGE", value=None, limit=None, raised_at=None))["data"]
    assert (data["bed"], data["bed_label"], data["value"], data["limit"], data["raised_at"]) == (None,) * 5


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_null(value: float) -> None:
    """JSON has no NaN; a receiver must not fail to read an alarm."""
    assert payload(alert(value=value))["data"]["value"] is None


def test_fractions_stay() -> None:
    assert payload(alert(value=88.5, priority=Priority.HIGH))["data"]["value"] == 88.5
