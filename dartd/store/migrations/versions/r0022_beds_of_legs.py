"""How often each bed was hit in each leg, and the visits of no match, computed from the journal when the store is opened; a wider index."""

import sqlalchemy as sa
from alembic import op

revision = "r0022"
down_revision = "r0021"


def upgrade() -> None:
    """Add the tables, and make the index again, so that the legs of a career are listed and added up from it alone."""
    op.create_table(
        "leg_beds",
        sa.Column("match_id", sa.Text, primary_key=True),
        *(
            sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)
            for name in ("set_number", "leg_number", "side", "thrower", "bed")
        ),
        sa.Column("hits", sa.Integer, nullable=False),
        sa.Column("visits", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.drop_index("player_legs_player", table_name="player_legs")
    of_a_leg = ["player_id", "at_s", "finished", "leg_number", "game", "match_id", "set_number", "side", "thrower"]
    shown = ["points", "darts", "first9_points", "first9_darts", "checkouts", "checkout_attempts", "visits", "legs", "legs_won"]
    op.create_index("player_legs_player", "player_legs", [*of_a_leg, *shown, "marks_visits"])
    op.create_table(
        "free_visits",
        sa.Column("visit_id", sa.Text, primary_key=True),
        sa.Column("player_id", sa.Text, nullable=False),
        sa.Column("at_s", sa.Float(53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
    )
    op.create_index("free_visits_player", "free_visits", ["player_id", "at_s", "visit_id", "total"])
