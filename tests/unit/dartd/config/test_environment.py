"""The environment over the file."""

import pytest

from dartd.config import load_config
from dartd.config.environment import overlay, variables
from dartd.errors import ConfigError


def test_environment_wins_over_the_file() -> None:
    """A variable must replace what the file says, and leave the rest."""
    values = {"server": {"port": 1, "host": "::"}}
    origins = overlay(values, {"DARTD_SERVER_PORT": "2", "DARTD_STATE_DIR": "/tmp/x", "PATH": "/bin"})  # noqa: S108  only a name here

    assert values == {"server": {"port": 2, "host": "::"}, "state_dir": "/tmp/x"}  # noqa: S108  only a name here
    assert origins == {"$.server.port": "DARTD_SERVER_PORT", "$.state_dir": "DARTD_STATE_DIR"}


@pytest.mark.parametrize(
    ("name", "text", "section", "key", "value"),
    [
        (
            "DARTD_SERVER_CORS_ORIGINS",
            "https://a.example, https://b.example",
            "server",
            "cors_origins",
            ("https://a.example", "https://b.example"),
        ),
        ("DARTD_SERVER_CORS_ORIGINS", "", "server", "cors_origins", ()),
        ("DARTD_SERVER_DEBUG", "Yes", "server", "debug", True),
        ("DARTD_AUTH_ANONYMOUS_READS", "0", "auth", "anonymous_reads", False),
        ("DARTD_AUTH_TOKEN", "1234567890123456", "auth", "token", "1234567890123456"),
        ("DARTD_AUTH_TOKEN", "", "auth", "token", None),
        ("DARTD_WS_STALL_TIMEOUT_S", "2.5", "ws", "stall_timeout_s", 2.5),
        ("DARTD_BOARD_NAME", "42", "board", "name", "42"),
        ("DARTD_STORE_PATH", "other.db", "store", "path", "other.db"),
        ("DARTD_LOG_FORMAT", "json", "log", "format", "json"),
    ],
)
def test_variable_is_read_as_its_key_wants_it(name: str, text: str, section: str, key: str, value: object) -> None:
    """Numbers, booleans, lists and texts must be read by the type of their key; nothing written unsets what may be unset."""
    config = load_config(None, {name: text})

    assert getattr(getattr(config, section), key) == value


@pytest.mark.parametrize(
    ("name", "text"), [("DARTD_SERVER_PORT", "1_000"), ("DARTD_SERVER_PORT", "x"), ("DARTD_SERVER_DEBUG", "maybe"), ("DARTD_LOG_LEVEL", "")]
)
def test_variable_that_cannot_be_read_is_refused_by_name(name: str, text: str) -> None:
    """A wrong variable must be named in the refusal, since the file does not show it."""
    with pytest.raises(ConfigError, match=name):
        load_config(None, {name: text})


@pytest.mark.parametrize(
    ("name", "hint"),
    [("DARTD_SERVER_PROT", "did you mean DARTD_SERVER_PORT?"), ("DARTD_XYZZY", "`dartd init` writes a file that names every key")],
)
def test_unknown_variable_is_refused(name: str, hint: str) -> None:
    """A mistyped variable must not be ignored."""
    with pytest.raises(ConfigError) as refused:
        load_config(None, {name: "1"})

    assert refused.value.message == f"{name}: unknown environment variable, {hint}"


def test_variable_of_the_file_itself_is_no_key() -> None:
    """DARTD_CONFIG names the file and must not count as unknown."""
    assert overlay({}, {"DARTD_CONFIG": "/etc/dartd/dartd.toml"}) == {}


def test_section_that_is_no_table_is_left_for_the_check() -> None:
    """A file that is wrong must be refused as such, not hidden by the environment."""
    values = {"server": 3}
    overlay(values, {"DARTD_SERVER_PORT": "1"})

    assert values == {"server": 3}


def test_every_key_but_the_cameras_has_its_variable() -> None:
    """Each variable must exist once, named by section and key; cameras are lists of tables and stand in the file."""
    names = [name for name, _, _ in variables()]

    assert len(names) == len(set(names))
    assert {"DARTD_STATE_DIR", "DARTD_VISIT_COUNT_MISSES", "DARTD_STORE_PATH"} <= set(names)
    assert not [name for name in names if name.startswith("DARTD_CAMERAS")]
