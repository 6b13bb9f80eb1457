"""Players."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from schemas.api.answers import UNSEEN, Id, ListQuery, Text
from schemas.base import Value

Badge = Annotated[str, Meta(min_length=1, max_length=64, pattern=rf"^[^{UNSEEN}]+\Z", description="the id read from the badge")]
Boards = Annotated[tuple[Id, ...], Meta(max_length=32)]


class PlayerBoards(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Boards that a player prefers and is certified for."""

    preferred: Boards = ()
    certified: Boards = ()


Double = Annotated[str, Meta(pattern=r"^(D([1-9]|1[0-9]|20)|BULL)\Z", description="a double such as D16, or BULL")]


class PlayerPreferences(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How a player likes to finish: preferred doubles, the best first, and whether ways over the bull come last. Hints follow it."""

    preferred_doubles: Annotated[tuple[Double, ...], Meta(max_length=21)] = ()
    avoid_bull: bool = False


class NewPlayer(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new player; the id is optional."""

    name: Text
    player_id: Id | None = None
    badge_id: Badge | None = None
    group: Text | None = None
    skill_level: Text | None = None
    boards: PlayerBoards = PlayerBoards()
    preferences: PlayerPreferences = PlayerPreferences()
    active: bool = True
    shared: bool = False


class PlayerChange(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The changes of a player."""

    name: Text | UnsetType = UNSET
    badge_id: Badge | UnsetType | None = UNSET
    group: Text | UnsetType | None = UNSET
    skill_level: Text | UnsetType | None = UNSET
    boards: PlayerBoards | UnsetType = UNSET
    preferences: PlayerPreferences | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    shared: bool | UnsetType = UNSET


class Player(Value, frozen=True, kw_only=True):
    """A player; `shared`: other players may read profile and play. `photo` is the path of the photo, if there is one."""

    player_id: str
    name: str
    badge_id: str | None
    group: str | None
    skill_level: str | None
    boards: PlayerBoards
    preferences: PlayerPreferences
    active: bool
    shared: bool
    photo: str | None
    created_at: str
    updated_at: str


class PlayerFigures(Value, frozen=True, kw_only=True):
    """Figures of a player; `average` is the three-dart average as an exact decimal."""

    throws: int
    points: int
    visits: int
    best_visit: int
    average: str


class PlayerVisit(Value, frozen=True, kw_only=True):
    """A visit of a player."""

    visit_id: str
    timestamp: str
    total: int
    labels: tuple[str, ...]


class PlayerDetail(Player, frozen=True, kw_only=True):
    """A player with figures and the latest visits."""

    statistics: PlayerFigures
    history: tuple[PlayerVisit, ...]


class PlayersQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of players; `search` is a part of the name."""

    sort: Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"] = "name"
    active: bool | None = None
    group: Text | None = None
    search: Text | None = None


class PlayerRemoval(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How a player is deleted; with `erase` nothing of the person is kept, and the throws belong to no player."""

    erase: bool = False


class PlayerMerge(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The player who gets the throws of the other one."""

    into: Id


class SignOn(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The player to sign on, by badge or by id; without either the current player is signed off."""

    badge_id: Badge | None = None
    player_id: Id | None = None


class SignedOn(Value, frozen=True, kw_only=True):
    """The player who is signed on at the board."""

    player_id: str | None
    name: str | None
