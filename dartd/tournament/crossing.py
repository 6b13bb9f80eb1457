"""The knockout behind groups: winners and runners-up crossed, players of one group as late against each other as possible."""

from collections.abc import Sequence
from itertools import combinations

from dartd.game.draw import knockout_seats

GroupRank = tuple[int, int]  # the index of a group, and a rank from 1


def crossed_seats(groups: int, advance: int) -> list[tuple[GroupRank, GroupRank | None]]:
    """Return the first round of a knockout of the best `advance` of each group; None is a bye.

    The winners of the groups are the best seeds, then come the runners-up. Who is which seed within a rank is chosen so that players of
    one group are in different halves of the bracket, then in different quarters, as far as they can be.
    """
    seats = knockout_seats(groups * advance)
    leaf = {seed: 2 * at + k for at, pair in enumerate(seats) for k, seed in enumerate(pair) if seed is not None}
    of_seed: dict[int, GroupRank] = {seed: (seed - 1, 1) for seed in range(1, groups + 1)}
    for rank in range(2, advance + 1):
        seeds = list(range((rank - 1) * groups + 1, rank * groups + 1))
        above: list[list[int]] = [[leaf[seed] for seed, (group, _) in of_seed.items() if group == each] for each in range(groups)]
        found = _spread([leaf[seed] for seed in seeds], above)
        of_seed |= {seed: (group, rank) for seed, group in zip(seeds, found, strict=True)}
    return [(of_seed[one], None if other is None else of_seed[other]) for one, other in seats]


def meeting_round(one: int, other: int) -> int:
    """Return the round, from 1, in which two leaves of a bracket meet."""
    return (one ^ other).bit_length()


def _spread(leaves: Sequence[int], above: Sequence[Sequence[int]]) -> list[int]:
    """Return the group of each leaf, so that it is far from the leaves that the group has; improved by swaps until none helps."""

    def cost(group: int, leaf: int) -> float:
        return sum(4.0 ** -meeting_round(leaf, each) for each in above[group])

    chosen = list(reversed(range(len(leaves))))
    improved = True
    while improved:
        improved = False
        for one, other in combinations(range(len(leaves)), 2):
            now = cost(chosen[one], leaves[one]) + cost(chosen[other], leaves[other])
            swapped = cost(chosen[other], leaves[one]) + cost(chosen[one], leaves[other])
            if swapped < now - 1e-12:
                chosen[one], chosen[other] = chosen[other], chosen[one]
                improved = True
    return chosen
