"""The decider of alerts: events, samples and time in, `alert` out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Literal

import msgspec

from dartd.alerts.condition import Condition
from dartd.alerts.measures import BOARD, Learnt, Measures, Reading, Subject
from dartd.alerts.root_cause import root_cause
from dartd.alerts.rules import OPERATIONS, Rule
from dartd.decision import Input, Sample, Step
from schemas.alert import Alert, Anomaly
from schemas.base import BoardId, Value
from schemas.events import AlertChanged, JournalledEvent

_NAMED_IN_CONTEXT: Final[tuple[tuple[Literal["webhook", "outlet"], str], ...]] = (("webhook", "webhook_id"), ("outlet", "outlet"))
GAP_S: Final = 120.0  # without a sample for so long, what a rule was broken for before does not count

_Key = tuple[str, Subject]
_replace = msgspec.structs.replace


class OpenAlert(Value, frozen=True, kw_only=True):
    """An alert that is not resolved, and its anomaly."""

    subject: Subject
    alert: Alert
    anomaly: Anomaly | None


class _Memory(Value, frozen=True, kw_only=True):
    last_id: int = 0
    alerts: tuple[OpenAlert, ...] = ()
    learnt: Learnt = msgspec.field(default_factory=Learnt)


class AlertDecider:
    """All open alerts of a board, and what is usual for it.

    `wall` gives the wall time of a moment of media time in seconds since 1970, `timestamp` formats it. Rules are judged at each sample.
    """

    name = "alerts"

    def __init__(
        self, board_id: BoardId, rules: Sequence[Rule], *, wall: Callable[[float], float], timestamp: Callable[[float], str]
    ) -> None:
        self._board_id = board_id
        self._rules = tuple(rules)
        self._wall = wall
        self._timestamp = timestamp
        self._measures = Measures(board_id)
        self._conditions: dict[_Key, Condition] = {}
        self._open: dict[_Key, OpenAlert] = {}
        self._last_id = 0
        self._judged_s: float | None = None

    # The port of a decider.

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Process the inputs in order; at each sample judge all rules."""
        events: list[JournalledEvent] = []
        for item in inputs:
            if isinstance(item, Sample):
                self._measures.take_sample(item, now)
                events += self._judge(now)
            elif isinstance(item, AlertChanged):
                self._follow(item)
            else:
                self._measures.take(item, now, self._alerted() if self._open else frozenset())
        return Step(events=tuple(events))

    def deadline(self) -> float | None:
        """Return None: samples come all the time."""
        return None

    def memory(self, epoch_s: float) -> bytes:
        """Return the open alerts, and what was learnt."""
        stored = _Memory(last_id=self._last_id, alerts=tuple(self._open.values()), learnt=_moved(self._measures.learnt, epoch_s))
        return msgspec.json.encode(stored)

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:  # noqa: ARG002 - nothing of it depends on now
        """Take over a stored memory (None: a fresh one) and apply the events behind it.

        Raises:
            msgspec.DecodeError: the memory cannot be read; nothing was taken over.
        """
        stored = _Memory() if memory is None else msgspec.json.decode(memory, type=_Memory)
        self._last_id = stored.last_id
        self._open = {(each.alert.alert_type, each.subject): each for each in stored.alerts}
        self._measures.learnt = _moved(stored.learnt, -epoch_s)
        for event, at_s in events:
            if isinstance(event, AlertChanged):
                self._follow(event)
            else:
                self._measures.take(event, at_s)

    # What is shown.

    def open_alerts(self) -> tuple[Alert, ...]:
        """Return the alerts that are not resolved."""
        return tuple(each.alert for each in self._open.values())

    # Rules.

    def change_rules(self, rules: Sequence[Rule]) -> None:
        """Judge by these rules from the next sample on; an alert whose rule is no more ends then."""
        self._rules = tuple(rules)

    def _alerted(self) -> frozenset[str]:
        return frozenset(rule.measure for rule in self._rules if any(name == rule.name for name, _ in self._open))

    def _judge(self, now: float) -> Iterator[AlertChanged]:
        if self._judged_s is not None and now - self._judged_s > GAP_S:
            self._conditions.clear()
        self._judged_s = now
        readings: dict[str, list[Reading]] = {}
        for reading in self._measures.readings(now):
            readings.setdefault(reading.measure, []).append(reading)
        judged: set[_Key] = set()
        for rule in self._rules:
            for reading in sorted(readings.get(rule.measure, ()), key=lambda each: -(each.value or 0.0) if rule.of_the_worst else 0.0):
                judged.add((rule.name, reading.subject))
                yield from self._judge_one(rule, reading, now)
        for key in [each for each in self._open if each not in judged]:  # the rule was switched off, or the camera removed
            yield self._resolve(key, now)
        for key in [each for each in self._conditions if each not in judged]:
            del self._conditions[key]

    def _judge_one(self, rule: Rule, reading: Reading, now: float) -> Iterator[AlertChanged]:
        key = (rule.name, reading.subject)
        is_open = key in self._open
        verdict = self._conditions.setdefault(key, Condition()).judge(rule, reading.value, reading.baseline, now, is_open=is_open)
        if verdict == "resolve":
            yield self._resolve(key, now)
        elif verdict == "raise" and not self._is_explained(rule, reading.subject):
            yield self._raise(rule, reading, now)

    def _is_explained(self, rule: Rule, subject: Subject) -> bool:
        """Return whether an alert that is open has the same cause: of the same subject, or where one of them is of the board or of all."""
        comparing = {each.name for each in self._rules if rule.of_the_worst and each.of_the_worst}
        return any(
            name in comparing or (name in rule.unless and (other == subject or BOARD in {other, subject})) for name, other in self._open
        )

    # Alerts.

    def _raise(self, rule: Rule, reading: Reading, now: float) -> AlertChanged:
        self._last_id += 1
        kind, subject_id = reading.subject
        at = self._timestamp(self._wall(now))
        context = _context(rule, reading)
        cause, evidence = root_cause(rule.name, reading.subject, self._measures.figures(now))
        shared: dict[str, Any] = {
            "timestamp": at,
            "severity": rule.severity,
            "board_id": self._board_id,
            "camera_id": subject_id if kind == "camera" else None,
            "zone_id": subject_id if kind == "zone" else None,
        }
        named = {"camera": subject_id, "subject": subject_id or "the board", "rule": rule.name, **context}
        alert = Alert(
            alert_id=self._last_id,
            alert_type=rule.name,
            operation_type=OPERATIONS[rule.measure],
            message=rule.message.format_map(_Named(named)),
            context=context,
            **shared,
        )
        anomaly = Anomaly(
            anomaly_id=self._last_id,
            anomaly_type=rule.name,
            description=alert.message,
            root_cause=cause,
            evidence=evidence,
            alert_id=self._last_id,
            **shared,
        )
        self._open[rule.name, reading.subject] = OpenAlert(subject=reading.subject, alert=alert, anomaly=anomaly)
        return AlertChanged(alert=alert, anomaly=anomaly)

    def _resolve(self, key: _Key, now: float) -> AlertChanged:
        ended, at = self._open.pop(key), self._timestamp(self._wall(now))
        self._conditions.pop(key, None)
        alert = _replace(ended.alert, status="resolved", resolved_at=at)
        anomaly = None if ended.anomaly is None else _replace(ended.anomaly, resolved=True, resolved_at=at)
        return AlertChanged(alert=alert, anomaly=anomaly)

    def _follow(self, event: AlertChanged) -> None:
        """Take over what became of an alert: a person has acknowledged it, or (in a restart) what was published before."""
        alert = event.alert
        self._last_id = max(self._last_id, alert.alert_id)
        key = (alert.alert_type, _subject_of(alert))
        if alert.status == "resolved":
            self._open.pop(key, None)
        else:
            self._open[key] = OpenAlert(subject=key[1], alert=alert, anomaly=event.anomaly)


class _Named(dict[str, Any]):
    """The values of a message; one that is not known is left as it is written."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _context(rule: Rule, reading: Reading) -> dict[str, Any]:
    limit = rule.limit_at(reading.baseline)
    found = {
        "measure": rule.measure,
        "value": None if reading.value is None else round(reading.value, 3),
        "limit": None if limit is None else round(limit, 3),
        **reading.context,
    }
    return found if reading.baseline is None else {"baseline": round(reading.baseline, 3), **found}


def _subject_of(alert: Alert) -> Subject:
    if alert.camera_id is not None:
        return Subject("camera", alert.camera_id)
    if alert.zone_id is not None:
        return Subject("zone", alert.zone_id)
    for kind, key in _NAMED_IN_CONTEXT:
        if (subject_id := alert.context.get(key)) is not None:
            return Subject(kind, str(subject_id))
    return BOARD


def _moved(learnt: Learnt, by_s: float) -> Learnt:
    """Return what was learnt with its times moved from one clock to another."""
    return _replace(learnt, thrown_s=learnt.thrown_s + by_s, turn_s=learnt.turn_s + by_s)
