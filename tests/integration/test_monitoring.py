"""The rules and the dashboard of config/monitoring, with Debian's Prometheus and a daemon on a simulated board."""

import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import ROOT, RunningDaemon, free_port
from tests.support.waiting import DEADLINE_S

MONITORING = ROOT / "config" / "monitoring"

pytestmark = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed: apt install prometheus")


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=MONITORING, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_rules_fire_at_their_faults_alone() -> None:
    """Each alert has a test in which it fires, and one in which it does not."""
    _run("promtool", "check", "rules", "rules.yml")
    _run("promtool", "check", "config", "--syntax-only", "prometheus.yml")
    _run("promtool", "test", "rules", "rules_test.yml")
    alerts = set(re.findall(r"alert: (\w+)", (MONITORING / "rules.yml").read_text()))
    tests = re.findall(r"name: (\w+) (fires|is quiet)", (MONITORING / "rules_test.yml").read_text())

    assert sorted(tests) == sorted((alert, state) for alert in alerts for state in ("fires", "is quiet"))


def _queries() -> set[str]:
    """Return the queries of the dashboard and of the rules."""
    panels = json.loads((MONITORING / "grafana.json").read_text())["panels"]
    shown = {target["expr"].replace("$instance", ".*") for panel in panels for target in panel["targets"]}
    return shown | set(re.findall(r"expr: ([^>\n]+)", (MONITORING / "rules.yml").read_text()))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run a simulated board; return its port."""
    port = free_port()
    environ = {"DARTD_STATE_DIR": str(tmp_path_factory.mktemp("state")), "DARTD_SERVER_PORT": str(port)}
    with RunningDaemon(ROOT / "config" / "simulator.toml", port, environ=environ) as daemon:
        daemon.until_ready()
        yield port
        daemon.end()


def test_queries_name_metrics_that_a_daemon_has(tmp_path: Path, simulated: int) -> None:
    """A Prometheus that scrapes a daemon has every series that a query names, and answers each query without an error."""
    port = free_port()
    config = (MONITORING / "prometheus.yml").read_text().replace("localhost:8000", f"127.0.0.1:{simulated}")
    (tmp_path / "prometheus.yml").write_text(re.sub(r"interval: \d+s", "interval: 1s", config))
    shutil.copy(MONITORING / "rules.yml", tmp_path)
    arguments = [
        f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(["prometheus", *arguments], stdout=log, stderr=log)
    try:
        deadline_s = time.monotonic() + DEADLINE_S
        while not _ask(port, "dartd_build_info"):
            assert time.monotonic() < deadline_s, (tmp_path / "log").read_text()
            time.sleep(0.2)
        known = set(_get(port, "/api/v1/label/__name__/values"))
        recorded = set(re.findall(r"record: (\S+)", (MONITORING / "rules.yml").read_text()))
        for query in _queries():
            _ask(port, query)
            named = set(re.findall(r"\b((?:dartd|process)[_:][\w:]+)", query))
            # Histograms and faults of cameras have series from the first dart or fault on; the exposition has their names from the start.
            assert named <= known | recorded | _declared(simulated), query
    finally:
        server.terminate()
        server.wait(DEADLINE_S)


def _declared(port: int) -> set[str]:
    """Return the names of the series that the daemon declares, also those that have no value yet."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=DEADLINE_S) as answer:
        types = re.findall(r"^# TYPE (\S+) (\w+)", answer.read().decode(), re.MULTILINE)
    return {f"{name}_bucket" if kind == "histogram" else name for name, kind in types}


def _ask(port: int, query: str) -> Any:
    return _get(port, f"/api/v1/query?query={urllib.parse.quote(query)}")["result"]


def _get(port: int, path: str) -> Any:
    """Return `data` of an answer of Prometheus; no result while it does not listen, or is not ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE_S) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.SERVICE_UNAVAILABLE:
            return {"result": []}
        raise AssertionError(f"{path}: {error.read()!r}") from error
    except OSError:
        return {"result": []}
