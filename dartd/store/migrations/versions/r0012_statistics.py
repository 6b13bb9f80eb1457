"""What each player did in each leg, and with what players like to finish."""

import sqlalchemy as sa
from alembic import op

revision = "r0012"
down_revision = "r0011"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")
_FIGURES = (
    *("points", "darts", "thrown", "first9_points", "first9_darts", "checkout_attempts", "checkouts", "legs", "legs_won"),
    *("highest_checkout", "highest_visit", "n60", "n100", "n140", "n180", "busts", "visits", "squares"),
    *("marks", "marks_darts", "marks_visits", "first9_marks", "first9_marks_darts"),
    *("breaks", "sets", "sets_won", "matches", "matches_won"),
)


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "player_legs",
        sa.Column("match_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Integer, primary_key=True, autoincrement=False) for name in ("set_number", "leg_number", "side", "thrower")),
        sa.Column("player_id", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at_s", _SECONDS, nullable=False),
        sa.Column("game", sa.Text, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _FIGURES),
        sa.Column("best_start", sa.Integer),
        sa.Column("best_darts", sa.Integer),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("sums_body", "visits_body", "points_body")),
    )
    op.create_index("player_legs_player", "player_legs", ["player_id", "at_s"])
    op.create_table(
        "match_visits",
        sa.Column("visit_id", sa.Text, primary_key=True),
        sa.Column("match_id", sa.Text, nullable=False),
    )
    op.add_column("players", sa.Column("preferences", sa.Text, nullable=False, server_default="{}"))
