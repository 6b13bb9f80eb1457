"""What may be entered into a tournament: changes of it, and fixtures that its organiser adds."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from dartd.errors import ConflictError
from dartd.game.rules import RulesError
from dartd.tournament.table import ladder_order
from schemas.tournament import Fixture, Stage, Tournament

CHANGEABLE: Final = frozenset({"name", "description", "starts_at", "tie_breaks"})  # also after the draw
HIGHEST_CHALLENGE: Final = 2  # places up a ladder

_replace = msgspec.structs.replace


def check_change(tournament: Tournament, changes: Mapping[str, Any]) -> None:
    """Check that a tournament may change so: what the draw was made of stays.

    Raises:
        ConflictError: it was drawn.
    """
    fixed = sorted(set(changes) - CHANGEABLE)
    if tournament.status != "planned" and fixed:
        message = f"this tournament was drawn: {', '.join(fixed)} can be changed no more"
        raise ConflictError(message, tournament_id=tournament.tournament_id, status=tournament.status)


def entered_fixture(fixture: Fixture, tournament: Tournament | None, of_tournament: Sequence[Fixture], items: Sequence[Fixture]) -> Fixture:
    """Return a fixture as it stands in its list: in a tournament a challenge of its ladder, or a play-off, of two entrants.

    Raises:
        RulesError: its sides are no entrants, or the challenge goes too far up.
    """
    position = 1 + max((each.position for each in (of_tournament or items)), default=0)
    fixture = _replace(fixture, position=position)
    if tournament is None:
        return fixture
    known = {(each.player_id, each.name): k for k, each in enumerate(tournament.entrants) if not each.withdrawn}
    sides = []
    for side in fixture.sides:
        player = side.players[0] if len(side.players) == 1 else None
        entrant = None if player is None else known.get((player.player_id, player.name))
        if entrant is None:
            raise RulesError("this is no entrant of the tournament", field=f"$.sides[{side.side}].players")
        sides.append(_replace(side, entrant=entrant))
    if len({side.entrant for side in sides}) != 2 or len(sides) != 2:
        raise RulesError("a fixture of a tournament has two different entrants", field="$.sides")
    stage: Stage = "challenge" if tournament.format == "ladder" else "play_off"
    if stage == "challenge":
        order = ladder_order(tournament, of_tournament)
        up = order.index(sides[0].entrant or 0) - order.index(sides[1].entrant or 0)
        if not 1 <= up <= HIGHEST_CHALLENGE:
            raise RulesError(f"a challenge goes up at most {HIGHEST_CHALLENGE} places", field="$.sides")
    return _replace(fixture, sides=tuple(sides), tournament_id=tournament.tournament_id, stage=stage)
