"""The operator's token: made once, kept in the state directory, readable by its owner only."""

import os
import secrets
from pathlib import Path

from dartd.errors import StoreError

FILE = "operator-token"
_BYTES = 24


def operator_token(state_path: Path) -> tuple[str, bool]:
    """Give the token of a state directory, and whether it was made just now; blocks.

    Raises:
        StoreError: it can be neither read nor made.
    """
    path = state_path / FILE
    try:
        return _read(path), False
    except FileNotFoundError:
        return _make(path), True
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"the operator's token {path} cannot be read: {error}", path=str(path)) from error


def _read(path: Path) -> str:
    token = path.read_text(encoding="ascii").strip()
    if not token:  # a start was cut short while it wrote
        path.unlink()
        raise FileNotFoundError(path)
    return token


def _make(path: Path) -> str:
    token = secrets.token_urlsafe(_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(
            f"the operator's token {path} cannot be written ({error.strerror}): let this user write there, or set auth.token",
            path=str(path),
        ) from error
    return token
