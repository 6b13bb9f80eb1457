"""The keys of other systems; their combinations are in test_contradictions.py."""

import pytest

from dartd.config import CompatConfig, Config, NatsConfig
from dartd.config.contradictions import contradictions


def test_interfaces_on_their_ports() -> None:
    """An interface that is off must not be listed, and one on the port of the server has no port of its own."""
    compat = CompatConfig(autodarts=3180, opendarts="same_port", caller=8079)

    assert compat.surfaces == {"autodarts": 3180, "opendarts": None, "caller": 8079}


@pytest.mark.parametrize("given", [{"tls_cert": "a.pem"}, {"tls_key": "a.key"}])
def test_a_certificate_needs_its_key(given: dict[str, str]) -> None:
    """One of both alone must be refused."""
    found = list(contradictions(Config(nats=NatsConfig(**given))))  # type: ignore[arg-type]  # texts, as a file has them

    assert [path for path, _ in found] == ["$.nats.tls_key" if "tls_cert" in given else "$.nats.tls_cert"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"username": "a", "token_file": "b"}, "$.nats.token_file"),
        ({"nkey_file": "a", "credentials_file": "b"}, "$.nats.nkey_file"),
        ({"password_file": "a"}, "$.nats.username"),
    ],
)
def test_a_connection_has_one_way_to_log_in(given: dict[str, str], path: str) -> None:
    """Two of them, or half of one, must be refused."""
    found = list(contradictions(Config(nats=NatsConfig(**given))))  # type: ignore[arg-type]  # texts, as a file has them

    assert [each for each, _ in found] == [path]
