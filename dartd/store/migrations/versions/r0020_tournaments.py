"""Tournaments, lists and fixtures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0020"
down_revision = "r0019"

_SECONDS = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "tournaments",
        sa.Column("tournament_id", sa.Text, primary_key=True),
        _text("name"),
        _text("description", nullable=True),
        sa.Column("starts_at_s", _SECONDS),
        _text("format"),
        _text("rules", nullable=True),
        _text("format_id", nullable=True),
        sa.Column("legs_to_win", sa.Integer),
        _text("entrants"),
        _text("status"),
        sa.Column("groups", sa.Integer, nullable=False),
        sa.Column("advance", sa.Integer, nullable=False),
        sa.Column("third_place", sa.Boolean, nullable=False),
        sa.Column("double_round", sa.Boolean, nullable=False),
        _text("tie_breaks"),
        sa.Column("void_withdrawn", sa.Boolean, nullable=False),
        *_dated(),
    )
    op.create_index("tournaments_status", "tournaments", ["status", "starts_at_s"])
    op.create_table(
        "lists",
        sa.Column("list_id", sa.Text, primary_key=True),
        _text("name"),
        _text("type"),
        _text("tournament_id", nullable=True),
        _text("player_id", nullable=True),
        sa.Column("position", sa.Integer, nullable=False),
        *_dated(),
    )
    op.create_index("lists_tournament", "lists", ["tournament_id", "position"])
    op.create_table(
        "fixtures",
        sa.Column("fixture_id", sa.Text, primary_key=True),
        _text("list_id"),
        _text("tournament_id", nullable=True),
        _text("sides"),
        _text("status"),
        *(_text(name, nullable=True) for name in ("board_id", "marker_id", "assigned_by")),
        sa.Column("assigned_at_s", _SECONDS),
        *(_text(name, nullable=True) for name in ("match_id", "result")),
        sa.Column("walkover", sa.Boolean, nullable=False),
        sa.Column("void", sa.Boolean, nullable=False),
        *(_text(name, nullable=True) for name in ("rules", "format_id")),
        sa.Column("legs_to_win", sa.Integer),
        _text("stage", nullable=True),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("group", sa.Integer),
        sa.Column("position", sa.Integer, nullable=False),
        *(sa.Column(f"{name}_at_s", _SECONDS) for name in ("called", "started", "finished")),
        *_dated(),
    )
    op.create_index("fixtures_list", "fixtures", ["list_id", "position"])
    op.create_index("fixtures_tournament", "fixtures", ["tournament_id", "position"])
    op.create_index("fixtures_match", "fixtures", ["match_id"])
    op.create_index("fixtures_status", "fixtures", ["status"])


def _text(name: str, *, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.Text, nullable=nullable)


def _dated() -> "list[sa.Column[Any]]":
    times: list[sa.Column[Any]] = [sa.Column(f"{name}_at_s", _SECONDS, nullable=False) for name in ("created", "updated")]
    return [*times, sa.Column("version", sa.Integer, nullable=False)]
