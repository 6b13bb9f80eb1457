"""Screens that wait to be paired."""

from dartd.auth.pairings import LIFETIME_S, MAX_OPEN, MAX_OPEN_PER_ADDRESS, Pairings


def test_a_code_is_confirmed_once_and_its_key_fetched_once() -> None:
    """By the secret of the screen, which the code does not give away."""
    pairings = Pairings(now=lambda: 1.0)
    code, secret = pairings.begin("ip:192.0.2.1") or ("", "")
    waiting, found = pairings.claim(secret), pairings.take(code)
    assert found is not None
    found.api_key = "dk_live_1"

    assert (waiting is found, len(code), code.isdigit()) == (True, 6, True)
    assert (pairings.claim(code), pairings.take(code), pairings.claim(secret), pairings.claim(secret)) == (None, None, found, None)


def test_a_code_expires() -> None:
    """For the user and for the screen."""
    now_s = 1.0
    pairings = Pairings(now=lambda: now_s)
    code, secret = pairings.begin("ip:192.0.2.1") or ("", "")
    now_s += LIFETIME_S

    assert (pairings.take(code), pairings.claim(secret)) == (None, None)


def test_the_number_of_open_codes_is_bounded() -> None:
    """In all and of one address, so that guessing stays hopeless; they are free again when they have expired."""
    now_s = 1.0
    pairings = Pairings(now=lambda: now_s)
    one = [pairings.begin("ip:192.0.2.1") for _ in range(MAX_OPEN_PER_ADDRESS + 1)]
    others = [pairings.begin(f"ip:198.51.100.{k}") for k in range(MAX_OPEN)]
    now_s += LIFETIME_S

    assert (sum(each is not None for each in one), one[-1]) == (MAX_OPEN_PER_ADDRESS, None)
    assert sum(each is not None for each in others) == MAX_OPEN - MAX_OPEN_PER_ADDRESS
    assert pairings.begin("ip:192.0.2.1") is not None
