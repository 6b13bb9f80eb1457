"""Inject every fault into a board in full use: clients, webhooks, matches, corrections, requests; then kill the daemon in the middle of it.

python -m tests.bench.chaos                       every kind in one daemon, then kill -9, eight minutes
python -m tests.bench.chaos --only hang,black

`tests.bench.faults` measures the board under each fault alone; here is what its users notice. Exit status 1: an event did not reach
a client or a webhook, the journal is not whole, a dart was invented or published twice, or a request failed for no fault.
"""

import argparse
import asyncio
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from schemas.base import CameraId
from schemas.faults import DAEMON_FAULTS, PROCESS_FAULTS, ScriptedFault
from tests.bench.faults import FOR_S, FPS, KINDS, RIG, SILENT
from tests.support.fault_run import FaultRun
from tests.support.simulation import calibrate
from tests.support.traffic import Traffic, delivered, running_traffic

FIRST_S: Final = 25.0  # the cameras are ready and the users are there
BETWEEN_S: Final = 15.0
LASTS_S: Final = 8.0
BACK_S: Final = 300.0  # until the next kill: a machine that has no time for the bench takes minutes over two visits
LIMITS: Final = {f"DARTD_LIMITS_{name}": "1000000" for name in ("DEFAULT", "QUERY", "METRICS", "LOGIN", "CORRECTIONS")}
ENVIRON: Final = {"DARTD_WEBHOOKS_ALLOW_PRIVATE": "true", "DARTD_SERVER_MAX_CONNECTIONS_PER_ADDRESS": "1000", **LIMITS}


def schedule(kinds: Sequence[str]) -> list[ScriptedFault]:
    """Return one fault of each kind, one after the other, each with time to come right."""
    faults, at_s = list[ScriptedFault](), FIRST_S
    for k, kind in enumerate(kinds):
        for_s = 0.0 if kind in PROCESS_FAULTS else min(FOR_S.get(kind, LASTS_S), 20.0)
        camera = None if kind in DAEMON_FAULTS else CameraId(f"cam{k % 3}")
        faults.append(ScriptedFault(kind=kind, at_s=at_s, for_s=for_s, camera=camera))  # type: ignore[arg-type]  # one of them
        at_s += max(for_s, SILENT.get(kind, 0.0)) + BETWEEN_S
    return faults


async def chaos(kinds: Sequence[str], folder: Path, state: Path) -> bool:
    """Play the faults, kill the daemon, print what the users noticed, and return whether they lost anything."""
    faults = schedule(kinds)
    wrong = list[str]()
    async with FaultRun(folder, faults, state=state, rig=RIG, fps=FPS, environ=ENVIRON) as run:
        token = (folder / "state" / "operator-token").read_text().strip()
        async with running_traffic(run.port, token, lambda *_: None) as traffic:
            print("| fault | healthy again after | requests | refused | clients lost an event |\n|---|---|---|---|---|")
            await run.until_s(FIRST_S - 1)
            before = run.figures()
            ends_s = [each.at_s + max(each.for_s, SILENT.get(each.kind, 0.0)) + BETWEEN_S - 1.0 for each in faults]
            for fault, end_s in zip(faults, ends_s, strict=True):
                answers, jumps = Counter(traffic.answers), len(traffic.jumps)
                await run.until_s(end_s)
                wrong += _row(run, fault, traffic.answers - answers, len(traffic.jumps) - jumps)
            after = run.figures()
            await _kill(run, traffic)
            missing = await delivered(traffic)
            lost, darts = list(traffic.jumps), run.darts(run.now_s - 3)
            # The listener without a login does not receive events of players; that all others are received is what `lost` says.
            broken = [each for each in run.broken_journal() if not each.startswith("what was received")]
            status = await asyncio.to_thread(run.end)
    print(f"\nevents {sum(traffic.events.values())}, matches ended {traffic.events['match_finished']}, connections {traffic.connections}, "
          f"requests {sum(traffic.answers.values())}; load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"lost by clients {len(lost)}, by webhooks {len(missing)}; journal {'; '.join(broken) or 'whole'}; exit status {status}")
    print(f"darts published {darts.published} of {darts.thrown}, invented {darts.invented}, twice {darts.twice}")
    print(f"before {before}\nafter  {after}")
    print("\n".join([*wrong, *lost[:5], *sorted(missing)[:5]]))
    return not (wrong or lost or missing or broken or darts.invented or darts.twice or status)


def _row(run: FaultRun, fault: ScriptedFault, answers: "Counter[str]", jumps: int) -> list[str]:
    """Print the row of a fault; return the requests that failed though the fault is no reason."""
    over_s = fault.at_s + fault.for_s
    unhealthy_s, healthy_s = run.unhealthy_s(fault.at_s)
    still = "–" if unhealthy_s is None else "not yet"
    again = still if healthy_s is None else f"{max(0.0, healthy_s - over_s):.1f} s"
    refused = {what: count for what, count in answers.items() if not what.isdigit()}
    print(f"| {fault.kind} | {again} | {answers.total()} | {sum(refused.values())} | {jumps} |", flush=True)
    excused = fault.kind in {"disk_full", "database_locked"}  # writes are refused with 503 meanwhile, and /health says so
    return [f"{fault.kind}: {count} × {what}" for what, count in refused.items() if not (excused and " 503 " in what)]


async def _kill(run: FaultRun, traffic: Traffic) -> None:
    """Kill the daemon in full use and start it again, three times; its users go on."""
    for _ in range(3):
        events = sum(traffic.events.values())
        run.end(signal.SIGKILL)
        run.start()
        await run.waiting.soon(lambda n=events: sum(traffic.events.values()) > n + 20, "events after a kill", timeout_s=BACK_S)  # type: ignore[misc]


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(KINDS), help="kinds of faults, in this order")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as folder:
        calibrate(Path(first), RIG)
        raise SystemExit(not asyncio.run(chaos(asked.only.split(","), Path(folder), Path(first) / "state")))


if __name__ == "__main__":
    main()
