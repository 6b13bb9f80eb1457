"""What deciders of tests have in common: they remember nothing over a restart."""

from collections.abc import Iterable

from schemas.events import JournalledEvent


class Forgetful:
    """A decider without a memory."""

    name = "board"

    def memory(self, epoch_s: float) -> bytes:  # noqa: ARG002 - the port of a decider
        """Return nothing to remember."""
        return b"{}"

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Remember nothing."""
