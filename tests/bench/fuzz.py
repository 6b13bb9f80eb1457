"""Whether the API keeps what its document says: schemathesis asks a daemon with a simulated board, as four callers.

python -m tests.bench.fuzz --seconds 300 --as admin player viewer anonymous
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from dartd.web.app import ENDPOINTS
from tests.support.daemon import ROOT, RunningDaemon, free_port
from tests.support.people import PNG

LIMITS = {f"DARTD_LIMITS_{name}": "1000000" for name in ("DEFAULT", "QUERY", "METRICS", "LOGIN", "CORRECTIONS")}
PASSWORD = "a-password-of-the-bench"  # noqa: S105  a bench's
LEFT_OUT = ("/api/v1/board/stop", *(each.path for each in ENDPOINTS if each.streaming))  # the answer of a stream never ends
CALLERS = ("admin", "player", "viewer", "anonymous")


def ask(port: int, path: str, body: Any = None, token: str = "", *, method: str | None = None) -> Any:
    """Request JSON from the API; with a body it is a POST unless another method is named."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the scheme stands above
        return json.loads(answer.read())


def make_caller(port: int, role: str, environ: dict[str, str]) -> tuple[str, str]:
    """Make an account and a key of it; return the key, and the ids that must be left alone."""
    create = [sys.executable, "-m", "dartd", "user", "create", f"the-{role}", "--role", role, "--password-stdin"]
    create += ["--config", str(ROOT / "config" / "simulator.toml")]
    subprocess.run(create, input=PASSWORD, text=True, env={**os.environ, **environ}, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    session = ask(port, "/api/v1/auth/login", {"username": f"the-{role}", "password": PASSWORD})
    made = ask(port, "/api/v1/auth/api-keys", {"name": f"the-{role}"}, session["access_token"])
    return made["api_key"], f"{session['user']['user_id']},{made['key_id']}"


def has_play(port: int) -> bool:
    """Return whether there is a visit, a throw with pictures, and a calibration's overlay."""
    visits = ask(port, "/api/v1/visits?limit=1")["data"]
    throws = ask(port, "/api/v1/throws?state=hit&limit=1")["data"]
    return bool(visits and throws and ask(port, f"/api/v1/throws/{throws[0]['throw_id']}")["image_paths"])


def make_player(port: int, token: str, user_id: str) -> None:
    """Keep a player with a photo, so that callers that may make none can read one; it is that of an account."""
    ask(port, "/api/v1/players", {"player_id": "ann", "name": "Ann"}, token)
    ask(port, f"/api/v1/users/{user_id}", {"player_id": "ann"}, token, method="PUT")
    headers = {"Content-Type": "image/png", "Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{port}/api/v1/players/ann/photo"
    request = urllib.request.Request(url, data=PNG, headers=headers, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - the scheme stands above


def fuzz(port: int, seconds: int, key: str, spared: str, folder: Path) -> tuple[dict[str, dict[str, int]], str]:
    """Run schemathesis; return the statuses of each operation, and its output."""
    seen = folder / "seen.json"
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"http://127.0.0.1:{port}/openapi.json", "--no-color"]
    command += ["--checks", "all", "--continue-on-failure", "--max-time", str(seconds), "--request-timeout", "60"]
    command += [word for path in LEFT_OUT for word in ("--exclude-path", path)]
    command += ["-H", f"Authorization: Bearer {key}"] if key else []
    environ = {
        "SCHEMATHESIS_HOOKS": "tests.support.fuzz",
        "DARTD_FUZZ_SEEN": str(seen),
        "DARTD_FUZZ_SPARED": spared,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(command, env={**os.environ, **environ}, cwd=folder, check=False, capture_output=True, text=True)
    return json.loads(seen.read_text()), done.stdout + done.stderr


def show(caller: str, seen: dict[str, dict[str, int]], output: str) -> None:
    """Print the share of operations that were answered, what failed inside, and the summary."""
    answered = [name for name, statuses in seen.items() if any(status.startswith("2") for status in statuses)]
    print(
        f"\n== {caller}: {len(answered)} of {len(seen)} operations answered 2xx, {sum(sum(each.values()) for each in seen.values())} cases"
    )
    for name in sorted(set(seen) - set(answered)):
        print(f"   never: {name} {seen[name]}")
    for name, statuses in sorted(seen.items()):
        if inside := {status: count for status, count in statuses.items() if status.startswith("5")}:
            print(f"   5xx: {name} {inside}")
    for name in sorted(set(re.findall(r"^_+ ((?:GET|POST|PUT|DELETE|Stateful) ?.*?) _+$", output, flags=re.MULTILINE))):
        print(f"   failed: {name}")
    print(output[output.find("= SUMMARY =") :].partition("\n")[2])


def main() -> None:
    """Run a daemon until it has play to show, and fuzz it as each caller."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--as", dest="callers", nargs="+", choices=CALLERS, default=CALLERS)
    parser.add_argument("--logs", type=Path, help="keep what schemathesis says in this folder")
    asked = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = {"DARTD_STATE_DIR": str(folder / "state"), "DARTD_SERVER_PORT": str(port), "DARTD_LOG_LEVEL": "error", **LIMITS}
        with RunningDaemon(ROOT / "config" / "simulator.toml", port, environ=environ) as daemon:
            daemon.waiting.timeout_s = 180
            daemon.until_ready()
            daemon.waiting.until(lambda: has_play(port), "a visit with its pictures")
            keys = {caller: ("", "") if caller == "anonymous" else make_caller(port, caller, environ) for caller in CALLERS}
            make_player(port, keys["admin"][0], keys["player"][1].partition(",")[0])
            spared = ",".join(ids for _, ids in keys.values())
            for caller in asked.callers:
                key, _ = keys[caller]
                seen, output = fuzz(port, asked.seconds, key, spared, folder)
                show(caller, seen, output)
                if asked.logs:
                    asked.logs.mkdir(parents=True, exist_ok=True)
                    (asked.logs / f"{caller}.log").write_text(output)


if __name__ == "__main__":
    main()
