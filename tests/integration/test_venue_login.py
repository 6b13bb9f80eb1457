"""How boards and relays identify themselves to a real nats-server, and it to them."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from dartd.config import NatsConfig
from dartd.outlets.nats.connection import LinkError, connected
from dartd.outlets.nats.stream import ensure_stream
from tests.support.nats_accounts import new_accounts, new_key
from tests.support.nats_server import NatsServer
from tests.support.nginx import certificate


class Login(NamedTuple):
    """What the server has in its configuration, and what the right and a wrong client have in theirs; keys of files have their text."""

    server: str
    right: dict[str, str]
    wrong: dict[str, str]
    scheme: str = "nats"


def _password(_folder: Path) -> Login:
    right = {"username": "board", "password_file": "right"}
    return Login('authorization { user: "board", password: "right" }', right, {**right, "password_file": "wrong"})


def _token(_folder: Path) -> Login:
    return Login('authorization { token: "right" }', {"token_file": "right\n"}, {"token_file": "wrong"})


def _nkey(_folder: Path) -> Login:
    key = new_key()
    return Login(f"authorization {{ users: [ {{ nkey: {key.public} }} ] }}", {"nkey_file": key.seed + "\n"}, {"nkey_file": new_key().seed})


def _credentials(_folder: Path) -> Login:
    accounts = new_accounts()
    return Login(accounts.server, {"credentials_file": accounts.creds}, {"credentials_file": new_accounts().creds})


def _tls(folder: Path) -> Login:
    cert, key = certificate(folder)
    (folder / "other").mkdir()
    other, _ = certificate(folder / "other")
    return Login(f'tls {{ cert_file: "{cert}", key_file: "{key}" }}', {"tls_ca": cert.read_text()}, {"tls_ca": other.read_text()}, "tls")


def _client_certificate(folder: Path) -> Login:
    cert, key = certificate(folder)
    right = {"tls_ca": cert.read_text(), "tls_cert": cert.read_text(), "tls_key": key.read_text()}
    server = f'tls {{ cert_file: "{cert}", key_file: "{key}", ca_file: "{cert}", verify: true }}'
    return Login(server, right, {"tls_ca": cert.read_text()}, "tls")


def _settings(server: NatsServer, folder: Path, given: dict[str, str]) -> NatsConfig:
    """Return a configuration whose files are in the folder."""
    folder.mkdir()
    values = dict(given)
    for name in values.keys() - {"username"}:
        (folder / name).write_text(values[name])
        values[name] = str(folder / name)
    return NatsConfig(url=server.url, **values)  # type: ignore[arg-type]  # texts, as a file has them


@pytest.mark.parametrize("login", [_password, _token, _nkey, _credentials, _tls, _client_certificate])
async def test_the_right_one_is_let_in(login: Callable[[Path], Login], tmp_path: Path) -> None:
    """The right credentials must reach the stream, wrong ones and none be refused with a reason."""
    found = login(tmp_path)
    refused: list[str] = []
    cases: dict[str, dict[str, str]] = {"wrong": found.wrong, "none": {}}
    with NatsServer(tmp_path / "nats", more=found.server, scheme=found.scheme) as server:
        async with connected(_settings(server, tmp_path / "right", found.right), "right") as link:
            stream = await ensure_stream(link, NatsConfig())
        for name, given in cases.items():
            with pytest.raises(LinkError) as error:
                async with connected(_settings(server, tmp_path / name, given), name):
                    pass
            refused.append(error.value.message)

    assert stream.last == 0
    assert all(refused)


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("credentials_file", "-----BEGIN NATS USER JWT-----\nx", "creds file"),
        ("credentials_file", "", "creds file"),
        ("nkey_file", "SU", "seed"),
    ],
)
async def test_a_broken_file_is_an_error(key: str, text: str, reason: str, tmp_path: Path) -> None:
    """It must be named with what is expected, and stop nothing else: the package never stops to read at the end of such a file."""
    with NatsServer(tmp_path / "nats") as server, pytest.raises(LinkError, match=reason):
        async with connected(_settings(server, tmp_path / "broken", {key: text}), "broken"):
            pass
