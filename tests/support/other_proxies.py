"""Real Caddy and Traefik in front of a station, with the published recipes; tests with them are skipped where they are not installed."""

import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.daemon import ROOT, free_port
from tests.support.nginx import certificate
from tests.support.waiting import DEADLINE_S, Waiting

_RECIPES = ROOT / "config" / "proxies"


@contextmanager
def running_proxy(name: str, folder: Path, upstream: int) -> Iterator[int]:
    """Run `caddy` or `traefik` in front of a port; yield the port of its recipe."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"needs {name}: pip install {name}-bin")
    port = free_port()
    arguments = {"caddy": _caddy, "traefik": _traefik}[name](folder, port, upstream)
    log = (folder / f"{name}.log").open("w")
    process = subprocess.Popen(
        [program, *arguments], stdout=log, stderr=log, cwd=folder, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    )
    try:
        Waiting().until(lambda: _answers(port) or process.poll() is not None, name)
        assert process.poll() is None, (folder / f"{name}.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(DEADLINE_S)
        log.close()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
            return True
    except urllib.error.HTTPError:  # it wants TLS
        return True
    except (OSError, ValueError):
        return False


def _caddy(folder: Path, port: int, upstream: int) -> Sequence[str]:
    cert, key = certificate(folder)
    recipe = (_RECIPES / "Caddyfile").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    site = f"https://127.0.0.1:{port}, https://[::1]:{port} {{\n\ttls {cert} {key}"
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + recipe.replace("darts.example {", site))
    return ["run", "--config", "Caddyfile", "--adapter", "caddyfile"]


def _traefik(folder: Path, port: int, upstream: int) -> Sequence[str]:
    cert, key = certificate(folder)
    recipe = (_RECIPES / "traefik.yaml").read_text().replace("http://192.168.1.20:8000", f"http://127.0.0.1:{upstream}")
    store = f"tls:\n  stores:\n    default:\n      defaultCertificate:\n        certFile: {cert}\n        keyFile: {key}\n"
    (folder / "dynamic.yaml").write_text(recipe.replace("Host(`darts.example`)", "HostRegexp(`.+`)") + store)
    return [f"--entryPoints.websecure.address=:{port}", "--providers.file.filename=dynamic.yaml", "--log.level=INFO"]
