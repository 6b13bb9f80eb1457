"""The registered webhooks and the state of their deliveries."""

from schemas.base import Value


class WebhookState(Value, frozen=True, kw_only=True):
    """One webhook: whether it is active, and its deliveries that are pending or have finally failed."""

    active: bool = True
    pending: int = 0
    failed: int = 0


class Webhooks:
    """The state of each webhook by id, reported in `/health/deep` and `system_status`. Empty until webhooks can be created (N7)."""

    def __init__(self) -> None:
        self.states: dict[str, WebhookState] = {}

    @property
    def active_count(self) -> int:
        """Return the number of active webhooks."""
        return sum(state.active for state in self.states.values())

    @property
    def pending_count(self) -> int:
        """Return the number of deliveries that are waiting."""
        return sum(state.pending for state in self.states.values())

    @property
    def failed_count(self) -> int:
        """Return the number of deliveries that have finally failed."""
        return sum(state.failed for state in self.states.values())
