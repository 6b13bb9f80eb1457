"""The address of a database."""

from pathlib import Path

import pytest

from dartd.config import load_config
from dartd.config.database_url import DatabaseUrl, url_problem
from dartd.errors import ConfigError


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://ann:s3cret@db.example/darts",
        "postgresql+psycopg://ann:s3cr@et/with?all@db:5432/darts?sslmode=require&password=s3cret",
        "postgresql://ann@/darts?host=/run/postgresql&password=s3cret",
    ],
)
def test_password_is_not_shown(url: str) -> None:
    """An address as text, in whatever a message is made of, must have no password."""
    location = DatabaseUrl(url, Path("lock"))

    assert "s3cr" not in f"{location} {location!r} {location!s} {[location]}"
    assert str(location).startswith("postgresql")


@pytest.mark.parametrize("url", ["mysql://ann:s3cret@db/darts", "postgresql://ann:s3cret@db", "postgresql://ann:s3cret@db/", "s3cret"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Another database, or an address without the name of one, must be refused by its key, without the password."""
    with pytest.raises(ConfigError, match=r"\$\.store\.url: .*postgresql\+psycopg://user:password@host/database") as refused:
        load_config(None, {"DARTD_STORE_URL": url})

    assert "s3cret" not in str(refused.value)


def test_address_wins_over_the_path(tmp_path: Path) -> None:
    """With store.url the store must be there, and the lock file in the state directory."""
    url = "postgresql+psycopg://ann:s3cret@db/darts"
    config = load_config(None, {"DARTD_STORE_URL": url, "DARTD_STORE_PATH": "other.db", "DARTD_STATE_DIR": str(tmp_path)})

    assert config.store_location == DatabaseUrl(url, tmp_path / "postgresql.lock")
    assert load_config(None, {"DARTD_STATE_DIR": str(tmp_path)}).store_location == tmp_path / "dartd.db"
    assert url_problem(url) is None
