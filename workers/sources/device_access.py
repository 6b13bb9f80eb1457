"""Why a camera that is there cannot be opened: no permission, another program, or no camera at all."""

import os
from pathlib import Path

PROCESSES = Path("/proc")


def reason_unopened(path: Path, *, is_permitted: bool | None = None) -> str:
    """Return why a device cannot be opened, and the remedy; `is_permitted` is whether the user may read and write it (None: ask)."""
    permitted = os.access(path, os.R_OK | os.W_OK) if is_permitted is None else is_permitted
    if not permitted:
        return "this user may not open it; add the user to the group video (sudo usermod -aG video NAME) and sign in again"
    holder = program_using(path)
    if holder is not None:
        return f"in use by {holder}; end that program"
    return "no camera answers there, or a program of another user holds it; dartd cameras lists what is plugged in"


def program_using(path: Path) -> str | None:
    """Return name and process id of another program that has a file open; None if none of those that may be examined has."""
    device = path.resolve()
    for process in PROCESSES.iterdir():
        if not process.name.isdecimal() or int(process.name) == os.getpid():
            continue
        try:
            if any(file.readlink() == device for file in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # it has ended, or belongs to another user
            continue
    return None
