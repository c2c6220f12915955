"""The default channel: a line per page."""

from __future__ import annotations

from structlog.testing import capture_logs

from alerts.channel import Delivered, NoOptions
from alerts.channels.log import KIND
from config.vocabulary import Priority
from tests.alerts.builders import alert, page


async def test_one_line_per_page_without_patient_data() -> None:
    with capture_logs() as lines:
        channel = KIND.open("log", NoOptions())
        assert await channel.send(page(alert(text="** Bay 1 A.B. SpO2 88 %")), 0) == Delivered("logged")
        await channel.aclose()
    (line,) = lines
    assert line["type"] == "alarm.raised"
    assert line["alarm_id"] == "bay-1-0007"
    assert "P-17" not in str(line)
    assert "A.B." not in str(line)


def test_it_hears_everything() -> None:
    assert (KIND.min_priority, KIND.keeps_record) == (Priority.LOW, True)
