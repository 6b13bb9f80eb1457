"""The sections and what they hand on."""

from pathlib import Path

import msgspec
import pytest

from dartd.config import BoardConfig, CameraConfig, Config, ControlsConfig, LensConfig, StoreConfig
from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.codec import decode_to_worker, encode_pipe
from schemas.pipe.to_worker import CameraControls, Configure, KnownLens, SourceSpec


def test_board_hands_on_its_rings() -> None:
    """The board's radii must reach both processes as they were configured."""
    assert BoardConfig().spec == BoardSpec()
    assert BoardConfig(bull_mm=6.5, edge_mm=230).spec == BoardSpec(bull_mm=6.5, edge_mm=230)


def test_camera_hands_on_its_source() -> None:
    """A camera's process must get everything that is configured for it, over the pipe too."""
    camera = CameraConfig(
        id="left", url="sim:", width=1280, height=720, fps=25, near_sector=8, controls=ControlsConfig(gain=3), lens=LensConfig(k1=-0.1)
    )
    expected = SourceSpec(
        camera_id=CameraId("left"),
        url="sim:",
        width=1280,
        height=720,
        fps=25,
        near_sector=8,
        controls=CameraControls(gain=3),
        lens=KnownLens(k1=-0.1),
    )
    received = decode_to_worker(encode_pipe(Configure(source=camera.source)))

    assert received == Configure(source=expected)


def test_controls_are_those_of_the_schema() -> None:
    """Every control that a worker knows must be configurable, and no other."""
    assert ControlsConfig.__struct_fields__ == CameraControls.__struct_fields__


def test_radii_are_those_of_the_schema() -> None:
    """Every radius that a board has must be configurable, with the same default."""
    assert all(getattr(BoardConfig(), radius) == getattr(BoardSpec(), radius) for radius in BoardSpec.__struct_fields__)


def test_store_lies_in_the_state_directory() -> None:
    """A relative store must lie in the state directory, an absolute one where it says."""
    assert Config(state_dir="/s").store_path == Path("/s/dartd.db")
    assert Config(state_dir="/s", store=StoreConfig(path="/x/y.db")).store_path == Path("/x/y.db")


def test_config_never_changes() -> None:
    """A configuration must not be changed after the start."""
    with pytest.raises(AttributeError):
        Config().server.port = 1  # type: ignore[misc]  # what must fail


@pytest.mark.parametrize("token", ["short", "fifteen-chars-1", "with a space in it", "line\nbreak-in-the-token"])
def test_weak_token_is_refused(token: str) -> None:
    """A token that is short, or that no header can carry, must be refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"auth": {"token": token}}, Config)
