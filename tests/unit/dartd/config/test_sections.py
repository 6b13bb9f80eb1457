"""The sections and what they hand on."""

import ast
from pathlib import Path

import msgspec
import pytest

from dartd.config import BoardConfig, CameraConfig, Config, ControlsConfig, LensConfig, StoreConfig
from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.codec import decode_to_worker, encode_pipe
from schemas.pipe.to_worker import CameraControls, Configure, KnownLens, SourceSpec

_ROOT = Path(__file__).resolve().parents[4]
_SOURCES = [path for folder in ("dartd", "workers") for path in (_ROOT / folder).rglob("*.py")]


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


@pytest.mark.slow
def test_every_key_is_read() -> None:
    """Each key must be read by the daemon; a key that is only handed on must be read where it is handed to."""
    expected = {f"{section}.{key}" for section, keys in _keys() for key in keys}
    read = {name for path in _SOURCES for name in _attributes_read(path)}

    assert {key for key in expected if key.partition(".")[2] not in read} == set()


def _keys() -> list[tuple[str, tuple[str, ...]]]:
    sections = [(field.name, field.type) for field in msgspec.structs.fields(Config) if isinstance(field.type, type)]
    found = [(name, kind.__struct_fields__) for name, kind in sections if issubclass(kind, msgspec.Struct)]
    return [*found, ("cameras", CameraConfig.__struct_fields__)]


def _attributes_read(path: Path) -> set[str]:
    """Return the attributes and names that a module reads, except attributes that are only passed on under the same name (`f(x=a.x)`)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.keyword) and each.arg == getattr(each.value, "attr", "")}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and id(node) not in passed}
    return attributes | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
