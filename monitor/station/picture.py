"""A live bed as the page sees it: state to the structs of `wire`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from config.instant import SECOND, Duration, Instant, to_rfc3339
from config.vocabulary import UNITS, Metric, Phase, Verdict
from monitor.board import AlarmPicture, Board
from monitor.core.bed_state import Bed
from monitor.core.cuff import cuff_schedule
from monitor.core.cuff.cuff_state import PressureValue
from monitor.core.inactivation.states import Inactivation
from monitor.core.oximeter.channel import Channel
from monitor.core.recovery.baseline import METRICS
from monitor.core.recovery.metric_return import MetricReturn
from monitor.core.rules.ruleset import Ruleset
from monitor.core.session import start_checks
from monitor.core.session.session import Session
from monitor.core.ward import Ward
from monitor.station import derived, limit_picture, session_picture, wire
from monitor.station.rule_settings import rule_settings
from monitor.station.standing import standings
from monitor.wording import rule_and_side

Origin = Literal["live", "simulated", "replayed"]
_LEAST_REAL: tuple[Origin, ...] = ("replayed", "simulated", "live")
STALE = "no fresh reading"
CUFF_VALUES = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN, Metric.PULSE_RATE_CUFF)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What the page shows of a device beside the core's knowledge."""

    driver: str
    origin: Origin


class LiveWard:
    """The ward's present picture (`ports.WardView`).

    Args:
        labels: bed id to label, in the order of the site file.
        devices: device id to what the site file says of it.
        faults: rejected units of a device since start.
        site: what the page's frame shows.
        now: the clock.
        trouble: why a device's connection is of no use, in words, where it is.
    """

    def __init__(
        self,
        ward: Ward,
        board: Board,
        labels: Mapping[str, str],
        devices: Mapping[str, DeviceFacts],
        faults: Callable[[str], int],
        site: wire.Site,
        now: Callable[[], Instant],
        trouble: Callable[[str], str | None] = lambda device: None,
    ) -> None:
        self._ward = ward
        self._board = board
        self._labels = labels
        self._devices = devices
        self._faults = faults
        self._trouble = trouble
        self._site = site
        self._now = now
        self._limits: dict[str, tuple[Ruleset, object, dict[str, wire.Limits]]] = {}

    def beds(self) -> list[wire.Bed]:
        """Every bed, in the order of the site file."""
        return [self._bed(self._ward.beds[bed_id], self._now()) for bed_id in self._labels]

    def bed(self, bed_id: str) -> wire.Bed | None:
        """One bed; None when the site file names no such bed."""
        bed = self._ward.beds.get(bed_id)
        return None if bed is None else self._bed(bed, self._now())

    def alarms(self) -> list[wire.Alarm]:
        """Every alarm that has been told and is open."""
        return [self.alarm(shown) for shown in self._board.alarms()]

    def site(self) -> wire.Site:
        """What the page's frame shows."""
        return self._site

    def inactivations(self) -> list[wire.Inactivation]:
        """What is paused or off for the whole station."""
        now = self._ward.audio.now
        return [] if now is None else [_inactivation(now)]

    def rules(self, bed_id: str) -> list[wire.RuleSetting]:
        """What can be set about the rules of a bed that is there."""
        return rule_settings(self._ward.beds[bed_id])

    def alarm(self, shown: AlarmPicture) -> wire.Alarm:
        """One alarm for the wire."""
        return wire.Alarm(
            alarm_id=shown.alarm_id,
            bed=shown.bed,
            bed_label=None if shown.bed is None else self._labels.get(shown.bed, shown.bed),
            alarm=shown.alarm,
            text=shown.text,
            priority=cast("Literal['high', 'medium', 'low']", shown.priority.word),
            state=cast("Literal['ACTIVE', 'ACKED', 'LATCHED', 'CLOSED']", shown.state.value),
            stale=shown.stale,
            superseded=shown.superseded,
            durable=shown.durable,
            value=shown.value,
            limit=shown.limit,
            unit=shown.unit,
            since=to_rfc3339(shown.since),
            raised_at=to_rfc3339(shown.raised_at),
            acknowledged_by=shown.acknowledged_by,
            acknowledged_at=_maybe(shown.acknowledged_at),
            ended_at=_maybe(shown.ended_at),
            close_reason=shown.close_reason,
            device=shown.device,
            physiological=shown.alarm in self._ward.service.rules.physiological,
        )

    def _bed(self, bed: Bed, now: Instant) -> wire.Bed:
        state = bed.state
        devices = [self._device(bed, device_id) for device_id in bed.setup.devices]
        origins = {device.origin for device in devices}
        session = state.session
        return wire.Bed(
            id=state.bed,
            label=self._labels.get(state.bed, state.bed),
            phase=state.phase.value,
            phase_since=to_rfc3339(state.phase_since),
            origin=next((origin for origin in _LEAST_REAL if origin in origins), "live"),
            session=None if session is None else _session(session, now),
            values=_values(bed, now) | session_picture.entered(session, now) if session is not None else {},
            limits=self._limits_of(bed),
            cuff=_cuff(bed),
            baseline=[] if session is None else _baseline(bed, session, now),
            recovery=None if session is None or not session.returns else _recovery(bed, session),
            devices=devices,
            inactivations=[_inactivation(one) for one in state.inactivations.values()],
            advisories=[] if session is None else session_picture.advisories(session),
            readiness=[] if session is None else session_picture.readiness(bed, session, now),
            news2=session_picture.news2(bed, now),
            standings=standings(bed),
        )

    def _limits_of(self, bed: Bed) -> dict[str, wire.Limits]:
        """The limits in force, worked out again only when what they depend on has changed."""
        session = bed.state.session
        depends = (bed.watched, None if session is None else [session.baseline_value(metric) for metric in METRICS])
        known = self._limits.get(bed.state.bed)
        if known is None or known[0] is not bed.rules or known[1] != depends:
            known = self._limits[bed.state.bed] = (bed.rules, depends, limit_picture.limits(bed))
        return known[2]

    def _device(self, bed: Bed, device_id: str) -> wire.Device:
        facts, known = self._devices[device_id], bed.state.devices.get(device_id)
        link = None if known is None or known.link is None else known.link.value
        return wire.Device(
            id=device_id,
            driver=facts.driver,
            link=cast("Literal['up', 'down'] | None", link),
            since=None if known is None else _maybe(known.down_from),
            reason=(None if known is None else known.reason) or self._trouble(device_id),
            last_at=None if known is None or not known.spoke_since_up else to_rfc3339(known.heard_at),
            battery=None if known is None else known.battery,
            faults=self._faults(device_id),
            origin=facts.origin,
        )


