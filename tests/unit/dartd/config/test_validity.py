"""Validity of each value by itself."""

import msgspec
import pytest

from dartd.config import Config
from dartd.config.validity import invalid_values, valid_part

_VALUES = {
    "server": {"port": "eighty", "hots": 1},
    "log": 3,
    "board": {"name": "pub"},
    "cameras": [{"id": "cam0", "url": "sim:1", "fps": 0, "controls": {"gain": "x"}}, {"id": "cam1"}, {"id": "cam2", "url": "sim:1"}],
}


def test_every_invalid_value_is_named() -> None:
    """Each fault must have its full path, whatever else is wrong."""
    assert [message.rpartition(" - at ")[2] for message in invalid_values(_VALUES, Config)] == [
        "`$.server.port`",
        "`$.server`",
        "`$.log`",
        "`$.cameras[0].fps`",
        "`$.cameras[0].controls.gain`",
        "`$.cameras[1]`",
    ]


def test_the_valid_part_has_defaults_for_the_rest() -> None:
    """What is valid must be kept, so that contradictions between valid values are found as well."""
    config = valid_part(_VALUES, Config)

    assert (config.board.name, config.server.port, [camera.id for camera in config.cameras]) == ("pub", Config().server.port, ["cam2"])


@pytest.mark.parametrize("values", [{}, {"server": {"port": 80}}, {"cameras": [{"id": "cam0", "url": "sim:1"}]}])
def test_a_valid_value_has_no_fault(values: dict[str, object]) -> None:
    """What msgspec accepts must be valid, and be its own valid part."""
    assert list(invalid_values(values, Config)) == []
    assert valid_part(values, Config) == msgspec.convert(values, Config)
