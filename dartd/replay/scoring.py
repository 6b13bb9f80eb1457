"""Compare the events of a replay with the `truth.json` of the recording.

An event counts for the picture in whose window (from its `t_ms` to the next picture's) it was reported.
"""

import math
import statistics
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from dartd.errors import RecordingError
from dartd.replay.expectation import expected_right
from dartd.replay.replay import ReplayedEvent
from schemas.base import Value
from schemas.codec import UNREADABLE
from schemas.events import DartBounceOut, DartHit, DartRemoved, EntityEvent, JournalledEvent, TakeoutFinished, TakeoutStarted, ThrowMiss

QUIET_EXEMPT = frozenset({"dart_hit", "start", "in_flight", "wiggle"})  # a hit is not false here


class Expectation(Value, frozen=True, kw_only=True):
    """What a correct system reports of one picture; `axes_mm` is a second truth, `occluded` counts the cameras that cannot see the tip."""

    type: str
    label: str = ""
    ring: str = ""
    x_mm: float = 0.0
    y_mm: float = 0.0
    axes_mm: tuple[float, float] | None = None
    occluded: int = 0
    count: int = 0
    board_empty: bool = False

    def names(self, ring: str, label: str) -> bool:
        """Return whether a bed is the expected one; outside the doubles any label is."""
        return ring == self.ring and (ring == "miss" or label == self.label)


class TruthFrame(Value, frozen=True, kw_only=True):
    """The time of a picture and what is expected of it."""

    t_ms: float
    expect: Expectation


class TruthSequence(Value, frozen=True, kw_only=True):
    """What is expected of a sequence."""

    frames: tuple[TruthFrame, ...]
    kind: str = ""


class Truth(Value, frozen=True, kw_only=True):
    """What is expected of a recording, by sequence."""

    sequences: dict[str, TruthSequence]


class ScoreReport(Value, frozen=True, kw_only=True):
    """The result: shares of what could be right, None where there was nothing to be right about; distances in mm.

    `honest` is the share of darts whose truth lies within the reported uncertainty (0.68 when it is honest), `suggested` the share of
    wrong beds whose right one was among the suggestions, `expected_right` the share of right beds to expect if the errors that were
    measured fell on darts spread evenly over the board. `by_…` count right darts of all.
    """

    darts: int
    right: float | None
    missed: int
    mm_median: float | None
    mm_p95: float | None
    mm_max: float | None
    mm_axes_median: float | None
    mm_axes_p95: float | None
    honest: float | None
    suggested: float | None
    expected_right: float | None
    false_hits: int
    quiet_windows: int
    takeout_started: float | None
    removed_right: float | None
    takeout_finished: float | None
    fell_out_told: float | None  # codespell:ignore told
    by_ring: str
    by_kind: str
    by_occlusion: str
    wrong: tuple[str, ...]


def load_truth(folder: Path) -> Truth:
    """Read `truth.json` of a recording; blocks.

    Raises:
        RecordingError: it cannot be read.
    """
    path = folder / "truth.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Truth)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read ({error.strerror}): there is nothing to compare with", path=str(path)) from error
    except UNREADABLE as error:
        raise RecordingError(f"{path} is no truth of a recording: {error}", path=str(path)) from error


def score(truth: Truth, events: Iterable[ReplayedEvent]) -> ScoreReport:
    """Compare events with what was expected."""
    by_sequence: dict[str | None, list[ReplayedEvent]] = {}
    for each in events:
        by_sequence.setdefault(each.sequence_id, []).append(each)
    tally = _Scores()
    for sequence_id, sequence in truth.sequences.items():
        windows = _windows(sequence.frames, by_sequence.get(sequence_id, []))
        for frame, window in zip(sequence.frames, windows, strict=True):
            tally.judge(f"{sequence_id} at {frame.t_ms:g} ms", sequence.kind, frame.expect, window)
    return tally.report()


class _Share:
    """A count of good ones among all."""

    def __init__(self) -> None:
        self.good = 0
        self.all = 0

    def add(self, *, good: bool) -> None:
        self.good += good
        self.all += 1

    @property
    def value(self) -> float | None:
        return round(self.good / self.all, 4) if self.all else None

    def __str__(self) -> str:
        return f"{self.good}/{self.all}"


