"""The configuration as it is read at start."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dartd.config import AlertRuleConfig, CameraConfig, Config, load_config
from dartd.errors import ConfigError
from tests.support.waiting import DEADLINE_S

_CONFIG = Path(__file__).resolve().parents[4] / "config"
_CAMERA = '[[cameras]]\nid = "left"\nurl = "/dev/video0"\n'
_SECRET = "s3cret"  # noqa: S105  a secret of this test


def _load(tmp_path: Path, text: str, **environ: str) -> Config:
    path = tmp_path / "dartd.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, environ)


def _refusal(tmp_path: Path, text: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as refused:
        _load(tmp_path, text, **environ)
    return refused.value.message


def test_a_camera_is_all_that_must_be_written(tmp_path: Path) -> None:
    """A file with one camera must be enough, everything else as by default."""
    loaded = _load(tmp_path, _CAMERA)
    assert loaded == Config(state_dir=loaded.state_dir, cameras=(CameraConfig(id="left", url="/dev/video0"),))


def test_no_file_means_the_defaults() -> None:
    """Without a file there must be the defaults, for commands that need no camera."""
    assert load_config(None, {"STATE_DIRECTORY": "/state"}) == Config(state_dir="/state")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_CAMERA + '[[cameras]]\nid = "b"\nurl = "/dev/video1"\nfps = 0', "$.cameras[1].fps: expected 1–120, got 0"),
        (_CAMERA + "fsp = 20", "$.cameras[0].fsp: unknown key, did you mean fps?"),
        (_CAMERA + "controls = { exposure = 3 }", "$.cameras[0].controls.exposure: unknown key, did you mean exposure_ms?"),
        ("[servre]\nport = 1\n" + _CAMERA, "$.servre: unknown key, did you mean server?"),
        (_CAMERA + 'fps = "many"', '$.cameras[0].fps: expected a number 1–120, got "many"'),
        (_CAMERA + "fps = true", "$.cameras[0].fps: expected a number 1–120, got true"),
        (_CAMERA + "near_sector = 21", "$.cameras[0].near_sector: expected 1–20, got 21"),
        ("[server]\nport = 8000.5\n" + _CAMERA, "$.server.port: expected a whole number 0–65535, got 8000.5"),
        ("[server]\nport = 99999\n" + _CAMERA, "$.server.port: expected 0–65535, got 99999"),
        ("[server]\ndebug = 1\n" + _CAMERA, "$.server.debug: expected true or false, got 1"),
        ("[server]\nhost = 1979-05-27\n" + _CAMERA, "$.server.host: expected text in quotes, got a date"),
        (
            '[server]\ncors_origins = ["https://x/"]\n' + _CAMERA,
            "$.server.cors_origins[0]: expected an origin such as https://darts.example",
        ),
        ('[log]\nlevel = "loud"\n' + _CAMERA, '$.log.level: expected one of debug, error, info, warning, got "loud"'),
        ("[ws]\nstall_timeout_s = nan\n" + _CAMERA, "$.ws.stall_timeout_s: expected 1–3600, got nan"),
        ("server = 3\n" + _CAMERA, "$.server: expected a table, got 3"),
        ("cameras = 3", "$.cameras: expected a list of tables, each headed [[cameras]], got 3"),
        ("[server]\ncors_origins = 3\n" + _CAMERA, "$.server.cors_origins: expected a list of texts, got 3"),
        ('[[cameras]]\nid = "left"', "$.cameras[0].url: missing, add url = …"),
        ('[board]\nid = "a b"\n' + _CAMERA, '$.board.id: expected 1 to 32 letters, digits, - or _, got "a b"'),
        (_CAMERA + _CAMERA, '$.cameras[1].id: expected an id of its own, got "left" as in $.cameras[0]'),
        ('[[cameras]]\nid = "a"\nurl = "gopher://cam"', "$.cameras[0].url: expected /dev/… or one of v4l2: rtsp: http:"),
        ("[board]\ntriple_inner_mm = 10\n" + _CAMERA, "$.board.triple_inner_mm: expected more than single_bull_mm (15.9), got 10"),
        ("[board\n" + _CAMERA, "line 1, column 7: broken TOML"),
        ("[server]\nport = \n", "line 2, column 8: broken TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "broken TOML, nested too deep"),
        ("[server]\nport = " + "9" * 5000, "broken TOML, Exceeds the limit (4300 digits)"),
    ],
)
def test_wrong_value_is_refused_with_path_reason_and_remedy(tmp_path: Path, text: str, message: str) -> None:
    """Whatever is wrong must be named by its path, with what was expected and what was found."""
    assert message in _refusal(tmp_path, text)


def test_refusal_names_default_and_variable(tmp_path: Path) -> None:
    """The way out must be in the message: what the value means, its default, and which variable it came from."""
    message = _refusal(tmp_path, _CAMERA, DARTD_SERVER_PORT="eighty")

    assert message == (
        '$.server.port: expected a whole number 0–65535, got "eighty" '
        "(the TCP port, 0 takes any free one, the default is 8000, from DARTD_SERVER_PORT)"
    )


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    """A file that is missing, a directory or no text must be named in the error."""
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"a = '\xff'")

    for path, reason in ((tmp_path / "gone.toml", "no such file"), (tmp_path, "cannot be read"), (latin, "byte 5 is not UTF-8")):
        with pytest.raises(ConfigError, match=f"{path}: {reason}"):
            load_config(path, {})


@pytest.mark.parametrize(
    "text",
    [
        f'[[cameras]]\nid = "a"\nurl = "rtps://admin:{_SECRET}@cam/1"',
        f'[[cameras]]\nid = "a"\nurl = "admin:{_SECRET}@cam"',
        f'[[cameras]]\nid = "a"\nurl = "ttp://cam/?password={_SECRET}"',
        f'[[cameras]]\nid = "a"\nurl = ["rtsp://admin:{_SECRET}@cam/1"]',
        f'[[cameras]]\nid = "rtsp://admin:{_SECRET}@cam/1"\nurl = "sim:"',
        f'[[cameras]]\nid = "a"\nurl = "rtsp://admin:{_SECRET}@cam/1\n',
        f'[[cameras]]\n"rtsp://admin:{_SECRET}@cam/1" = 3',
        f'"rtsp://admin:{_SECRET}@cam" = 1\n"rtsp://admin:{_SECRET}@cam" = 2',
        f'[auth]\ntoken = "{_SECRET}"\n' + _CAMERA,
    ],
)
def test_secrets_are_never_shown(tmp_path: Path, text: str) -> None:
    """No error may show a token or the credentials of a camera's address, wherever they were written by mistake."""
    assert _SECRET not in _refusal(tmp_path, text)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever a file holds, the answer must be a configuration or a refusal with a message."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        answer: object = load_config(path, {})
    except ConfigError as refused:
        answer = refused.message

    assert answer
    assert isinstance(answer, Config | str)


