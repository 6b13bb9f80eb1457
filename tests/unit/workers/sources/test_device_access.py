"""A device that cannot be opened is reported with its cause and the remedy."""

import subprocess
from pathlib import Path

from workers.sources.device_access import program_using, reason_unopened


def test_another_program_is_named(tmp_path: Path) -> None:
    """Name and process id of the program that has the device open are reported, also through a link, and nothing once it has ended."""
    device, link = tmp_path / "video0", tmp_path / "by-path"
    device.touch()
    link.symlink_to(device)
    with device.open() as file, subprocess.Popen(["sleep", "20"], stdin=file) as process:
        found = program_using(link)
        reason = reason_unopened(link)
        process.terminate()

    assert found == f"sleep (process {process.pid})"
    assert reason == f"in use by {found}; end that program"
    assert program_using(link) is None


def test_permission_comes_first(tmp_path: Path) -> None:
    """Without permission the group is named; with it, and no other program, nothing else is left but that it is no camera."""
    device = tmp_path / "video0"
    device.touch()

    assert "group video" in reason_unopened(device, is_permitted=False)
    assert "no camera answers" in reason_unopened(device)
