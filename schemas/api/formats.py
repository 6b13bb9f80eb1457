"""Formats: rules and legs with a name, to begin matches with."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from schemas.api.answers import Id, ListQuery, Text
from schemas.api.changes import changes_of
from schemas.base import Value
from schemas.match import OPTIONS, RULES

_Tag = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}\Z", description="up to 32 small letters, digits, - or _")]
_Description = Annotated[str, Meta(max_length=500)]
_Sides = Annotated[int, Meta(ge=1, le=20)]


class FormatSides(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How many sides play, and of how many players each is (null: as they like)."""

    min: _Sides = 1
    max: _Sides = 20
    team_size: Annotated[int, Meta(ge=1, le=4)] | None = None


class NewFormat(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new format: rules of a game (each option has a default), legs and sets (default: one leg), and how many sides play."""

    format_id: Id | None = None
    name: Text
    description: _Description = ""
    tags: Annotated[tuple[_Tag, ...], Meta(max_length=20)] = ()
    rules: Annotated[dict[str, Any], Meta(description='such as {"game": "x01", "start": 501, "out": "double"}', extra_json_schema=RULES)]
    format: Annotated[dict[str, Any], Meta(description='such as {"goal": "first_to", "legs": 3}', extra_json_schema=OPTIONS)] = {}  # noqa: RUF012 - a struct copies it
    sides: Annotated[FormatSides | None, Meta(description="null: as many as the game allows")] = None


FormatChange = changes_of(NewFormat, "FormatChange", fixed={"format_id"})


class StoredFormat(NewFormat, frozen=True, kw_only=True):
    """A format, with every default filled in. A `builtin` one is read only: a copy of it can be changed."""

    format_id: str
    sides: FormatSides
    game: str
    builtin: bool
    created_at: str
    updated_at: str


class FormatCopy(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The name of a copy; without one it is named after the original."""

    format_id: Id | None = None
    name: Text | None = None


class FormatsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of formats."""

    sort: Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"] = "name"
    game: Annotated[str, Meta(max_length=40)] | None = None
    builtin: bool | None = None
    tag: _Tag | None = None


class FormatSearch(FormatsQuery, frozen=True, kw_only=True):
    """Words that all stand in name, description, tags, game or start score."""

    q: Annotated[str, Meta(max_length=100)] = ""
