"""The measures of rules, from the events of the board and from sampled figures."""

import math
import statistics
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from dartd.alerts.baseline import Baseline
from dartd.decision import CameraSample, Sample
from schemas.alert import Measure
from schemas.base import BoardId, Value
from schemas.events import (
    BoardReset,
    CalibrationChanged,
    CameraStateChanged,
    DartBounceOut,
    DartHit,
    EntityAdded,
    MatchStateChanged,
    TakeoutFinished,
    TakeoutOverdue,
    TurnChanged,
    TurnRevised,
)

WINDOW: Final = 50  # darts that latency and bounce-outs are taken from
ENOUGH: Final = 15  # darts that confidence is taken from and a camera is compared with the others over; fewer say nothing
OUTLIER_MM: Final = 1.0  # one dart that a camera took for another one is no bias: it counts for no more than this
STALE_S: Final = 1800.0  # a pause in which light, board and players may have changed: the windows begin anew
DART_WEIGHT: Final = 1 / 500  # of a dart in a baseline: about two evenings
SAMPLE_S: Final = 7200.0  # time constant of the baselines of the machine
ALERTED_WEIGHT: Final = 0.1  # of what is learnt while an alert is open: what stays so becomes usual after weeks
COMMITS_S: Final = 60.0
COMMITS: Final = 5  # fewer commits say nothing about the disk
LATEST_COMMITS: Final = 20  # of those of a minute: a disk that takes nothing adds one a second, and a busy minute must not hide it
MATCHES_KEPT: Final = 200
OUTLETS: Final = {"mqtt": "MQTT", "nats": "NATS"}  # their names in messages
SEEING_FAULTS: Final = frozenset({"black", "frozen", "exposure"})

_GONE: Final = frozenset({"offline", "error"})


class Subject(NamedTuple):
    """What a reading is about: the board (id empty), a camera, a zone, a webhook or an outlet."""

    kind: Literal["board", "camera", "zone", "webhook", "outlet"] = "board"
    subject_id: str = ""


BOARD: Final = Subject()


class Reading(NamedTuple):
    """A value of a measure, None while it is not known; `context` says more of it in an alert."""

    measure: Measure
    subject: Subject
    value: float | None
    baseline: float | None = None
    context: Mapping[str, Any] = {}


class Learnt(msgspec.Struct):
    """What is remembered over a restart; times are media time here, and wall time where it is stored."""

    latency_ms: list[float] = []
    confidence: list[float] = []
    bounced: list[bool] = []
    across_mm: dict[str, list[float]] = {}
    unused: dict[str, list[bool]] = {}
    baselines: dict[str, Baseline] = {}
    thrown_s: float = 0.0
    matches: list[str] = []
    match_id: str | None = None
    turn_s: float = 0.0
    takeout_overdue: bool = False
    refused: dict[str, str] = {}


class AlertFigures(Value, frozen=True, kw_only=True):
    """The figures that a root cause is looked for in: the last sample, what is usual, and the error of each camera in mm."""

    sample: Sample = Sample()
    usual: dict[str, float] = msgspec.field(default_factory=dict)
    errors_mm: dict[str, float] = msgspec.field(default_factory=dict)
    commit_ms: float | None = None


