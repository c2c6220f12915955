"""What is kept from people, and why."""

from __future__ import annotations

import pytest

from alerts.alert import AlertKind
from alerts.suppress import Suppression, verdict
from tests.alerts.builders import alert

CALLS = (AlertKind.RAISED, AlertKind.ESCALATED)


@pytest.mark.parametrize("kind", list(AlertKind))
def test_what_sounds_is_never_suppressed(kind: AlertKind) -> None:
    assert verdict(alert(kind)) is None


@pytest.mark.parametrize("kind", list(AlertKind))
def test_only_calls_are_inhibited(kind: AlertKind) -> None:
    """A higher alarm of the group keeps calls back (rulings 2.4), not the news that one ended."""
    assert verdict(alert(kind, audible=False)) == (Suppression.INHIBITED if kind in CALLS else None)
