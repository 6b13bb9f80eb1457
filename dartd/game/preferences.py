"""What a player likes to finish with."""

from collections.abc import Mapping
from typing import Any, Final

from dartd.game.beds import read_bed
from schemas.base import Value


class Preferences(Value, frozen=True, kw_only=True):
    """Preferred doubles as codes of beds, the best first, and whether the bull is to be avoided."""

    preferred_doubles: tuple[int, ...] = ()
    avoid_bull: bool = False


NO_PREFERENCES: Final = Preferences()


def read_preferences(written: Mapping[str, Any]) -> Preferences:
    """Return preferences from those of a profile, with beds as players write them; what is no bed is left out."""
    codes = []
    for label in written.get("preferred_doubles", ()):
        try:
            codes.append(read_bed(str(label)))
        except ValueError:
            continue
    return Preferences(preferred_doubles=tuple(codes), avoid_bull=bool(written.get("avoid_bull", False)))