def test_tls_files_are_needed_both(tmp_path: Path) -> None:
    """Half of TLS must be refused, and a file that is not there too."""
    pem = tmp_path / "cert.pem"
    pem.touch()
    half = _refusal(tmp_path, f'[server]\ntls_cert = "{pem}"\n' + _CAMERA)
    gone = _refusal(tmp_path, f'[server]\ntls_cert = "{pem}"\ntls_key = "/nowhere.pem"\n' + _CAMERA)

    assert half.startswith("$.server.tls_key: missing, TLS needs both")
    assert gone.startswith('$.server.tls_key: there is no file "/nowhere.pem"')


def test_documented_file_equals_the_defaults() -> None:
    """Every value of config/dartd.toml must be the default, so that a reader sees the truth."""
    loaded = load_config(_CONFIG / "dartd.toml", {"STATE_DIRECTORY": "/state"})
    assert loaded == Config(state_dir="/state")


_NATS_LOGINS = ({"credentials_file"}, {"username", "password_file"}, {"token_file"}, {"nkey_file"})


def _with_login(text: str, login: set[str]) -> str:
    """Return the file with one way to log in to a server of NATS: a connection has one."""
    before, mark, nats = text.partition("[nats]\n")
    nats, end, after = nats.partition("\n[")
    others = set.union(*_NATS_LOGINS) - login
    kept = [line for line in nats.splitlines() if line.partition(" = ")[0] not in others]
    return before + mark + "\n".join(kept) + end + after


