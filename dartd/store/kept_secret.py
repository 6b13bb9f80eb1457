"""Secrets that are made once and kept in the state directory, readable by their owner only; never in the database or a copy of it."""

import os
import secrets
from pathlib import Path

from dartd.errors import StoreError

_BYTES = 24


def kept_secret(path: Path, what: str, remedy: str, size_bytes: int = _BYTES) -> tuple[str, bool]:
    """Return the secret of a file, and whether it was made just now; blocks. `what` and `remedy` are words for its error.

    Raises:
        StoreError: it can be neither read nor made.
    """
    try:
        return _read(path), False
    except FileNotFoundError:
        return _make(path, what, remedy, size_bytes), True
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{what} {path} cannot be read: {error}", path=str(path)) from error


def _read(path: Path) -> str:
    token = path.read_text(encoding="ascii").strip()
    if not token:  # a start was cut short while it wrote
        path.unlink()
        raise FileNotFoundError(path)
    return token


def _write(path: Path, secret: str, what: str, remedy: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"{what} {path} cannot be written ({error.strerror}): {remedy}", path=str(path)) from error


def _make(path: Path, what: str, remedy: str, size_bytes: int) -> str:
    token = secrets.token_urlsafe(size_bytes)
    _write(path, token, what, remedy)
    return token
