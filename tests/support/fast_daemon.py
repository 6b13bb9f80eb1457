"""`dartd run` on fast clocks, with scripted cameras: `python -m tests.support.fast_daemon run --config FILE`, the pace in `TEST_PACE`.

What a camera process runs is in `TEST_TARGET`, by default visits without trouble.

Everything else is what the command starts: pipeline, store, hub, web server, outlets, supervisor, fork server and a process per camera.
"""

import functools
import os
from typing import Any

from tests.support.pace import Pace, fast_event_loop, quicken

PACE = "TEST_PACE"
TARGET = "TEST_TARGET"


def main() -> None:
    """Run the command with what is fast and scripted in place."""
    pace = Pace.read(os.environ[PACE])
    quicken(pace)
    import uvloop  # noqa: PLC0415 (what is imported from here on finds the fast clocks)

    import dartd.cli  # noqa: PLC0415 (as above)
    import dartd.daemon  # noqa: PLC0415 (as above)
    from dartd.runtime.workers import fork_server, supervisor  # noqa: PLC0415 (as above)

    # How long a process may take and be silent is a matter of the machine, which is no faster.
    supervisor.SILENT_S *= pace.speed
    fork_server.START_TIMEOUT_S *= pace.speed
    kept_s = {"hang_timeout_s": supervisor.HANG_TIMEOUT_S * pace.speed, "start_timeout_s": supervisor.START_TIMEOUT_S * pace.speed}
    scripted: Any = functools.partial(supervisor.Supervisor, target=os.environ.get(TARGET, "tests.support.scripted_visits:play"), **kept_s)  # type: ignore[arg-type]  # by name
    vars(dartd.daemon)["Supervisor"] = scripted
    vars(uvloop)["new_event_loop"] = lambda: fast_event_loop(pace)
    dartd.cli.main()


if __name__ == "__main__":
    main()
