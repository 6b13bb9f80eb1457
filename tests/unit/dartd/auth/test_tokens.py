"""Tokens."""

import time

import jwt
import pytest

from dartd.auth.tokens import Signer, hash_of, new_key


@pytest.fixture
def signer() -> Signer:
    """Sign."""
    return Signer("a secret")


def test_access_token_says_who_and_until_when(signer: Signer) -> None:
    """What was signed is read back."""
    now_s = time.time()
    claims = signer.read_access(signer.access_token("u1", "f1", now_s=now_s, ttl_s=60))

    assert claims is not None
    assert (claims.sub, claims.fam, claims.exp) == ("u1", "f1", int(now_s + 60))


def test_what_is_not_ours_is_not_believed(signer: Signer) -> None:
    """Expired, of another key, unsigned, changed, without its claims, or no token."""
    now_s = time.time()
    good = signer.access_token("u1", "f1", now_s=now_s, ttl_s=60)
    claims = {"sub": "u1", "fam": "f1", "iat": int(now_s), "exp": int(now_s) + 60, "jti": "j"}
    bad = [
        signer.access_token("u1", "f1", now_s=now_s - 100, ttl_s=60),
        Signer("another").access_token("u1", "f1", now_s=now_s, ttl_s=60),
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode({**claims, "fam": 7}, signer._access, algorithm="HS256"),
        jwt.encode({"sub": "u1"}, signer._access, algorithm="HS256"),
        good[:-2] + "xx",
        "a.b.c",
        "ä.b.c",
        "",
    ]

    assert [signer.read_access(token) for token in bad] == [None] * len(bad)


def test_refresh_token_is_family_and_generation(signer: Signer) -> None:
    """Only tokens signed by the daemon count: a guess cannot end the login of another user."""
    token = signer.refresh_token("f_1-x", 3)
    forged = token.replace(".3.", ".2.")

    assert signer.read_refresh(token) == ("f_1-x", 3)
    assert [signer.read_refresh(each) for each in (forged, Signer("b").refresh_token("f_1-x", 3), "", "dr_", "dr_f.x.y", "dr_f.².y")] == [
        None
    ] * 6


def test_csrf_token_belongs_to_its_login(signer: Signer) -> None:
    """It fits no other access token."""
    csrf = signer.csrf_token("family")

    assert (
        signer.is_valid_csrf_token(csrf, "family"),
        signer.is_valid_csrf_token(csrf, "other"),
        signer.is_valid_csrf_token("", "family"),
        signer.is_valid_csrf_token("ä", "x"),
    ) == (
        True,
        False,
        False,
        False,
    )


def test_keys_are_long_and_unique() -> None:
    """256 random bits; what is shown of one gives nothing away."""
    (one, prefix), (two, _) = new_key(), new_key()

    assert one.startswith("dk_live_")
    assert len(one) >= 51
    assert (one == two, hash_of(one) == hash_of(two), one.startswith(prefix), len(prefix)) == (False, False, True, 12)