class Measures:
    """Takes events and samples in, and gives the readings of a moment. `learning` names the measures whose alert is not open."""

    def __init__(self, board_id: BoardId) -> None:
        self._board_id = board_id
        self.learnt = Learnt()
        self.sample = Sample()
        self._commits: list[tuple[float, float]] = []
        self._sampled_s: float | None = None

    # Taking in.

    def take(self, item: Any, now: float, alerted: frozenset[str] = frozenset()) -> None:
        """Take in an input at media time `now`; of measures with an open alert (`alerted`) little is learnt."""
        learnt = self.learnt
        match item:
            case DartHit():
                self._take_dart(item, now, alerted)
            case DartBounceOut():
                if learnt.bounced:
                    learnt.bounced[-1] = True
            case TakeoutOverdue():
                learnt.takeout_overdue = True
            case TakeoutFinished() | BoardReset():  # the board may go on without darts that still stand
                learnt.takeout_overdue &= isinstance(item, TakeoutFinished) and item.count_remaining > 0
            case CalibrationChanged() | CameraStateChanged():
                self._take_calibration(item)
            case EntityAdded() if item.entity_type == "match" and item.payload.get("board_id") == self._board_id:
                learnt.matches = [*learnt.matches[1 - MATCHES_KEPT :], item.entity_id]
            case MatchStateChanged() if item.match_id in learnt.matches:
                self._follow_match(item, now)
            case TurnChanged() | TurnRevised() if item.match_id == learnt.match_id:
                learnt.turn_s = now
            case _:
                pass

    def take_sample(self, sample: Sample, now: float) -> None:
        """Take in a sample at media time `now`."""
        weight = 0.0 if self._sampled_s is None else min(1.0, (now - self._sampled_s) / SAMPLE_S)
        self.sample, self._sampled_s = sample, now
        recent = [each for each in self._commits if now - each[0] <= COMMITS_S] + [(now, each) for each in sample.commits_ms]
        self._commits = recent[-LATEST_COMMITS:]
        for name in ("cpu_percent", "memory_percent", "temperature_c"):
            if (value := getattr(sample, name)) is not None:
                self._baseline(name).learn(value, weight)
        present = {each.camera_id for each in sample.cameras}
        for of_cameras in (self.learnt.across_mm, self.learnt.unused, self.learnt.refused):
            for camera_id in [each for each in of_cameras if each not in present]:
                del of_cameras[camera_id]

    def _take_dart(self, dart: DartHit, now: float, alerted: frozenset[str]) -> None:
        learnt = self.learnt
        if now - learnt.thrown_s > STALE_S:
            learnt.latency_ms, learnt.confidence, learnt.bounced, learnt.across_mm, learnt.unused = [], [], [], {}, {}
        learnt.thrown_s = learnt.turn_s = now
        learnt.takeout_overdue = False
        learnt.latency_ms = [*learnt.latency_ms[1 - WINDOW :], dart.timing.latency_ms]
        learnt.confidence = [*learnt.confidence[1 - WINDOW :], dart.fusion.confidence]
        learnt.bounced = [*learnt.bounced[1 - WINDOW :], False]
        for detection in dart.detections:
            if detection.across_mm is not None:
                lines = learnt.across_mm.get(detection.camera_id, [])
                learnt.across_mm[detection.camera_id] = [*lines[1 - ENOUGH :], detection.across_mm]
        used = {each.camera_id for each in dart.detections if each.used}
        for camera in self.sample.cameras:
            if camera.state == "ready" and not SEEING_FAULTS.intersection(camera.faults):
                before = learnt.unused.get(camera.camera_id, [])
                learnt.unused[camera.camera_id] = [*before[1 - ENOUGH :], camera.camera_id not in used]
        for measure, value in (("latency_p99_ms", self._latency_ms()), ("confidence", self._confidence())):
            if value is not None:
                self._baseline(measure).learn(value, DART_WEIGHT * (ALERTED_WEIGHT if measure in alerted else 1))

    def _take_calibration(self, event: CalibrationChanged | CameraStateChanged) -> None:
        """Note why a camera could not be calibrated, until it is asked to again, is ready or is gone."""
        if isinstance(event, CameraStateChanged):
            if event.state in {"offline", "starting"}:
                self.learnt.refused.pop(event.camera_id, None)
        elif event.state == "error":
            self.learnt.refused[event.camera_id] = event.reason.rstrip(".") or "no reason was given"
        else:
            self.learnt.refused.pop(event.camera_id, None)
            if event.state == "ready":  # what it measured before says nothing any more
                self.learnt.across_mm.pop(event.camera_id, None)
                self.learnt.unused.pop(event.camera_id, None)

    def _follow_match(self, event: MatchStateChanged, now: float) -> None:
        if event.status == "running":
            self.learnt.match_id, self.learnt.turn_s = event.match_id, now
        elif event.match_id == self.learnt.match_id:
            self.learnt.match_id = None

    def _baseline(self, name: str) -> Baseline:
        return self.learnt.baselines.setdefault(name, Baseline())

    # Readings.

    def readings(self, now: float) -> Iterator[Reading]:
        """Yield every measure of every subject as of now."""
        sample, learnt = self.sample, self.learnt
        for camera in sample.cameras:
            yield from self._camera_readings(camera, now)
        latency_ms, usual_ms = self._latency_ms(now), self._usual("latency_p99_ms")
        context = {"p99_ms": latency_ms, "baseline_ms": None if usual_ms is None else round(usual_ms)}
        yield Reading("latency_p99_ms", BOARD, latency_ms, usual_ms, context)
        yield Reading("confidence", BOARD, self._confidence(now), self._usual("confidence"))
        share = self._bounce_outs(now)
        yield Reading("bounce_out_share", BOARD, share, None, {} if share is None else {"percent": round(100 * share)})
        yield Reading("takeout_overdue", BOARD, float(learnt.takeout_overdue))
        idle_s = max(0.0, now - learnt.turn_s) if learnt.match_id is not None else 0.0
        yield Reading("turn_idle_s", BOARD, idle_s, None, {"match_id": learnt.match_id, "minutes": round(idle_s / 60)})
        yield Reading("commit_ms", BOARD, self._commit_ms())
        for name in ("cpu_percent", "memory_percent", "temperature_c"):
            yield Reading(name, BOARD, getattr(sample, name), self._usual(name))
        yield Reading("disk_free_mb", BOARD, sample.disk_free_mb)
        yield Reading("backup_overdue", BOARD, float(sample.backup_problem is not None), None, {"reason": sample.backup_problem})
        for webhook in sample.webhooks:
            named = {"webhook_id": webhook.webhook_id, "webhook_name": webhook.name, "lost": webhook.lost}
            yield Reading("webhook_failing_s", Subject("webhook", webhook.webhook_id), webhook.failing_s, None, named)
        for outlet in sample.outlets:
            away = {"outlet": outlet.name, "where": outlet.where, "waiting": outlet.waiting, "minutes": round(outlet.away_s / 60)}
            named = {**away, "outlet_name": OUTLETS.get(outlet.name, outlet.name), "problem": outlet.problem}
            yield Reading("outlet_away_s", Subject("outlet", outlet.name), outlet.away_s, None, named)
        for zone in sample.zones:
            counted = {"zone_name": zone.name, "count": zone.count, "min": zone.min}
            yield Reading("zone_empty", Subject("zone", zone.zone_id), float(zone.count < zone.min), None, counted)

    def figures(self, now: float) -> AlertFigures:
        """Return what a root cause is looked for in."""
        usual = {name: baseline.mean for name, baseline in self.learnt.baselines.items() if baseline.usual is not None}
        errors = {camera_id: found for camera_id in self.learnt.across_mm if (found := self._error_mm(camera_id, now)) is not None}
        return AlertFigures(sample=self.sample, usual=usual, errors_mm=errors, commit_ms=self._commit_ms())

    def _camera_readings(self, camera: CameraSample, now: float) -> Iterator[Reading]:
        subject = Subject("camera", camera.camera_id)
        delivers = camera.state == "ready"
        reason = self.learnt.refused.get(camera.camera_id)
        gone = camera.state in _GONE and reason is None  # one that could not be calibrated is there
        yield Reading("camera_offline", subject, float(gone) if delivers or gone or reason is not None else None)
        faults = sorted(SEEING_FAULTS.intersection(camera.faults))
        listed = {"faults": ", ".join(faults)}
        yield Reading("camera_fault", subject, float(bool(faults)) if delivers or faults else None, None, listed)
        share = camera.fps / camera.expected_fps if delivers and camera.fps > 0 and camera.expected_fps > 0 else None
        rates = {"fps": round(camera.fps, 1), "expected_fps": round(camera.expected_fps, 1)}
        yield Reading("camera_fps_share", subject, share, None, rates)
        yield Reading("calibration_failed", subject, float(reason is not None), None, {"reason": reason})
        unused = self._unused_share(camera.camera_id, now)
        yield Reading("camera_unused_share", subject, unused, None, {} if unused is None else {"percent": round(100 * unused)})
        yield Reading("camera_deviation_mm", subject, self._deviation_mm(camera.camera_id, now))
        yield Reading("camera_bias_mm", subject, self._bias_mm(camera.camera_id, now))

    def _usual(self, name: str) -> float | None:
        baseline = self.learnt.baselines.get(name)
        return None if baseline is None else baseline.usual

    def _is_stale(self, now: float | None) -> bool:
        return now is not None and now - self.learnt.thrown_s > STALE_S

    def _latency_ms(self, now: float | None = None) -> float | None:
        """Return the 99th percentile; of up to 100 darts it is the second largest, so that one slow dart says nothing."""
        found = sorted(self.learnt.latency_ms)
        return None if len(found) < ENOUGH or self._is_stale(now) else round(found[math.floor(0.99 * (len(found) - 1))], 1)

    def _confidence(self, now: float | None = None) -> float | None:
        found = self.learnt.confidence[-ENOUGH:]
        return None if len(found) < ENOUGH or self._is_stale(now) else round(statistics.median(found), 3)

    def _bounce_outs(self, now: float) -> float | None:
        found = self.learnt.bounced
        return None if len(found) < ENOUGH or self._is_stale(now) else sum(found) / len(found)

    def _error_mm(self, camera_id: str, now: float) -> float | None:
        found = self._across_mm(camera_id, now)
        return None if found is None else round(statistics.median(map(abs, found)), 2)

    def _deviation_mm(self, camera_id: str, now: float) -> float | None:
        """Return how far darts scatter about the bias, so that a camera that has moved is one alert."""
        found = self._across_mm(camera_id, now)
        return None if found is None else round(statistics.median(abs(each - _bias(found)) for each in found), 2)

    def _bias_mm(self, camera_id: str, now: float) -> float | None:
        found = self._across_mm(camera_id, now)
        return None if found is None else round(abs(_bias(found)), 2)

    def _across_mm(self, camera_id: str, now: float) -> list[float] | None:
        found = self.learnt.across_mm.get(camera_id, [])
        return None if len(found) < ENOUGH or self._is_stale(now) else found

    def _unused_share(self, camera_id: str, now: float) -> float | None:
        found = self.learnt.unused.get(camera_id, [])
        return None if len(found) < ENOUGH or self._is_stale(now) else round(sum(found) / len(found), 3)

    def _commit_ms(self) -> float | None:
        return round(statistics.median(each for _, each in self._commits), 1) if len(self._commits) >= COMMITS else None


def _bias(across_mm: list[float]) -> float:
    return statistics.fmean(max(-OUTLIER_MM, min(OUTLIER_MM, each)) for each in across_mm)
