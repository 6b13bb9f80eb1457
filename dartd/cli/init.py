"""`dartd init`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from dartd.cli.failure import reported_errors
from dartd.cli.local_authority import SERVER_DAYS, Certificates, make_certificates, own_names
from dartd.config import Config, load_config
from dartd.config.directories import SYSTEM_CONFIG, shipped, user_config
from dartd.errors import ConfigError

_CAMERA = "[[cameras]]"


@click.command("init")
@click.option(
    "--config",
    "given",
    type=click.Path(path_type=Path),
    help="The file to write; without it /etc/dartd/dartd.toml for root, ~/.config/dartd/dartd.toml for other users.",
)
@click.option("--yes", is_flag=True, help="Take every camera that is found without asking, as is done where there is no terminal.")
@click.option("--https", is_flag=True, help="Make a certificate authority for this machine and a certificate; again: a new certificate.")
@click.option("--name", "names", multiple=True, help="With --https: another name or address under which this machine is opened.")
def command(given: Path | None, yes: bool, https: bool, names: tuple[str, ...]) -> None:  # noqa: FBT001 - flags of the command line
    """Write a configuration: every key explained, with the cameras that are plugged in. A file that exists is never changed."""
    with reported_errors():
        path = given or default_path()
        if https:
            _make_certificates(path, names, ask=not yes and sys.stdin.isatty())
            return
        path = write_config(path, ask=not yes and sys.stdin.isatty())
        config = load_config(path, os.environ)
    _report(path, config)


def _make_certificates(path: Path, names: tuple[str, ...], *, ask: bool) -> None:
    """Make the certificates of a configuration, and the configuration if there is none; report what was made and what is next."""
    is_new = not path.exists()
    if is_new:
        write_config(path, ask=ask)
    config = load_config(path, os.environ)
    files = Certificates.of(path, config.state_path)
    named = own_names(config.server.host, names)
    made = make_certificates(files, named)
    keys = {"tls_cert": files.server, "tls_key": files.server_key}
    if is_new:
        text = path.read_text()
        for key, file in keys.items():
            text = re.sub(rf"^#{key} = .*$", f'{key} = "{file}"', text, count=1, flags=re.MULTILINE)
        path.write_text(text)
        config = load_config(path, os.environ)
        _report(path, config)
    click.echo(f"certificate for {', '.join(named)}: {files.server}, valid for {SERVER_DAYS} days; its authority: {files.authority}")
    if config.server.tls_cert != str(files.server):
        click.echo("to use it, write below [server] in " + f"{path}:\n" + "\n".join(f'    {key} = "{file}"' for key, file in keys.items()))
    click.echo(f"next:    dartd trust{_option(path)}    on phones and other computers, {'once' if made else 'if they do not trust it yet'}")


def _report(path: Path, config: Config) -> None:
    click.echo(
        f"written: {path}, with {len(config.cameras)} camera{'' if len(config.cameras) == 1 else 's'}; the state goes to {config.state_dir}"
    )
    named, scheme = _option(path), "https" if config.server.tls_cert else "http"
    click.echo(f"next:    dartd doctor{named}\n         dartd run{named}\n         then {scheme}://localhost:{config.server.port}/")


def _option(path: Path) -> str:
    return "" if path in {SYSTEM_CONFIG, user_config(os.environ)} else f" --config {path}"


def default_path() -> Path:
    """Return the path of the configuration of this user: for root that of the system."""
    return SYSTEM_CONFIG if os.geteuid() == 0 else user_config(os.environ)


def write_config(path: Path, *, ask: bool) -> Path:
    """Write a configuration with the cameras that are found, and return its path; `ask` for each camera.

    Raises:
        ConfigError: the file exists or cannot be written.
    """
    if path.exists():
        raise ConfigError(f"{path} exists and stays as it is: move it away, or name another file with --config", path=str(path))
    cameras = [entry for entry in found_cameras() if not ask or click.confirm(f"{entry}\nuse this camera?", default=True)]
    text = configuration(cameras)
    mode = 0o644 if path == SYSTEM_CONFIG else 0o600  # the system's is read by the user of the service; its secrets belong in dartd.env
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written, {error.strerror}: name another file with --config", path=str(path)) from None
    return path


def found_cameras() -> list[str]:
    """Return the lines of the configuration for each camera that is plugged in."""
    # The daemon never imports OpenCV: cameras are examined by a separate process.
    return entries(subprocess.run([sys.executable, "-m", "workers.sources.listing"], capture_output=True, text=True, check=False).stdout)


def entries(listing: str) -> list[str]:
    """Return the lines of each camera in what `dartd cameras` prints, with the comment that names it."""
    return [f"{entry.strip()}\n" for entry in listing.split("\n\n") if _CAMERA in entry]


def configuration(cameras: Iterable[str]) -> str:
    """Return the documented configuration with these cameras; its values are comments, so that what is not changed follows the defaults."""
    documented = re.sub(r"^(?=\w+ = )", "#", shipped("dartd.toml").read_text(), flags=re.MULTILINE)
    return "\n".join([documented, *cameras])
