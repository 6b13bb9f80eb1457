"""Keys that must fit each other."""

from typing import Any

import pytest

from dartd.config import AlertRuleConfig, AlertsConfig, BoardConfig, CameraConfig, CompatConfig, Config, ServerConfig
from dartd.config.contradictions import URL_SCHEMES, contradictions


def _found(config: Config) -> list[tuple[str, str]]:
    return list(contradictions(config))


def _camera(url: str) -> Config:
    return Config(cameras=(CameraConfig(id="a", url=url),))


@pytest.mark.parametrize("url", ["/dev/v4l/by-path/x", *(f"{scheme}:x" for scheme in URL_SCHEMES)])
def test_every_kind_of_source_is_known(url: str) -> None:
    """Each way to a picture that a worker knows must be accepted."""
    assert _found(_camera(url)) == []


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("RTSP://cam", "did you mean rtsp:?"),
        ("recordings:/x", "did you mean recording:?"),
        ("/home/x.mp4", 'got "/home/x.mp4"'),
        ("video0", 'got "video0"'),
    ],
)
def test_unknown_source_is_refused_with_a_guess(url: str, hint: str) -> None:
    """A source that no worker knows must be refused at start, with the nearest known one."""
    [(where, reason)] = _found(_camera(url))

    assert where == "$.cameras[0].url"
    assert reason.endswith(hint)


def test_credentials_for_every_origin_are_refused() -> None:
    """Any page with a visitor's credentials would be an open door."""
    found = _found(Config(server=ServerConfig(cors_origins=("*",), cors_credentials=True)))

    assert [where for where, _ in found] == ["$.server.cors_origins"]


def test_rings_must_grow_outwards() -> None:
    """Each ring must be larger than the one inside it; equal is wrong too."""
    found = _found(Config(board=BoardConfig(triple_outer_mm=99.0)))

    assert found == [("$.board.triple_outer_mm", "expected more than triple_inner_mm (99), got 99")]


def test_a_board_without_cameras_is_accepted() -> None:
    """They may be added on the page /board."""
    assert _found(Config()) == []


@pytest.mark.parametrize(("url", "count"), [("/dev/v4l/x", 1), ("rtsp://cam", 1), ("recording:/x", 0), ("sim:?rig=1", 0)])
def test_two_cameras_have_two_addresses(url: str, count: int) -> None:
    """A copied table whose address was not changed is found at start; a recording has the images of several cameras."""
    cameras = (CameraConfig(id="a", url=url), CameraConfig(id="b", url=url))

    assert [where for where, _ in _found(Config(cameras=cameras))] == ["$.cameras[1].url"] * count


@pytest.mark.parametrize(
    ("network", "count"), [("10.0.0.0/8", 0), ("::1", 0), ("10.0.0.5/8", 0), ("10.0.0.0/33", 1), ("1.2.3", 1), ("::ffff::", 1)]
)
def test_trusted_proxies_are_networks(network: str, count: int) -> None:
    """What is no address and no network is named."""
    assert [where for where, _ in _found(Config(server=ServerConfig(trusted_proxies=(network,))))] == [
        "$.server.trusted_proxies[0]"
    ] * count


@pytest.mark.parametrize(
    ("rules", "where", "reason"),
    [
        (({"name": "camera_slow"},), "$.alerts.rules[0].name", "did you mean camera_fps_low?"),
        (({"name": "hot", "measure": "temperature_c"},), "$.alerts.rules[0].above", "needs above or below"),
        (({"name": "turn_idle", "above": 1.0, "below": 2.0},), "$.alerts.rules[0].below", "not both"),
        (({"name": "turn_idle", "measure": "commit_ms"},), "$.alerts.rules[0].measure", "its own measure"),
        (({"name": "turn_idle"}, {"name": "turn_idle"}), "$.alerts.rules[1].name", "as in $.alerts.rules[0]"),
    ],
)
def test_rules_of_alerts_are_checked(rules: tuple[dict[str, Any], ...], where: str, reason: str) -> None:
    """A rule that changes nothing, or is none, is refused at the start."""
    [(found, text)] = _found(Config(alerts=AlertsConfig(rules=tuple(AlertRuleConfig(**rule) for rule in rules))))

    assert found == where
    assert reason in text


@pytest.mark.parametrize(
    ("compat", "where"),
    [
        ({"autodarts": True}, "$.compat.autodarts"),
        ({"arudart": 8000}, "$.compat.arudart"),
        ({"opendarts": 8079, "caller": 8079}, "$.compat.caller"),
        ({"allow": ("10.0.0.0/99",)}, "$.compat.allow[0]"),
    ],
)
def test_interfaces_have_ports_of_their_own(compat: dict[str, Any], where: str) -> None:
    """Some may share one, but not with `server.port`, which is written as "same_port"; Socket.IO shares none."""
    assert [path for path, _ in _found(Config(compat=CompatConfig(**compat)))] == [where]
