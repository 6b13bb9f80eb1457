"""Which beds were hit, and how often a known target was: counts of darts, added up exactly."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from dartd.game.beds import INNER, MISS, MULTIPLIERS, NUMBERS, bed_label
from dartd.game.decimals import ratio
from dartd.game.rules import WON, Game, VisitOutcome


class TargetDarts(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """Darts at one target: hits, and where the others went. `single`: the single of the number; `outside`: no bed at all."""

    darts: int = 0
    hits: int = 0
    single: int = 0
    outside: int = 0
    other: int = 0


_COUNTS: Final = TargetDarts.__struct_fields__


class Accuracy(msgspec.Struct, kw_only=True):
    """Counted darts by bed, and by the target that they were thrown at."""

    beds: Counter[int] = msgspec.field(default_factory=Counter)
    targets: dict[str, TargetDarts] = msgspec.field(default_factory=dict)

    def count(self, bed: int, aim: tuple[str, frozenset[int]] | None) -> None:
        """Count a dart."""
        self.beds[bed & ~INNER] += 1
        if aim is None:
            return
        label, beds = aim
        target = self.targets.setdefault(label, TargetDarts())
        target.darts += 1
        if bed in beds:
            target.hits += 1
        elif bed == MISS:
            target.outside += 1
        elif MULTIPLIERS[bed] == 1 and label[-2:].lstrip("DT") == str(NUMBERS[bed]):
            target.single += 1
        else:
            target.other += 1


def count_darts(game: Game, visits: Iterable[tuple[int, int, Sequence[int], VisitOutcome]]) -> dict[tuple[int, int], Accuracy]:
    """Return the accuracy of each (side, thrower) in a leg: `visits` are side, thrower, beds and outcome, `game` is at its start."""
    found: dict[tuple[int, int], Accuracy] = {}
    for side, thrower, beds, outcome in visits:
        own = found.setdefault((side, thrower), Accuracy())
        if outcome.void:
            continue
        game.begin(side)
        again = VisitOutcome(side=side, thrower=thrower, used=outcome.used)
        for bed in beds[: outcome.used]:
            own.count(bed, game.aim())
            verdict = game.dart(bed)
            again.over, again.won = verdict != 0, verdict == WON
        game.end_visit(again)
    return found


def add_up(parts: Iterable[Accuracy]) -> Accuracy:
    """Return the accuracy over several legs."""
    total = Accuracy()
    for part in parts:
        total.beds.update(part.beds)
        for label, darts in part.targets.items():
            target = total.targets.setdefault(label, TargetDarts())
            for name in _COUNTS:
                setattr(target, name, getattr(target, name) + getattr(darts, name))
    return total


def written(accuracy: Accuracy) -> dict[str, Any]:
    """Return the share of each bed in all darts, and the rate of each target, in percent with two places."""
    thrown = accuracy.beds.total()
    beds = {bed_label(bed): {"hits": count, "share": ratio(100 * count, thrown)} for bed, count in sorted(accuracy.beds.items())}
    targets = {
        label: {**{name: getattr(darts, name) for name in _COUNTS}, "rate": ratio(100 * darts.hits, darts.darts)}
        for label, darts in sorted(accuracy.targets.items())
    }
    return {"darts": thrown, "beds": beds, "targets": targets}
