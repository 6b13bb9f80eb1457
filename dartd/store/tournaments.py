"""Tournaments, lists and fixtures as entities that are read; they are written by their projection alone."""

from dartd.store.entity import Entity
from dartd.store.tables import fixtures, lists, tournaments

TOURNAMENTS = Entity("tournament", tournaments, sorts=("created_at", "name", "updated_at"), default_sort="-created_at")
LISTS = Entity("list", lists, sorts=("position", "created_at", "name"))
FIXTURES = Entity("fixture", fixtures, sorts=("position", "created_at"))
