"""What a player likes to finish with."""

from typing import Final

from schemas.base import Value


class Preferences(Value, frozen=True, kw_only=True):
    """Preferred doubles as codes of beds, the best first, and whether the bull is to be avoided."""

    preferred_doubles: tuple[int, ...] = ()
    avoid_bull: bool = False


NO_PREFERENCES: Final = Preferences()
