"""The unit of systemd that is made for the program that is installed."""

import sys
from pathlib import Path

import pytest

from dartd.cli import service_unit
from dartd.config import ServerConfig
from dartd.errors import ServiceError


def test_unit_starts_the_installed_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path in the unit is that of the program; everything else is as shipped."""
    program = Path("/bin/true")
    monkeypatch.setattr(sys, "executable", "/bin/true")

    lines = service_unit.unit_for(program).splitlines()

    assert "ExecStart=/bin/true run --config /etc/dartd/dartd.toml" in lines
    assert "Type=notify" in lines


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "0.0.0.0:8123"),  # noqa: S104  nothing is bound
        ("127.0.0.1", "127.0.0.1:8123"),
        ("::", "[::]:8123"),
        ("board.local", None),
    ],
)
def test_socket_listens_where_the_daemon_would(host: str, address: str | None) -> None:
    """The address is that of the configuration; where the host is a name there is no socket, and the daemon listens itself."""
    text = service_unit.socket_for(ServerConfig(host=host, port=8123))

    assert (text is None) == (address is None)
    assert text is None or f"ListenStream={address}" in text.splitlines()


@pytest.mark.parametrize("where", ["private", "home"])
def test_program_that_the_service_cannot_read_is_refused(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a folder of one user's, or one that the sandbox hides: the message says where to install it."""
    program = tmp_path / "dartd"
    program.touch(0o755)
    monkeypatch.setattr(sys, "executable", "/bin/true")
    hidden = [tmp_path] if where == "home" else []
    if where == "private":
        tmp_path.chmod(0o700)

    with pytest.raises(ServiceError, match="python3 -m venv /opt/dartd"):
        service_unit.unit_for(program, hidden)


def test_machine_without_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to do instead."""
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ServiceError, match="dartd run"):
        service_unit.systemctl("daemon-reload")


def test_what_systemd_prints_is_in_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is passed on, not only the exit status."""
    fake = tmp_path / "systemctl"
    fake.write_text("#!/bin/sh\necho access denied >&2\nexit 4\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ServiceError, match=r"systemctl enable dartd\.service failed: access denied"):
        service_unit.systemctl("enable", "dartd.service")


def test_only_root_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the line to type."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(ServiceError, match=r"sudo .* install-service"):
        service_unit.require_root("install-service")


def test_uninstalling_removes_unit_and_on_demand_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configuration and state stay unless they are to be deleted, the state behind systemd's link too."""
    calls: list[tuple[str, ...]] = []
    unit, config, private, state = tmp_path / "dartd.service", tmp_path / "etc" / "dartd.toml", tmp_path / "private", tmp_path / "state"
    for path in (config.parent, private):
        path.mkdir()
    state.symlink_to(private)
    listening = tmp_path / "dartd.socket"
    for name, path in {
        "UNIT_PATH": unit,
        "SOCKET_PATH": listening,
        "SYSTEM_CONFIG": config,
        "PRIVATE_STATE": private,
        "SYSTEM_STATE": state,
    }.items():
        monkeypatch.setattr(service_unit, name, path)
    monkeypatch.setattr(service_unit, "systemctl", lambda *arguments: calls.append(arguments))
    service_unit.install("[Service]", "[Socket]")
    assert (unit.read_text(), listening.read_text()) == ("[Service]", "[Socket]")

    service_unit.uninstall(purge=False)
    kept = [path.exists() for path in (unit, listening, config.parent, private)]
    service_unit.uninstall(purge=True)

    assert kept == [False, False, True, True]
    assert not any(path.exists() or path.is_symlink() for path in (config.parent, private, state))
    assert calls == [
        ("daemon-reload",),
        *[(verb, name) for name in ("dartd.socket", "dartd.service") for verb in ("enable", "restart")],
        ("disable", "--now", "dartd.socket"),
        ("disable", "--now", "dartd.service"),
        ("daemon-reload",),
    ]
