"""The tables of what players did in legs: folds of `statistics_updated` (`projections/player_legs.py`)."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from dartd.store.entity_table import METADATA, SECONDS

# What each player did in each leg, as integers; set 0 and leg 0 stand for the match itself (sets and matches, played and won).
# `sums_body`: beds, targets and grouping; `visits_body`: points, darts, beds and time of each visit; `points_body`: measured darts in mm.
FIGURES = (
    *("points", "darts", "thrown", "first9_points", "first9_darts", "checkout_attempts", "checkouts", "legs", "legs_won"),
    *("highest_checkout", "highest_visit", "n60", "n100", "n140", "n180", "busts", "visits", "squares"),
    *("marks", "marks_darts", "marks_visits", "first9_marks", "first9_marks_darts"),
    *("breaks", "sets", "sets_won", "matches", "matches_won"),
)
# The figures that are read of every leg of a career: they are in the index, so that no row is read.
SHOWN_FIGURES = (
    "points", "darts", "first9_points", "first9_darts", "checkouts", "checkout_attempts", "visits", "legs", "legs_won",
)  # fmt: skip
_OF_A_LEG = ("set_number", "leg_number", "side", "thrower")

player_legs = Table(
    "player_legs",
    METADATA,
    Column("match_id", Text, primary_key=True),
    *(Column(name, Integer, primary_key=True, autoincrement=False) for name in _OF_A_LEG),
    Column("player_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at_s", SECONDS, nullable=False),
    Column("game", Text, nullable=False),
    Column("finished", Boolean, nullable=False),
    *(Column(name, Integer, nullable=False) for name in FIGURES),
    Column("best_start", Integer),
    Column("best_darts", Integer),
    *(Column(f"{name}_body", Text, nullable=False) for name in ("sums", "visits", "points")),
    Index(
        "player_legs_player",
        *("player_id", "at_s", "finished", "leg_number", "game", "match_id", "set_number", "side", "thrower"),
        *(*SHOWN_FIGURES, "marks_visits"),
    ),
)

# How often a player hit a bed (by its code) in a leg, and in how many visits.
leg_beds = Table(
    "leg_beds",
    METADATA,
    Column("match_id", Text, primary_key=True),
    *(Column(name, Integer, primary_key=True, autoincrement=False) for name in (*_OF_A_LEG, "bed")),
    Column("hits", Integer, nullable=False),
    Column("visits", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The finished legs of a player in a week or a block of `weeks` (`period`: its number since 1970), added up: of a game, with game "" of all;
# `x01@bob` and `@bob` are of those against a player.
player_periods = Table(
    "player_periods",
    METADATA,
    Column("player_id", Text, primary_key=True),
    Column("weeks", Integer, primary_key=True, autoincrement=False),
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("game", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

# Visits of the board that belong to a match.
match_visits = Table(
    "match_visits",
    METADATA,
    Column("visit_id", Text, primary_key=True),
    Column("match_id", Text, nullable=False),
)

# Visits of the board, with a player, that belong to no match.
free_visits = Table(
    "free_visits",
    METADATA,
    Column("visit_id", Text, primary_key=True),
    Column("player_id", Text, nullable=False),
    Column("at_s", SECONDS, nullable=False),
    Column("total", Integer, nullable=False),
    Index("free_visits_player", "player_id", "at_s", "visit_id", "total"),
)