def _maybe(at: Instant | None) -> str | None:
    return None if at is None else to_rfc3339(at)


def _session(session: Session, now: Instant) -> wire.Session:
    return wire.Session(
        id=session.id,
        patient=session.patient,
        opened_at=to_rfc3339(session.opened_at),
        opened_by=session.opened_by,
        weight_kg=session.weight_kg,
        cuff_limb=session.cuff_limb,
        probe_limb=session.probe_limb,
        iv_limb=session.iv_limb,
        planned_min=session.planned / (60 * SECOND),
        started_at=_maybe(session.started_at),
        ended_at=_maybe(session.ended_at),
        infused_s=round(session.infused_at(now) / SECOND, 1),
        paused_since=_maybe(session.paused_from),
        deadline_at=_maybe(session.deadline_at()),
        deadline_min=session.deadline / (60 * SECOND),
        on_oxygen=session.on_oxygen,
        infused_before_s=round(session.infused_before / SECOND, 1),
    )


def _values(bed: Bed, now: Instant) -> dict[str, wire.Value]:
    state = bed.state
    found = {}
    for metric in (Metric.SPO2, Metric.PULSE_RATE):
        found[metric.value] = _wave_value(metric, state.channel(metric), now, bed.rules.timing.stand)
    if state.perfusion_index is not None and state.perfusion_at is not None:
        at, index = state.perfusion_at, state.perfusion_index
        if now <= at + bed.rules.timing.stand:
            shown = wire.Value("perfusion_index", index, "%", "VALID", None, to_rfc3339(at), _age(at, now))
        else:
            shown = wire.Value("perfusion_index", None, "%", None, STALE, to_rfc3339(at), _age(at, now), index)
        found["perfusion_index"] = shown
    for metric in CUFF_VALUES:
        held = state.cuff.values.get(metric)
        if held is not None:
            found[metric.value] = _cuff_value(metric, held, state.cuff.last_valid.get(metric), now)
    return found | derived.values(bed, now)


