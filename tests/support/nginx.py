"""A real nginx in front of a station, with the published recipe, its ports and files replaced."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

from tests.support.daemon import ROOT, free_port
from tests.support.waiting import DEADLINE_S, Waiting

_RECIPE = ROOT / "config" / "proxies" / "nginx.conf"
_MAIN = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 and return its file and that of its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE_S)
    return cert, key


def _server(recipe: str, port: int, upstream: int, cert: Path, key: Path) -> str:
    text = re.sub(r"listen \[::\]:443", f"listen [::1]:{port}", re.sub(r"listen 443", f"listen 127.0.0.1:{port}", recipe))
    text = re.sub(r"ssl_certificate .*;", f"ssl_certificate {cert};", text)
    text = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {key};", text)
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")


@contextmanager
def running_nginx(folder: Path, upstream: int) -> Iterator[tuple[int, int]]:
    """Run nginx in front of a port; yield the ports of the recipe, and of one that sends only `Host $host` and keeps the prefix."""
    if which("nginx") is None and os.environ.get("CI") != "true":
        pytest.skip("needs nginx")
    cert, key = certificate(folder)
    ports = free_port(), free_port()
    recipe = _RECIPE.read_text()
    plain = recipe[recipe.index("server {") :].replace("proxy_set_header X-Forwarded-Host $http_host;", "").replace(":8000/;", ":8000;")
    servers = _server(recipe, ports[0], upstream, cert, key) + _server(plain, ports[1], upstream, cert, key)
    config = folder / "nginx.conf"
    config.write_text(_MAIN.format(folder=folder, servers=servers))
    nginx = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        Waiting().until(lambda: (folder / "nginx.pid").exists() or nginx.poll() is not None, "nginx")
        assert nginx.poll() is None, (folder / "error.log").read_text()
        yield ports
    finally:
        nginx.terminate()
        nginx.wait(DEADLINE_S)
