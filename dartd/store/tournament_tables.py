"""The tables of tournaments, lists and fixtures: folds of the events about them (`projections/tournaments.py`)."""

from sqlalchemy import Index

from dartd.store.entity_table import METADATA, entity_table
from schemas.tournament import Fixture, Tournament, TournamentList

tournaments = entity_table("tournaments", METADATA, Tournament)
Index("tournaments_status", tournaments.c.status, tournaments.c.starts_at_s)

lists = entity_table("lists", METADATA, TournamentList)
Index("lists_tournament", lists.c.tournament_id, lists.c.position)

fixtures = entity_table("fixtures", METADATA, Fixture)
Index("fixtures_list", fixtures.c.list_id, fixtures.c.position)
Index("fixtures_tournament", fixtures.c.tournament_id, fixtures.c.position)
Index("fixtures_match", fixtures.c.match_id)
Index("fixtures_status", fixtures.c.status)
