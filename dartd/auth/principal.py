"""The authenticated caller, the same for HTTP, WebSocket and SSE."""

from typing import Literal

from dartd.auth.permissions import kinds_of
from schemas.base import Value


class Principal(Value, frozen=True, kw_only=True):
    """A caller and its permissions. `name` appears in logs, audit log and events: a user id, `key:ID` or `anonymous`."""

    kind: Literal["anonymous", "user", "key"] = "anonymous"
    name: str = "anonymous"
    role: str = "anonymous"
    permissions: frozenset[str] = frozenset()
    user_id: str | None = None
    player_id: str | None = None
    key_id: str | None = None
    family_id: str | None = None
    rate_limit: int | None = None

    @property
    def is_anonymous(self) -> bool:
        """Return whether the caller sent no token."""
        return self.kind == "anonymous"

    @property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of topic that the caller may read, and the topic of the caller's own player."""
        kinds = kinds_of(self.permissions)
        if self.player_id is None or "player" in kinds or not self.may("profile:own"):
            return kinds
        return kinds | {f"player:{self.player_id}"}

    def may(self, permission: str) -> bool:
        """Return whether the caller has a permission."""
        return permission in self.permissions
