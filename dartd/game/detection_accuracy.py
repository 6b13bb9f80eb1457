"""How often the published bed of a dart was the true one, by bed, and in which ways it was not."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from schemas.api.accuracy import (
    AccuracyReport,
    BedAccuracy,
    ConfusionCell,
    FailedThrow,
    FailureMode,
    FailureModeCount,
    Level,
    RingAccuracy,
    SectorAccuracy,
)
from schemas.board import SECTORS, parse_bed

UNSCORED: Final = "?"  # a dart that was detected but not localised
NO_DART: Final = "NONE"  # no dart: as published, one that was not detected; as truth, one that there never was
MODES: Final = 5  # row N10: the top five failure modes
THROWS_OF_MODE: Final = 10  # the latest of each: enough to look at, and few images
GREEN, YELLOW = 0.9, 0.7  # row N10: green over 90 %, yellow from 70 %

DESCRIPTIONS: Final[Mapping[FailureMode, str]] = {
    "adjacent_sector": "the bed on the other side of a sector wire",
    "other_ring": "another ring of the same sector, or the other bull",
    "adjacent_sector_and_ring": "another ring of a neighbouring sector",
    "distant_bed": "a bed that does not touch the true one",
    "not_localised": "a dart was noticed, but its bed was not found",
    "not_detected": "a dart hit that was not published, or published as a miss",
    "no_dart": "a dart was published, but none was there",
    "bed_unknown": "reported as wrong without the true bed",
}

_RINGS = ("triple", "double", "single", "single_bull", "bull", "miss", "unscored", "none")


class Verdict(NamedTuple):
    """What a person said of a dart: its true bed, None if it is only known that the published one is wrong."""

    at_s: float
    truth: str | None


class JudgedDart(NamedTuple):
    """A dart with a verdict: the bed that the cameras published, and the true one (None: another one)."""

    throw_id: str
    told: str
    truth: str | None

    @property
    def is_correct(self) -> bool:
        """Return whether the published bed was the true one."""
        return self.truth == self.told


def judge(throw_id: str, told: str, verdicts: Iterable[Verdict]) -> JudgedDart | None:
    """Return a dart with the last verdict on it, None if there is none. Misses of any sector are one bed."""
    last = max(verdicts, key=lambda each: each.at_s, default=None)
    if last is None:
        return None
    truth = told if last.truth is not None and _same(last.truth, told) else last.truth
    return JudgedDart(throw_id, told, truth)


def _same(one: str, other: str) -> bool:
    return one == other or (ring_of(one), ring_of(other)) == ("miss", "miss")


def ring_of(label: str) -> str:
    """Return the ring of a label; both singles are one."""
    if label in {UNSCORED, NO_DART}:
        return "unscored" if label == UNSCORED else "none"
    ring = parse_bed(label).ring
    return "single" if ring.endswith("_single") else ring


def sector_of(label: str) -> int | None:
    """Return the sector of a label, None for a bull, an unknown miss, or no bed."""
    return None if label in {UNSCORED, NO_DART} else parse_bed(label).sector


def failure_mode(dart: JudgedDart) -> FailureMode:
    """Return in which way a dart failed."""
    told, truth = dart.told, dart.truth
    if truth is None or truth == NO_DART:
        return "bed_unknown" if truth is None else "no_dart"
    if told == UNSCORED:
        return "not_localised"
    return "not_detected" if told in {NO_DART, "MISS"} else _confusion_mode(told, truth)


def _confusion_mode(told: str, truth: str) -> FailureMode:
    """Return in which way two different beds were confused."""
    rings, sectors = (ring_of(told), ring_of(truth)), (sector_of(told), sector_of(truth))
    bulls = {"bull", "single_bull"} & set(rings)
    if bulls == set(rings) or set(rings) == {"single", "single_bull"}:
        return "other_ring"
    if not bulls and sectors[0] is not None and sectors[0] == sectors[1]:
        return "other_ring"
    if bulls or not _adjacent(*sectors):
        return "distant_bed"
    return "adjacent_sector" if rings[0] == rings[1] else "adjacent_sector_and_ring"


def _adjacent(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return False
    return (SECTORS.index(one) - SECTORS.index(other)) % len(SECTORS) in {1, len(SECTORS) - 1}


def level_of(rate: float) -> Level:
    """Return the color of a rate in the heat map."""
    return "green" if rate > GREEN else "yellow" if rate >= YELLOW else "red"


def report(published: Mapping[str, int], judged: Sequence[JudgedDart]) -> AccuracyReport:
    """Return the figures: `published` counts all darts by their published bed, `judged` are those with a verdict, the latest last."""
    verified = Counter(dart.told for dart in judged)
    correct = Counter(dart.told for dart in judged if dart.is_correct)
    wrong = len(judged) - correct.total()
    darts = sum(published.values())
    beds = [
        BedAccuracy(label=told, rate=(rate := correct[told] / count), count=count, level=level_of(rate)) for told, count in verified.items()
    ]
    confusion = Counter((dart.told, dart.truth) for dart in judged if dart.truth is not None)
    return AccuracyReport(
        darts=darts,
        verified=len(judged),
        correct=correct.total(),
        rate=_rate(correct.total(), len(judged)),
        undisputed=_rate(darts - wrong, darts),
        by_sector=tuple(
            SectorAccuracy(sector=sector, darts=of[0], verified=of[1], correct=of[2], rate=_rate(of[2], of[1]))
            for sector in (*range(1, 21), None)
            if (of := _counts(published, verified, correct, [each for each in published if sector_of(each) == sector]))[0]
        ),
        by_ring=tuple(
            RingAccuracy(ring=ring, darts=of[0], verified=of[1], correct=of[2], rate=_rate(of[2], of[1]))  # type: ignore[arg-type]  # one of _RINGS
            for ring in _RINGS
            if (of := _counts(published, verified, correct, [each for each in published if ring_of(each) == ring]))[0]
        ),
        confusion=tuple(
            ConfusionCell(told=told, true=truth, count=count)
            for (told, truth), count in sorted(confusion.items(), key=lambda each: (-each[1], each[0]))
        ),
        failure_modes=_failure_modes([dart for dart in judged if not dart.is_correct]),
        heat_map=tuple(sorted(beds, key=lambda bed: (bed.rate, -bed.count, bed.label))),
    )


def _counts(published: Mapping[str, int], verified: Counter[str], correct: Counter[str], labels: Sequence[str]) -> tuple[int, int, int]:
    return sum(published[each] for each in labels), sum(verified[each] for each in labels), sum(correct[each] for each in labels)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _failure_modes(failed: Sequence[JudgedDart]) -> tuple[FailureModeCount, ...]:
    by_mode: dict[FailureMode, list[JudgedDart]] = {}
    for dart in failed:
        by_mode.setdefault(failure_mode(dart), []).append(dart)
    top = sorted(by_mode.items(), key=lambda each: (-len(each[1]), each[0]))[:MODES]
    return tuple(
        FailureModeCount(
            mode=mode,
            description=DESCRIPTIONS[mode],
            count=len(darts),
            share=len(darts) / len(failed),
            throw_ids=tuple(dart.throw_id for dart in reversed(darts[-THROWS_OF_MODE:])),
            throws=tuple(FailedThrow(throw_id=d.throw_id, told=d.told, true=d.truth) for d in reversed(darts[-THROWS_OF_MODE:])),
        )
        for mode, darts in top
    )