def test_documented_file_names_every_key(tmp_path: Path) -> None:
    """Each key must stand in config/dartd.toml, those without a default as an example that is valid."""
    lines = (_CONFIG / "dartd.toml").read_text().splitlines()
    examples = [line[1:] if line.startswith("#") and not line.startswith(("# ", "#  ")) and len(line) > 1 else line for line in lines]
    pem = tmp_path / "pem"
    pem.touch()
    text = "\n".join(examples).replace("/etc/dartd/cert.pem", str(pem)).replace("/etc/dartd/key.pem", str(pem))
    configs = [_load(tmp_path, _with_login(text, login)) for login in _NATS_LOGINS]
    config = configs[0]
    written = {line.partition(" = ")[0] for line in examples if " = " in line and not line.startswith("#")}

    names = [name for name in config.__struct_fields__ if name not in {"state_dir", "cameras"}]
    low, hot = config.alerts.rules
    assert all(key in written for key in AlertRuleConfig.__struct_fields__)
    assert (low.name, low.below, hot.measure, hot.ratio) == ("camera_fps_low", 0.6, "temperature_c", True)
    cameras: list[list[Any]] = [[config.cameras[0]], [config.cameras[0].controls], [config.cameras[0].lens]]
    for variants in [*([getattr(each, name) for each in configs] for name in names), *cameras]:
        for key in variants[0].__struct_fields__:
            assert key in written or key in {"controls", "lens", "rules"}, key
            assert any(getattr(section, key) is not None for section in variants), key


def test_simulated_board_has_three_cameras_on_one_rig() -> None:
    """`dartd demo` must start three simulated cameras that look at the same scene, and keep its state apart from a real board's."""
    config = load_config(_CONFIG / "simulator.toml", {})

    assert [camera.url for camera in config.cameras] == [f"sim:?rig=1&seed=1&story=demo&camera={index}" for index in range(3)]
    assert {(camera.width, camera.height, camera.fps, camera.near_sector) for camera in config.cameras} == {(800, 600, 20, None)}
    assert (config.state_dir, config.server.port) == (str(Path.home() / ".local/state/dartd-demo"), 8000)


def test_state_directory_below_the_home(tmp_path: Path) -> None:
    """`~` is the home of the user."""
    assert _load(tmp_path, 'state_dir = "~/darts"\n' + _CAMERA).state_path == Path.home() / "darts"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_service_unit_is_valid_and_locked_in(tmp_path: Path) -> None:
    """Systemd must accept the unit, and judge its sandbox to be at 2.0 or better."""
    unit = tmp_path / "dartd.service"
    unit.write_text((_CONFIG / "dartd.service").read_text().replace("/opt/dartd/.venv/bin/dartd", "/bin/true").replace("/opt/dartd", "/"))
    verify = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    security = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )

    assert (verify.returncode, verify.stderr) == (0, "")
    assert security.returncode == 0, security.stdout[-200:]


def test_every_contradiction_is_named_at_once(tmp_path: Path) -> None:
    """Who repairs one need not start again to find the next."""
    path = tmp_path / "dartd.toml"
    path.write_text('[server]\ntls_cert = "/none"\ntrusted_proxies = ["1.2.3"]\n')
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})

    assert [line.partition(":")[0] for line in caught.value.message.split("\n")] == [
        "$.server.tls_key",
        "$.server.tls_cert",
        "$.server.trusted_proxies[0]",
    ]


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    """Values of a wrong type, unknown keys, missing keys and contradictions must be listed together."""
    path = tmp_path / "dartd.toml"
    path.write_text(
        '[server]\nport = "eighty"\nhots = 1\ntls_cert = "/none"\n[log]\nlevel = "loud"\n'
        '[[cameras]]\nid = "cam0"\nurl = "sim:1"\nfps = 0\n[[cameras]]\nid = "cam1"\n'
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})

    assert [line.partition(":")[0] for line in caught.value.message.split("\n")] == [
        "$.server.port",
        "$.server.hots",
        "$.log.level",
        "$.cameras[0].fps",
        "$.cameras[1].url",
        "$.server.tls_key",
        "$.server.tls_cert",
    ]
