"""A page keeps its name; different pages have different names."""

from __future__ import annotations

import re
from itertools import combinations

from alerts.alert import AlertKind
from alerts.page_id import page_id
from config.vocabulary import Priority
from tests.alerts.builders import ONSET, alert


def test_the_id_has_the_standard_form_and_does_not_change_between_versions() -> None:
    """A stored page must keep its id over an upgrade, else a receiver hears it twice."""
    assert page_id(alert(), "pager") == page_id(alert(), "pager")
    assert re.fullmatch(r"msg_[0-9a-f]{32}", page_id(alert(), "pager"))


def test_words_and_times_that_do_not_name_the_message_leave_the_id_alone() -> None:
    assert page_id(alert(), "pager") == page_id(alert(text="other", value=80, at=ONSET + 99), "pager")


def test_everything_that_names_the_message_changes_the_id() -> None:
    ids = [
        page_id(alert(), "pager"),
        page_id(alert(), "other"),
        page_id(alert(alarm_id="bay-1-0008"), "pager"),
        page_id(alert(AlertKind.CLOSED), "pager"),
        page_id(alert(step=2), "pager"),
        page_id(alert(priority=Priority.HIGH), "pager"),
        page_id(alert(occurrence=2), "pager"),
        page_id(alert(raised_at=ONSET + 1), "pager"),
        page_id(alert(raised_at=None), "pager"),
        page_id(alert(raised_at=None, at=ONSET + 2), "pager"),
    ]
    assert all(one != other for one, other in combinations(ids, 2))
