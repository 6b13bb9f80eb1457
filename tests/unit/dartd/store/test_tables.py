"""The tables."""

from dartd.store.tables import METADATA


def test_nothing_that_is_secret_has_a_column() -> None:
    """Passwords and keys are kept as hashes only, refresh tokens and signing keys not at all."""
    names = {column.name for table in METADATA.tables.values() for column in table.columns}

    assert {name for name in names if "password" in name or "token" in name or "secret" in name} == {"password_hash"}
    assert {name for name in names if name.endswith("_hash")} == {"password_hash", "key_hash"}
