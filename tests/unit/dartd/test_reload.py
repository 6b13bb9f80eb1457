"""SIGHUP: what is applied, what is named, and what changes nothing."""

import asyncio
import functools
import logging
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import anyio
import msgspec
import pytest
from starlette.applications import Starlette

from dartd.alerts.rules import BUILTIN
from dartd.auth.rate_limits import RateLimiter
from dartd.config import AlertRuleConfig, AlertsConfig, BoardConfig, CameraConfig, Config, LimitsConfig, LogConfig, ServerConfig
from dartd.errors import ConfigError, ListenError
from dartd.listening import server_context
from dartd.reload import Reload, changed_keys, rate_classes
from dartd.web.server import serve
from tests.support.alerts import Watched, changes, sample


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    """Give the log its level back."""
    root = logging.getLogger()
    before = root.level
    yield
    root.setLevel(before)


def _reload(before: Config, after: Config | Exception) -> tuple[Reload, RateLimiter]:
    def read() -> Config:
        if isinstance(after, Exception):
            raise after
        return after

    limits = RateLimiter(rate_classes(before))
    return Reload(before, read, limits, Watched().decider, None), limits


async def test_limits_and_log_change_at_once(caplog: pytest.LogCaptureFixture) -> None:
    """The level of the log and the limits of requests are those of the file; any other key is named, each time."""
    caplog.set_level(logging.INFO)
    after = Config(limits=LimitsConfig(default=7, admin_factor=3), log=LogConfig(level="info"), board=BoardConfig(name="Den"))
    reload, limits = _reload(Config(log=LogConfig(level="warning")), after)
    await reload.apply()
    first = caplog.text
    caplog.clear()
    await reload.apply()

    assert "changed limits.admin_factor, limits.default, log.level" in first
    assert "these keys take effect at the next start: board.name" in first
    assert (limits.classes["default"], limits.admin_factor) == (7, 3)
    assert logging.getLogger().level == logging.INFO
    assert "nothing has changed" in caplog.text
    assert "next start: board.name" in caplog.text


async def test_rules_of_alerts_change_at_once() -> None:
    """A rule that is added is judged at the next sample, and the alert of one that was switched off ends."""
    board, hot = Watched(*BUILTIN), sample(disk_free_mb=50.0, temperature_c=70.0)
    raised = board.pass_s(12, hot)
    rules = (AlertRuleConfig(name="disk_nearly_full", enabled=False), AlertRuleConfig(name="warm", measure="temperature_c", above=60.0))
    after = Config(alerts=AlertsConfig(rules=rules))
    await Reload(Config(), lambda: after, RateLimiter(rate_classes(after)), board.decider, None).apply()
    changed = board.pass_s(2, hot)

    assert changes(raised) == [("disk_nearly_full", "pending")]
    assert sorted(changes(changed)) == [("disk_nearly_full", "resolved"), ("warm", "pending")]


async def test_a_configuration_that_is_not_valid_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The error is logged with what it says, and the limits stay."""
    reload, limits = _reload(Config(), ConfigError("$.server.port: expected int"))
    await reload.apply()

    assert "nothing was changed: $.server.port: expected int" in caplog.text
    assert limits.classes == rate_classes(Config())


def test_keys_are_named_as_in_the_file() -> None:
    """Sections are followed; a list of tables is one key."""
    before = Config()
    after = msgspec.structs.replace(before, cameras=(CameraConfig(id="a", url="simulator:1"),), server=ServerConfig(port=1))

    assert list(changed_keys(before, after)) == ["server.port", "cameras"]


@pytest.mark.slow
async def test_a_new_certificate_is_used_without_a_restart(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Connections that follow see the new one; a pair that does not fit is refused, and the one before stays in use."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    config = Config(server=ServerConfig(tls_cert=str(cert), tls_key=str(key)))
    await _make_certificate(cert, key)
    context = await asyncio.to_thread(server_context, config)
    reload = Reload(config, lambda: config, RateLimiter(rate_classes(config)), Watched().decider, context)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    async with anyio.create_task_group() as tasks:
        await tasks.start(functools.partial(serve, tls=context), Starlette(), [listener])
        shown = [await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port))]
        await _make_certificate(cert, key)
        await reload.apply()
        shown.append(await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port)))
        await anyio.Path(key).write_text("no key")
        await reload.apply()
        shown.append(await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port)))
        tasks.cancel_scope.cancel()

    assert shown[0] != shown[1]
    assert shown[1] == shown[2]
    assert "cannot be used" in caplog.text


async def _make_certificate(cert: Path, key: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    await anyio.run_process([*command, "-keyout", str(key), "-out", str(cert)])


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """The start ends with one line instead of a traceback."""
    (tmp_path / "cert.pem").write_text("nothing")
    with pytest.raises(ListenError, match=r"cert\.pem with the key .* cannot be used"):
        server_context(Config(server=ServerConfig(tls_cert=str(tmp_path / "cert.pem"), tls_key=str(tmp_path / "cert.pem"))))
