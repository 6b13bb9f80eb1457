"""Every figure that is published of a player: how it is called, its unit, and how it is defined."""

from typing import Final, Literal, NamedTuple

Unit = Literal["points", "darts", "percent", "count", "marks", "mm", "visits"]


class Definition(NamedTuple):
    """A figure: its name in answers, a label for people, its unit and its definition."""

    name: str
    label: str
    unit: Unit
    definition: str


DEFINITIONS: Final = (
    Definition("average", "3-dart average", "points", "3 x points / darts; a visit counts three darts, a winning one those that were used"),
    Definition("first9", "First 9", "points", "3 x points / darts of the first three visits of each leg"),
    Definition("checkout_pct", "Checkout %", "percent", "100 x checkouts / darts thrown at a finish of one dart"),
    Definition("checkout_attempts", "Darts at a finish", "darts", "counted darts thrown when one dart could finish the leg"),
    Definition("checkouts", "Checkouts", "count", "legs finished by the player"),
    Definition("highest_checkout", "Highest checkout", "points", "the highest rest that was finished in one visit"),
    Definition("best_leg", "Best leg", "darts", "fewest darts of a leg that was won by a checkout"),
    Definition("highest_visit", "Highest visit", "points", "the most points of a visit"),
    Definition("n60", "60+", "count", "visits of 60 to 99 points"),
    Definition("n100", "100+", "count", "visits of 100 to 139 points"),
    Definition("n140", "140+", "count", "visits of 140 to 179 points"),
    Definition("n180", "180", "count", "visits of 180 points"),
    Definition("busts", "Busts", "count", "visits that were a bust; they score 0 and count three darts"),
    Definition("visits", "Visits", "count", "closed visits"),
    Definition("points", "Points", "points", "points of all visits"),
    Definition("darts", "Darts", "darts", "the darts that averages are divided by"),
    Definition("thrown", "Darts thrown", "darts", "all darts, also those that did not count"),
    Definition("visit_mean", "Mean visit", "points", "points / visits"),
    Definition("visit_sd", "Spread of visits", "points", "sample standard deviation of the points of visits"),
    Definition("visit_mean_over_sd", "Consistency", "count", "mean visit / spread of visits"),
    Definition("longest_slump", "Longest slump", "visits", "most visits in a row whose average of ten visits is below the average of all"),
    Definition("mpr", "Marks per round", "marks", "3 x marks that had an effect / darts, in Cricket"),
    Definition("first9_mpr", "First 9 MPR", "marks", "marks per round of the first three visits of each leg"),
    Definition("legs", "Legs", "count", "finished legs"),
    Definition("legs_won", "Legs won", "count", "legs won by the player's side"),
    Definition("breaks", "Breaks", "count", "legs won that another side began"),
    Definition("sets", "Sets", "count", "finished sets"),
    Definition("sets_won", "Sets won", "count", "sets won by the player's side"),
    Definition("matches", "Matches", "count", "finished matches"),
    Definition("matches_won", "Matches won", "count", "matches won by the player's side"),
    Definition("win_rate", "Win rate", "percent", "100 x matches won / finished matches"),
    Definition("mean_radius", "Grouping", "mm", "mean distance of the darts of a visit from their own mean, as measured by the cameras"),
    Definition("form", "Form", "points", "3-dart average of the last ten finished legs"),
)  # fmt: skip

LOWER_IS_BETTER: Final = frozenset({"best_leg", "visit_sd", "busts", "longest_slump", "mean_radius"})
