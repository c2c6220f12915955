"""Who is told, and the named reason, for every cell of the decision."""

from __future__ import annotations

import pytest

from alerts.alert import Alert, AlertKind
from alerts.route import ALARM_KINDS, ChannelSpec, Decision, Reason, Standing, recipients
from config.vocabulary import Priority
from tests.alerts.builders import alert, spec

PAGER = spec("pager")
LOG = spec("log", Priority.LOW, keeps_record=True)
BEATS = spec("watch", tell=frozenset({AlertKind.HEARTBEAT}))
TOLD = Standing(told=["pager"])

CASES = [
    (alert(), PAGER, Standing(), True, Reason.PRIORITY),
    (alert(priority=Priority.HIGH), PAGER, Standing(), True, Reason.PRIORITY),
    (alert(priority=Priority.LOW), PAGER, Standing(), False, Reason.BELOW_MINIMUM),
    (alert(priority=Priority.LOW), spec(min_priority=Priority.LOW), Standing(), True, Reason.PRIORITY),
    (alert(AlertKind.ESCALATED), PAGER, Standing(), True, Reason.PRIORITY),
    (alert(audible=False), PAGER, Standing(), False, Reason.INHIBITED),
    (alert(combined=True), PAGER, Standing(), False, Reason.COMBINED),
    (alert(audible=False), LOG, Standing(), True, Reason.RECORD),
    (alert(AlertKind.ESCALATED, audible=False), PAGER, TOLD, False, Reason.INHIBITED),
    (alert(uncovered=True), PAGER, Standing(), True, Reason.PRIORITY),
    (alert(uncovered=True), LOG, Standing(), False, Reason.ON_RECORD),
    (alert(priority=Priority.LOW, unattended=True), PAGER, Standing(), True, Reason.UNATTENDED),
    (alert(priority=Priority.LOW, unattended=True), PAGER, Standing(off=["pager"]), False, Reason.CHANNEL_OFF),
    (alert(priority=Priority.LOW, unattended=True, audible=False), PAGER, Standing(), False, Reason.INHIBITED),
    (alert(unattended=True, catching_up=True), PAGER, TOLD, False, Reason.CALLED_BEFORE),
    (alert(unattended=True, catching_up=True), PAGER, Standing(), True, Reason.PRIORITY),
    (alert(unattended=True, catching_up=True), LOG, Standing(), False, Reason.CALLED_BEFORE),
    (alert(AlertKind.CLOSED), PAGER, TOLD, True, Reason.FOLLOW_UP),
    (alert(AlertKind.CLOSED, audible=False), PAGER, TOLD, True, Reason.FOLLOW_UP),
    (alert(AlertKind.CLOSED, priority=Priority.LOW), PAGER, TOLD, True, Reason.FOLLOW_UP),
    (alert(AlertKind.CLOSED), PAGER, Standing(told=["other"]), False, Reason.NEVER_TOLD),
    (alert(AlertKind.CLOSED), PAGER, Standing(told=None), True, Reason.PERHAPS_TOLD),
    (alert(AlertKind.CLOSED, priority=Priority.LOW), PAGER, Standing(told=None), False, Reason.NEVER_TOLD),
    (alert(AlertKind.ACKNOWLEDGED), PAGER, TOLD, True, Reason.FOLLOW_UP),
    (alert(AlertKind.ACKNOWLEDGED), PAGER, Standing(), False, Reason.NEVER_TOLD),
    (alert(AlertKind.CLOSED), LOG, Standing(), True, Reason.RECORD),
    (alert(AlertKind.TEST, priority=Priority.LOW), PAGER, Standing(), True, Reason.SERVICE),
    (alert(AlertKind.HEARTBEAT), PAGER, Standing(), False, Reason.KIND_NOT_WANTED),
    (alert(AlertKind.HEARTBEAT), BEATS, Standing(), True, Reason.SERVICE),
    (alert(), BEATS, Standing(), False, Reason.KIND_NOT_WANTED),
    (alert(priority=Priority.HIGH), PAGER, Standing(off=["pager"]), False, Reason.CHANNEL_OFF),
    (alert(alarm="PAGER_FAIL", bed=None), PAGER, Standing(failing=["pager"]), False, Reason.CHANNEL_FAILING),
    (alert(alarm="PAGER_FAIL", bed=None), PAGER, Standing(failing=["other"]), True, Reason.PRIORITY),
    (alert(alarm="PAGER_FAIL", bed=None), LOG, Standing(failing=["log"]), True, Reason.RECORD),
    (alert(), PAGER, Standing(failing=["pager"]), True, Reason.PRIORITY),
]


@pytest.mark.parametrize(("about", "channel", "standing", "told", "reason"), CASES)
def test_each_channel_gets_a_decision_with_its_reason(
    about: Alert, channel: ChannelSpec, standing: Standing, told: bool, reason: Reason
) -> None:
    """One row per rule: rulings 2.4, alarm-system 4.3, interfaces 7."""
    assert recipients(about, [channel], standing) == [Decision(channel.id, told, reason)]


def test_every_reason_is_exercised() -> None:
    """The table above leaves no reason out but that of a second channel."""
    assert {case[4] for case in CASES} == set(Reason) - {Reason.STAND_IN}


EMERGENCIES = spec("emergencies", Priority.HIGH)


@pytest.mark.parametrize(
    ("about", "standing", "reason"),
    [
        (alert(), Standing(), Reason.BELOW_MINIMUM),
        (alert(), Standing(failing=["pager"]), Reason.STAND_IN),
        (alert(), Standing(off=["pager"]), Reason.STAND_IN),
        (alert(AlertKind.ESCALATED), Standing(failing=["pager"]), Reason.STAND_IN),
        (alert(alarm="PAGER_FAIL", bed=None), Standing(failing=["pager"]), Reason.STAND_IN),
        (alert(), Standing(failing=["pager", "emergencies"]), Reason.BELOW_MINIMUM),
        (alert(priority=Priority.LOW), Standing(failing=["pager"]), Reason.BELOW_MINIMUM),
        (alert(audible=False), Standing(failing=["pager"]), Reason.INHIBITED),
        (alert(AlertKind.CLOSED), Standing(failing=["pager"]), Reason.NEVER_TOLD),
    ],
)
def test_pager_fail_next_channel_tried(about: Alert, standing: Standing, reason: Reason) -> None:
    """Table 3.2: one for emergencies alone stands in where no other channel is in order."""
    decisions = recipients(about, [LOG, PAGER, EMERGENCIES], standing)
    assert (decisions[-1].channel, decisions[-1].reason) == ("emergencies", reason)
    assert decisions[-1].told is (reason is Reason.STAND_IN)


def test_decisions_keep_the_order_of_the_site_file() -> None:
    assert [choice.channel for choice in recipients(alert(), [LOG, PAGER], Standing())] == ["log", "pager"]


def test_a_channel_hears_all_but_heartbeats_by_default() -> None:
    assert set(AlertKind) - ALARM_KINDS == {AlertKind.HEARTBEAT}


def test_options_are_not_printed() -> None:
    """Options may hold a secret."""
    assert "whsec" not in repr(ChannelSpec("a", "webhook", options="whsec_abc"))
