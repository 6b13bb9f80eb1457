"""The statistics of a player over any legs: what is stored of each leg, added up exactly."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from dartd.game import accuracy, grouping, statistics
from dartd.game.accuracy import Accuracy, TargetDarts
from dartd.game.form import form, longest_slump
from dartd.game.grouping import Grouping
from dartd.game.statistics import Figures, add_up, marks_written

# Games whose visits score what the darts of it are worth. Without a choice of a game, averages and visits are of these.
SCORING_GAMES: Final = frozenset({"x01", "count_up", "free", "gotcha", "121", "random_checkout"})

OF_EVERY_GAME: Final = (
    "thrown", "legs", "legs_won", "marks", "marks_darts", "marks_visits", "first9_marks", "first9_marks_darts",
    "breaks", "sets", "sets_won", "matches", "matches_won",
)  # fmt: skip


_COUNTS: Final = TargetDarts.__struct_fields__
_NONE_THROWN: Final = (0,) * len(_COUNTS)


class LegSums(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a player did in a leg apart from its figures: hits by code of the bed, darts at targets, points of visits, grouping."""

    beds: dict[int, int] = msgspec.field(default_factory=dict)
    targets: dict[str, TargetDarts] = msgspec.field(default_factory=dict)
    visits: list[int] = msgspec.field(default_factory=list)
    grouping: Grouping | None = None


class SummarisedLeg(msgspec.Struct, kw_only=True):
    """A leg of a player. Set 0 and leg 0 stand for the match itself."""

    match_id: str
    set_number: int
    leg_number: int
    at_s: float
    game: str
    figures: Figures
    sums: LegSums

    @property
    def is_leg(self) -> bool:
        """Return whether it is a leg, and not the match itself."""
        return self.leg_number > 0


def chosen_figures(leg: SummarisedLeg, game: str | None) -> Figures:
    """Return what a leg adds to a selection; `game` None: of all games, so that only those that score by darts have averages."""
    if game is not None or leg.game in SCORING_GAMES:
        return leg.figures
    return Figures(**{name: getattr(leg.figures, name) for name in OF_EVERY_GAME})


def summary(legs: Sequence[SummarisedLeg], game: str | None = None) -> dict[str, Any]:
    """Return all statistics over legs, the oldest first; `game` is the one that was selected."""
    parts = [(leg, chosen_figures(leg, game)) for leg in legs]
    visits = [points for leg, figures in parts if figures.visits for points in leg.sums.visits]
    recent = [each for leg, each in parts if leg.is_leg and each.darts]
    return summary_of(add_up(figures for _, figures in parts), [leg.sums for leg in legs], visits, recent)


def summary_of(total: Figures, sums: Sequence[LegSums], visits: Sequence[int], recent: Sequence[Figures]) -> dict[str, Any]:
    """Return all statistics from the figures and the sums of legs, the points of their visits in order, and the last legs in order."""
    figures = statistics.written(total)
    pooled = grouping.pool(each.grouping for each in sums if each.grouping is not None)
    return {
        **figures,
        **{name: getattr(total, name) for name in ("breaks", "sets", "sets_won", "matches", "matches_won")},
        **marks_written(total),
        "best_legs": {str(start): darts for start, darts in sorted(total.best_legs.items())},
        "grouping": {"darts": pooled.darts, **grouping.written(pooled)},
        "beds": accuracy.written(accuracy_of(sums)),
        "consistency": {
            **{name: figures[name] for name in ("visit_mean", "visit_sd", "visit_mean_over_sd")},
            "longest_slump": longest_slump(visits),
        },
        "form": form(recent),
    }


def accuracy_of(sums: Iterable[LegSums]) -> Accuracy:
    """Return the beds and targets of legs, added up."""
    beds: dict[int, int] = {}
    targets: dict[str, tuple[int, ...]] = {}
    for each in sums:
        for bed, count in each.beds.items():
            beds[bed] = beds.get(bed, 0) + count
        for label, darts in each.targets.items():
            dart, hits, single, outside, other = targets.get(label, _NONE_THROWN)
            targets[label] = dart + darts.darts, hits + darts.hits, single + darts.single, outside + darts.outside, other + darts.other
    counted = {label: TargetDarts(**dict(zip(_COUNTS, counts, strict=True))) for label, counts in targets.items()}
    return Accuracy(beds=Counter(beds), targets=counted)
