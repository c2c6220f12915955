"""A bedside device that publishes in our own MQTT scheme (interfaces, section 3): oximeter, cuff or both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum, auto

from config.instant import SECOND, Duration, Instant, seconds, to_rfc3339
from config.vocabulary import CuffError, CuffState, Flag
from simulator.publisher import Message, Publisher
from simulator.squeeze import inflate, let_go
from simulator.vitals import Vitals, VitalSource

PLETH_RATE_HZ = 75
INTERVAL: Duration = SECOND
"""Between two messages of a kind that comes by itself."""
INFLATION: Duration = 8 * SECOND
DEFLATION: Duration = 26 * SECOND
INFLATED_MMHG = 160
DEFLATED_MMHG = 40
MOST_AT_ONCE = 60
"""Messages of one kind in one call; a device that was stopped for longer leaves out the older ones."""


class Kind(Enum):
    """What the device measures."""

    OXIMETER = auto()
    CUFF = auto()
    PLETH = auto()


@dataclass(slots=True)
class _Cuff:
    """The cuff's part: when it works next, since when it works, what it told last."""

    cycle: Duration | None
    next_start: Instant | None
    since: Instant | None = None
    next_report: Instant = 0


class MqttVitals:
    """The device on a body, without the connection: `messages(now)` gives what became due.

    Args:
        source: the body.
        site, bed, device: the parts of the topic.
        kinds: what it measures. Pleth is asked from the body, so only one device of a bed should have it.
        cycle_s: the cuff's own cycle; None: only on command.
        first_s: the first measurement of the cycle, after the first call.
        clock_offset: how far the device's own clock is off when it is switched on; change it at will.
        clock_drift_ppm: how much faster than true time it runs, in millionths.
        battery: charge in %, told in `status`; change it at will.
    """

    def __init__(
        self,
        source: VitalSource,
        site: str,
        bed: str,
        device: str,
        *,
        kinds: frozenset[Kind] = frozenset({Kind.OXIMETER}),
        cycle_s: float | None = None,
        first_s: float = 10.0,
        clock_offset: Duration = 0,
        clock_drift_ppm: float = 0.0,
        battery: int | None = None,
    ) -> None:
        if cycle_s is not None and seconds(cycle_s) <= INFLATION + DEFLATION:
            raise ValueError(f"cycle_s must be longer than a measurement of 34 s, not {cycle_s}")
        self.battery = self._told_battery = battery
        self._source = source
        self._prefix = f"vitals/v1/{site}/{bed}/{device}/"
        self.kinds = kinds
        self.clock_offset = clock_offset
        self._clock_drift_ppm = clock_drift_ppm
        self._switched_on: Instant | None = None
        self._cuff = _Cuff(None if cycle_s is None else seconds(cycle_s), None)
        self._first: Duration = seconds(first_s)
        self._next: Instant | None = None
        self._seq = {"spo2": 0, "nibp": 0, "pleth": 0}

    @property
    def command_topic(self) -> str:
        """Where the device listens."""
        return self._prefix + "command"

    def online(self, now: Instant) -> Message:
        """What the device says of itself when it has connected."""
        return self._status("online", now)

    def will(self, now: Instant) -> Message:
        """Last will: the broker says it when the device vanishes. Also the good-bye of an orderly stop."""
        return self._status("offline", now)

    def receive(self, topic: str, payload: bytes, now: Instant) -> list[Message]:
        """A message for the device; the answer where there is one. What is no command is ignored."""
        if topic != self.command_topic or Kind.CUFF not in self.kinds:
            return []
        try:
            order = json.loads(payload)
        except (ValueError, RecursionError):
            return []
        match order:
            case {"command": "start"} if self._cuff.since is None:
                return self._start(now)
            case {"command": "stop"} if self._cuff.since is not None:
                return [self._cuff_message(CuffState.IDLE, 0, now), self._failed(CuffError.ABORTED, now)]
            case _:
                return []

    def messages(self, now: Instant) -> list[Message]:
        """Everything that became due up to `now`, each with its own time. The first call starts the device."""
        if self._next is None:
            self._next = now + INTERVAL
            if self._cuff.cycle is not None:
                self._cuff.next_start = now + self._first
        self._next = max(self._next, now - MOST_AT_ONCE * INTERVAL)
        out: list[Message] = []
        if self.battery != self._told_battery:
            out.append(self._status("online", now))
        while self._next <= now:
            out += self._numerics(self._next)
            self._next += INTERVAL
        if Kind.CUFF in self.kinds:
            out += self._work_cuff(now)
        return out

    def _numerics(self, at: Instant) -> list[Message]:
        out: list[Message] = []
        if Kind.OXIMETER in self.kinds:
            vitals = self._source.oximeter()
            values = {
                "spo2": _whole(vitals.spo2),
                "pulse_rate": _whole(vitals.pulse_rate),
                "perfusion_index": None if vitals.perfusion_index is None else round(vitals.perfusion_index, 1),
            }
            out.append(self._numbered("spo2", at, {"values": values, "flags": flags_of(vitals)}))
        if Kind.PLETH in self.kinds:
            samples = self._source.pleth(PLETH_RATE_HZ, PLETH_RATE_HZ)
            body = {"rate_hz": PLETH_RATE_HZ, "samples": samples}
            out.append(self._numbered("pleth", at - INTERVAL, body, qos=0))
        return out

    def _work_cuff(self, now: Instant) -> list[Message]:
        cuff = self._cuff
        if cuff.since is None:
            return self._start(now) if cuff.next_start is not None and cuff.next_start <= now else []
        lasted = now - cuff.since
        if lasted >= INFLATION + DEFLATION:
            return [self._cuff_message(CuffState.IDLE, 0, now), self._result(now)]
        if now < cuff.next_report:
            return []
        cuff.next_report = now + INTERVAL
        if lasted < INFLATION:
            return [self._cuff_message(CuffState.INFLATING, round(INFLATED_MMHG * lasted / INFLATION), now)]
        fallen = (INFLATED_MMHG - DEFLATED_MMHG) * (lasted - INFLATION) / DEFLATION
        return [self._cuff_message(CuffState.DEFLATING, round(INFLATED_MMHG - fallen), now)]

    def _start(self, now: Instant) -> list[Message]:
        self._cuff.since = now
        inflate(self._source)
        self._cuff.next_report = now + INTERVAL
        self._cuff.next_start = None if self._cuff.cycle is None else now + self._cuff.cycle
        return [self._cuff_message(CuffState.INFLATING, 0, now)]

    def _result(self, now: Instant) -> Message:
        reading = self._source.cuff_reading()
        if reading.cuff_error is not None:
            return self._failed(reading.cuff_error, now)
        if reading.systolic is None or reading.diastolic is None or reading.mean is None:
            return self._failed(CuffError.TIMEOUT, now)
        return self._nibp(reading, None, now)

    def _failed(self, error: CuffError, now: Instant) -> Message:
        return self._nibp(None, error, now)

    def _nibp(self, reading: Vitals | None, error: CuffError | None, now: Instant) -> Message:
        self._cuff.since = None
        let_go(self._source)
        values = {
            "systolic": None if reading is None else _whole(reading.systolic),
            "diastolic": None if reading is None else _whole(reading.diastolic),
            "mean": None if reading is None else _whole(reading.mean),
            "pulse_rate": None if reading is None else _whole(reading.pulse_rate),
        }
        return self._numbered("nibp", now, {"values": values, "error": error})

    def _cuff_message(self, state: CuffState, pressure: int, now: Instant) -> Message:
        return self._message("cuff", now, {"state": state, "pressure": pressure})

    def _status(self, state: str, now: Instant) -> Message:
        self._told_battery = self.battery
        battery = {} if self.battery is None else {"battery": self.battery}
        return self._message("status", now, {"state": state, **battery}, retain=True)

    def _numbered(self, kind: str, at: Instant, body: dict[str, object], qos: int = 1) -> Message:
        self._seq[kind] += 1
        return self._message(kind, at, {"seq": self._seq[kind], **body}, qos=qos)

    def _own_time(self, at: Instant) -> Instant:
        """What the device's own clock says at `at`."""
        if self._switched_on is None:
            self._switched_on = at
        return at + self.clock_offset + round((at - self._switched_on) * self._clock_drift_ppm / 1_000_000)

    def _message(
        self, kind: str, at: Instant, body: dict[str, object], *, qos: int = 1, retain: bool = False
    ) -> Message:
        payload = {"t": to_rfc3339(self._own_time(at)), **body}
        return Message(self._prefix + kind, json.dumps(payload, separators=(",", ":")).encode(), qos, retain)


def flags_of(vitals: Vitals) -> list[Flag]:
    """The device's remarks on one moment of the body."""
    flags = []
    if vitals.sensor_off:
        flags.append(Flag.SENSOR_OFF)
    if vitals.finger_out:
        flags.append(Flag.NO_FINGER)
    if not flags and vitals.pulse_rate is None:
        flags.append(Flag.SEARCHING)
    if vitals.motion:
        flags.append(Flag.ARTIFACT)
    if vitals.low_perfusion:
        flags.append(Flag.LOW_PERFUSION)
    return flags


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


PUBLISHERS = (
    Publisher(
        "mqtt-vitals",
        "a gateway of our own scheme with oximeter and cuff",
        lambda source, seed: MqttVitals(
            source, "site", "bed", "gateway", kinds=frozenset({Kind.OXIMETER, Kind.CUFF}), cycle_s=60.0, battery=87
        ),
        topic_filter="vitals/v1/site/bed/gateway/+",
    ),
)