class _Scores:
    """The counts of all pictures so far."""

    def __init__(self) -> None:
        self.right, self.started, self.removed, self.finished, self.fell = _Share(), _Share(), _Share(), _Share(), _Share()
        self.honest, self.suggested = _Share(), _Share()
        self.by_ring: dict[str, _Share] = {}
        self.by_kind: dict[str, _Share] = {}
        self.by_occlusion: dict[str, _Share] = {}
        self.missed = self.false_hits = self.quiet = 0
        self.errors_mm: list[tuple[float, float]] = []
        self.on_board_mm: list[tuple[float, float]] = []
        self.axes_mm: list[float] = []
        self.wrong: list[str] = []

    def judge(self, where: str, kind: str, expect: Expectation, window: Sequence[JournalledEvent]) -> None:
        """Score the events in the window of one picture."""
        hits = [event for event in window if isinstance(event, DartHit)]
        if expect.type == "dart_hit":
            good = self._judge_dart(where, expect, hits, miss_reported=any(isinstance(event, ThrowMiss) for event in window))
            self.right.add(good=good)
            blind = f"{expect.occluded} cameras blind"
            for table, name in ((self.by_ring, expect.ring), (self.by_kind, kind), (self.by_occlusion, blind)):
                table.setdefault(name, _Share()).add(good=good)
        elif expect.type not in QUIET_EXEMPT:
            self.quiet += 1
            self.false_hits += len(hits)
            self.wrong += [f"{where}: false hit {hit.score.label} during {expect.type}" for hit in hits]
        if expect.type in {"hand", "takeout"}:
            self.started.add(good=any(isinstance(event, TakeoutStarted) for event in window))
        if expect.type in {"dart_removed", "takeout"}:
            self._judge_removal(where, expect, window)
        if expect.type == "fell_out":
            self.fell.add(good=any(isinstance(event, DartBounceOut) for event in window))

    def report(self) -> ScoreReport:
        """Return the report of all pictures."""
        distances_mm = [math.hypot(*error) for error in self.errors_mm]
        return ScoreReport(
            darts=self.right.all,
            right=self.right.value,
            missed=self.missed,
            mm_median=_median(distances_mm),
            mm_p95=_percentile(distances_mm, 0.95),
            mm_max=_percentile(distances_mm, 1.0),
            mm_axes_median=_median(self.axes_mm),
            mm_axes_p95=_percentile(self.axes_mm, 0.95),
            honest=self.honest.value,
            suggested=self.suggested.value,
            expected_right=round(expected_right(self.on_board_mm), 4) if self.on_board_mm else None,
            false_hits=self.false_hits,
            quiet_windows=self.quiet,
            takeout_started=self.started.value,
            removed_right=self.removed.value,
            takeout_finished=self.finished.value,
            fell_out_told=self.fell.value,  # codespell:ignore told
            by_ring=_table(self.by_ring),
            by_kind=_table(self.by_kind),
            by_occlusion=_table(self.by_occlusion),
            wrong=tuple(self.wrong),
        )

    def _judge_dart(self, where: str, expect: Expectation, hits: Sequence[DartHit], *, miss_reported: bool) -> bool:
        self.false_hits += max(0, len(hits) - 1)
        if not hits:
            good = expect.ring == "miss" and miss_reported
            self.missed += not good
            if not good:
                self.wrong.append(f"{where}: {expect.ring} {expect.label} not reported")
            return good
        hit = hits[0]
        at = hit.board_coordinates
        error_mm = math.dist((expect.x_mm, expect.y_mm), (at.x_mm, at.y_mm))
        self.errors_mm.append((at.x_mm - expect.x_mm, at.y_mm - expect.y_mm))
        if expect.ring != "miss":
            self.on_board_mm.append(self.errors_mm[-1])
        if expect.axes_mm is not None:
            self.axes_mm.append(math.dist((at.x_mm, at.y_mm), expect.axes_mm))
        self.honest.add(good=error_mm <= hit.fusion.uncertainty_mm)
        good = expect.names(hit.score.ring, hit.score.label)
        if not good:
            self.suggested.add(good=any(expect.names(each.ring, each.label) for each in hit.suggestions))
            self.wrong.append(
                f"{where}: {expect.ring} {expect.label} reported as {hit.score.ring} {hit.score.label}, {error_mm:.1f} mm off"
            )
        return good

    def _judge_removal(self, where: str, expect: Expectation, window: Sequence[JournalledEvent]) -> None:
        count = sum(event.count_removed for event in window if isinstance(event, DartRemoved))
        self.removed.add(good=count == expect.count)
        if count != expect.count:
            self.wrong.append(f"{where}: {expect.count} darts taken, {count} reported")
        if expect.board_empty or expect.type == "takeout":
            self.finished.add(good=any(isinstance(event, TakeoutFinished) for event in window))


def _windows(frames: Sequence[TruthFrame], events: Sequence[ReplayedEvent]) -> list[list[JournalledEvent]]:
    """Sort events into the windows of the pictures; events before the first window are left out."""
    windows: list[list[JournalledEvent]] = [[] for _ in frames]
    starts = [frame.t_ms for frame in frames]
    for each in events:
        k = bisect_right(starts, each.t_ms) - 1
        event = each.envelope.event
        if k >= 0 and not isinstance(event, EntityEvent):
            windows[k].append(event)
    return windows


def _table(shares: dict[str, _Share]) -> str:
    return "  ".join(f"{name or 'unnamed'} {share}" for name, share in sorted(shares.items()))


def _median(values: Sequence[float]) -> float | None:
    return round(statistics.median(values), 3) if values else None


def _percentile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)], 3)