def _cuff_value(metric: Metric, held: PressureValue, valid: PressureValue | None, now: Instant) -> wire.Value:
    """The last reading; where it gave no number, why not, beside the last valid number with its own time."""
    usable = held.judgement.verdict is not Verdict.INVALID
    at = held.at if usable or valid is None else valid.at
    return wire.Value(
        metric=metric.value,
        value=held.value if usable else None,
        unit=UNITS[metric],
        verdict=held.judgement.verdict.value,
        reason=held.judgement.reason,
        at=to_rfc3339(at),
        age_s=_age(at, now),
        shown=None if valid is None else valid.value,
    )


def _wave_value(metric: Metric, channel: Channel, now: Instant, stand: Duration) -> wire.Value:
    judgement, at, track = channel.judgement, channel.raw_at, channel.track
    usable = judgement is not None and judgement.verdict is not Verdict.INVALID
    verdict: Literal["VALID", "SUSPECT", "INVALID"] | None = None if judgement is None else judgement.verdict.value
    reason = "no data yet" if judgement is None else judgement.reason
    if usable and at is not None and now > max(track.until, at + stand):
        # The device has fallen silent: what it said last no longer stands for now (rulings 1.1).
        usable, verdict, reason = False, None, STALE
    if not usable and track.at is not None:
        at = track.at  # the age belongs to the number that is still shown, not to the doubtful one after it
    return wire.Value(
        metric=metric.value,
        value=channel.raw if usable else None,
        unit=UNITS[metric],
        verdict=verdict,
        reason=reason,
        at=_maybe(at),
        age_s=None if at is None else _age(at, now),
        shown=track.value,
    )


def _age(at: Instant, now: Instant) -> float:
    return round(max(0, now - at) / SECOND, 1)


def _inactivation(one: Inactivation) -> wire.Inactivation:
    return wire.Inactivation(
        state=cast("Literal['AUDIO_PAUSED', 'ALARM_PAUSED', 'AUDIO_OFF', 'ALARM_OFF']", one.state.value),
        alarm=one.alarm,
        alarm_text=None if one.alarm is None else rule_and_side(one.alarm),
        by=one.by,
        since=to_rfc3339(one.since),
        until=_maybe(one.until),
        reason=one.reason,
        reminded_at=_maybe(one.reminded_at),
    )


def _cuff(bed: Bed) -> wire.Cuff:
    cuff, every = bed.state.cuff, cuff_schedule.interval(bed)
    return wire.Cuff(
        state=None if cuff.state is None else cuff.state.value,
        pressure=cuff.pressure,
        last_at=_maybe(cuff.measured_at),
        next_due_at=_maybe(cuff_schedule.next_at(bed)),
        interval_s=None if every is None else every / SECOND,
        error=None if cuff.error is None else cuff.error.value,
    )


def _baseline(bed: Bed, session: Session, now: Instant) -> list[wire.Baseline]:
    known = session.baseline
    if bed.state.phase is Phase.PRE:
        known = start_checks.baselines_at(bed, session, now)
    found = []
    for metric in METRICS:
        baseline = known.get(metric)
        if baseline is not None:
            watched = session.returns.get(metric)
            bound = None if watched is None else watched.bound
            found.append(wire.Baseline(metric.value, baseline.value, baseline.grade.value, bound))
    return found


def _recovery(bed: Bed, session: Session) -> wire.Return:
    return wire.Return(
        metrics=[
            wire.ReturnMetric(metric.metric.value, metric.state.value, _interval(session, metric))
            for metric in session.returns.values()
        ],
        verdict=None if session.verdict is None else session.verdict.value,
        deadline_at=_maybe(session.deadline_at()) if bed.state.phase is Phase.RECOVERY else None,
        decided_at=_maybe(session.verdict_at),
    )


def _interval(session: Session, metric: MetricReturn) -> list[float | None] | None:
    if metric.interval is None or session.ended_at is None:
        return None
    minute = 60 * SECOND
    return [None if at is None else round((at - session.ended_at) / minute, 1) for at in metric.interval]
