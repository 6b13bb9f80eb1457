"""The operator's token: made once, kept in the state directory, readable by its owner only."""

from pathlib import Path

from dartd.store.kept_secret import kept_secret

FILE = "operator-token"


def operator_token(state_path: Path) -> tuple[str, bool]:
    """Return the token of a state directory, and whether it was made just now; blocks.

    Raises:
        StoreError: it can be neither read nor made.
    """
    return kept_secret(state_path / FILE, "the operator's token", "let this user write there, or set auth.token")
