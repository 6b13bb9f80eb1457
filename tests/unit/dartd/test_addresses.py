"""Where browsers reach this daemon."""

import pytest

from dartd.addresses import invitation, is_loopback, local_host, network_host, qr_svg, url_of


@pytest.mark.parametrize(
    ("host", "local", "network"),
    [("127.0.0.1", "127.0.0.1", None), ("::1", "::1", None), ("localhost", "localhost", None), ("10.0.0.7", "10.0.0.7", "10.0.0.7")],
)
def test_a_bound_address_is_what_is_opened(host: str, local: str, network: str | None) -> None:
    """Other devices reach it unless it is of this machine alone."""
    assert (local_host(host), network_host(host)) == (local, network)


def test_all_addresses_are_reached_by_one_that_is_not_of_this_machine_alone() -> None:
    """None where the machine is in no network."""
    found = network_host("0.0.0.0")  # noqa: S104  not bound

    assert local_host("0.0.0.0") == local_host("::") == "localhost"  # noqa: S104  not bound
    assert found is None or not is_loopback(found)


def test_addresses_and_their_codes() -> None:
    """IPv6 is in brackets; a code is square, in characters two modules high, and as an image without style."""
    words, code = invitation(url_of("http", "192.168.178.20", 8000), with_code=True)
    lines = code.split("\n")
    image = qr_svg("http://board.lan:8000/")

    assert (url_of("http", "fd00::7", 8000), url_of("https", "board.lan", 443)) == ("http://[fd00::7]:8000/", "https://board.lan:443/")
    assert words == "for other devices in this network: http://192.168.178.20:8000/"
    assert invitation("http://board.lan/", with_code=False) == ["for other devices in this network: http://board.lan/"]
    assert {len(line) for line in lines} == {29}
    assert len(lines) == 15
    assert image.startswith(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29">')
    assert b"style" not in image
