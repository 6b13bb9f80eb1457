"""What the board manager says of its machine; tests/integration/test_compat.py has the routes."""

from dartd.outlets.compat.autodarts_routes import host_of_machine


def test_the_machine_is_described() -> None:
    """Each field is there, wherever it runs."""
    host = host_of_machine("1.2.3")

    assert (host["os"], host["clientVersion"]) == ("linux", "1.2.3")
    assert host["cpu"]["cores"] >= 1
