"""A Debian without anything in it, for what a new user does: `debootstrap` makes the tree, `chroot` enters it; both need root."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.daemon import ROOT

PACKAGES: Final = "python3,python3-venv,git,make,curl,ca-certificates,procps"  # what README.md takes for granted
USER: Final = "ada"
HOME: Final = f"/home/{USER}"
_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_ENTER: Final = 'mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && exec chroot --userspec="$1" "$0" /usr/bin/env -i "${@:2}"'


class CleanDebian:
    """A tree with an ordinary user, who has a clone of this repository; the network is that of the machine."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(tree)], check=True, stdout=subprocess.DEVNULL
        )
        subprocess.run(["umount", str(tree / "proc")], check=False, stderr=subprocess.DEVNULL)  # debootstrap may leave it
        for each in (Path("/etc/resolv.conf"), _CERTIFICATES):
            shutil.copy(each, tree / each.relative_to("/"))
        subprocess.run(["chroot", str(tree), "useradd", "--create-home", USER], check=True)
        subprocess.run(["git", "clone", "-q", str(ROOT), str(tree / HOME[1:] / "clone")], check=True)
        subprocess.run(["chroot", str(tree), "chown", "-R", f"{USER}:{USER}", HOME], check=True)

    def path(self, inside: str) -> Path:
        """Return where a file of the tree is."""
        return self._tree / inside.lstrip("/")

    def run(self, command: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a command of the shell in the clone, as the ordinary user."""
        return subprocess.run(self._inside(command, environ), capture_output=True, text=True, check=False)

    @contextmanager
    def running(self, command: str, environ: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
        """Let a command run while the block does, then interrupt it as Ctrl-C does, and wait for its end."""
        process = subprocess.Popen(
            self._inside(command, environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate()

    def _inside(self, command: str, environ: Mapping[str, str]) -> list[str]:
        index = {name: value for name, value in os.environ.items() if name.startswith("PIP_") and name != "PIP_FIND_LINKS"}
        given = {"HOME": HOME, "USER": USER, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **index, **environ}
        shell = [
            "bash",
            "-c",
            f"cd {HOME}/clone && {command}; exit $?",
        ]  # the shell stays: it is the first process, which ends what is left
        variables = [f"{name}={value}" for name, value in given.items()]
        return ["unshare", "--mount", "--pid", "--fork", "bash", "-c", _ENTER, str(self._tree), f"{USER}:{USER}", *variables, *shell]
