"""A run of the daemon with everything secret in it; then nothing secret is found where it does not belong."""

import contextlib
import io
import json
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from dartd.store.sqlite.backend import SqliteBackend
from tests.support.daemon import ROOT, RunningDaemon, free_port, write_config
from tests.support.waiting import DEADLINE_S

PASSWORD = "swordfish-and-more"  # noqa: S105  a test's


def _dartd(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dartd", *arguments], input=given, capture_output=True, text=True, check=True, timeout=DEADLINE_S, cwd=ROOT
    )
    return done.stdout.strip()


def _ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json", **named}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310
            text = answer.read()
            return answer.status, json.loads(text) if text[:1] in {b"{", b"["} else text.decode()
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def _log_in_as_page(port: int) -> tuple[Any, list[str]]:
    """Log in as a page does; return the answer and the cookies."""
    body = json.dumps({"username": "ann", "password": PASSWORD, "cookie": True}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/auth/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310
        cookies = [each.partition("=")[2].partition(";")[0] for each in answer.headers.get_all("Set-Cookie")]
        return json.loads(answer.read()), cookies


def _bundle(port: int, key: str) -> dict[str, str]:
    """Return the files of the debug bundle."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/debug-bundle", headers={"X-API-Key": key})
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.sqlite
def test_secrets_are_found_nowhere_but_where_they_belong(tmp_path: Path) -> None:
    """Not in the log, the database, the metrics, the audit log, the events or an error."""
    port = free_port()
    config = write_config(tmp_path, port, cameras=1)
    with RunningDaemon(config, port, environ={"DARTD_SERVER_DEBUG": "true"}) as daemon:
        daemon.until_ready()
        key = _dartd("key", "create", "--name", "n", "--role", "admin", "--quiet", "--config", str(config))
        _dartd("user", "create", "ann", "--role", "admin", "--password-stdin", "--config", str(config), given=PASSWORD + "\n")
        _, session = _ask(port, "POST", "/api/v1/auth/login", {"username": "ann", "password": PASSWORD})
        wrong, refused = _ask(port, "POST", "/api/v1/auth/login", {"username": "ann", "password": PASSWORD + "!"})
        page, cookies = _log_in_as_page(port)
        bearer = {"Authorization": f"Bearer {session['access_token']}"}
        _, turned = _ask(port, "POST", "/api/v1/auth/refresh", {"refresh_token": session["refresh_token"]})
        made_status, made = _ask(port, "POST", "/api/v1/auth/api-keys", {"name": "k"}, X_API_Key=key, Idempotency_Key="i")
        _, strange = _ask(port, "PUT", "/api/v1/users/me", {"password": PASSWORD, "old_password": 7}, **bearer)
        _ask(port, "GET", f"/api/v1/board?token={key}")
        with connect(f"ws://127.0.0.1:{port}/ws?token={key}", proxy=None) as socket:
            socket.send(json.dumps({"action": "auth", "token": session["access_token"] + "!"}))
            with contextlib.suppress(ConnectionClosed):
                while True:
                    socket.recv(timeout=DEADLINE_S)
        answers = [
            _ask(port, "GET", path, X_API_Key=key)[1]
            for path in ("/metrics", "/api/v1/audit?limit=100", "/api/v1/events?limit=100", "/health")
        ]
        bundle = _bundle(port, key)
        status, out, log = daemon.end()

    state = tmp_path / "state"
    operator, signing, first_password = ((state / name).read_text().strip() for name in ("operator-token", "signing-key", "first-password"))
    secrets = [PASSWORD, first_password, operator, signing, key, made["api_key"], page["csrf_token"], *cookies]
    secrets += [each[name] for each in (session, turned) for name in ("access_token", "refresh_token")]
    stored = b"".join(path.read_bytes() for path in state.glob("dartd.db*"))
    assert (status, wrong, made_status) == (0, 401, 201)
    assert all(len(secret) >= 12 for secret in secrets)
    assert [secret for secret in secrets if secret in out] == []  # stdout is a pipe: it may end in a journal
    assert (str(state / "first-password") in out, str(state / "operator-token") in out) == (True, True)
    assert [secret for secret in secrets if secret in log or secret.encode() in stored] == []
    assert [secret for secret in secrets if secret in json.dumps([answers, refused, strange, bundle])] == []
    assert (len(cookies), "POST /api/v1/auth/login 401" in log) == (3, True)


def test_what_the_daemon_writes_is_for_its_user_alone(tmp_path: Path) -> None:
    """The database, its log, the lock, the secrets and the pictures of throws, whatever the umask of the shell was."""
    port = free_port()
    with RunningDaemon(write_config(tmp_path, port, cameras=1), port) as daemon:
        daemon.until_ready()
        open_to_others = [path for path in (tmp_path / "state").rglob("*") if path.stat().st_mode & 0o077]

    assert open_to_others == []


@pytest.mark.sqlite
def test_a_store_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """A store of an earlier version keeps no mode of old."""
    path = tmp_path / "dartd.db"
    SqliteBackend.open(path).close()
    path.chmod(0o644)
    SqliteBackend.open(path).close()

    assert path.stat().st_mode & 0o777 == 0o600
