"""`dartd trust`."""

import shutil
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli import main
from dartd.cli.trust import server_of
from dartd.config import load_config
from dartd.errors import ListenError
from tests.support.waiting import DEADLINE_S


def test_only_the_page_and_the_certificate_are_served() -> None:
    """Nothing else, whatever is asked for."""
    with server_of(0, b"the page", b"the certificate") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        found: dict[str, object] = {}
        for path in ("/", "/dartd-ca.crt", "/ca.key", "/../ca.key", "/?x"):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}{path}", timeout=DEADLINE_S) as answer:
                    found[path] = (answer.read(), answer.headers["Content-Type"])
            except urllib.error.HTTPError as error:
                found[path] = error.code
        with pytest.raises(ListenError, match="--port"):
            server_of(server.server_port, b"", b"")
        server.shutdown()
        thread.join()

    assert found == {
        "/": (b"the page", "text/html; charset=utf-8"),
        "/dartd-ca.crt": (b"the certificate", "application/x-x509-ca-cert"),
        **dict.fromkeys(("/ca.key", "/../ca.key", "/?x"), 404),
    }


def test_without_an_authority_it_says_how_to_make_one(tmp_path: Path) -> None:
    """There is nothing to trust."""
    path = tmp_path / "dartd.toml"
    path.write_text(f'state_dir = "{tmp_path}"\n')
    result = CliRunner().invoke(main, ["trust", "--config", str(path)])

    assert result.exit_code == 1
    assert "dartd init --https" in result.output


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_init_makes_a_configuration_that_serves_https(tmp_path: Path) -> None:
    """A new file names the certificates; one that exists stays, and the lines are shown."""
    path, mine = tmp_path / "a" / "dartd.toml", tmp_path / "b" / "dartd.toml"
    environ = {"STATE_DIRECTORY": str(tmp_path / "state")}
    made = CliRunner().invoke(main, ["init", "--https", "--config", str(path), "--name", "darts.lan"], env=environ)
    mine.parent.mkdir()
    mine.write_text("[server]\nport = 8443\n")
    shown = CliRunner().invoke(main, ["init", "--https", "--config", str(mine)], env=environ)
    server = load_config(path, environ).server

    assert (made.exit_code, shown.exit_code) == (0, 0), made.output + shown.output
    assert server.tls_cert == str(tmp_path / "state" / "tls" / "server.pem")
    assert Path(server.tls_key or "").is_file()
    assert "https://localhost" in made.output
    assert "darts.lan" in made.output
    assert "dartd trust" in made.output
    assert mine.read_text() == "[server]\nport = 8443\n"
    assert f'tls_cert = "{server.tls_cert}"' in shown.output
