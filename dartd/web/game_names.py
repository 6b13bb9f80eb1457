"""Names of games in requests."""

from dartd.game.catalog import NAMES
from dartd.web.http.problems import Problem


def known_game(name: str | None) -> str | None:
    """Return the name of a game as it was asked for; None asks for every game.

    Raises:
        Problem: 422, there is no such game; the message lists those that there are.
    """
    if name is not None and name not in NAMES:
        raise Problem(422, "VALIDATION_ERROR", f"game: expected one of {', '.join(NAMES)}", details={"field": "game"})
    return name
