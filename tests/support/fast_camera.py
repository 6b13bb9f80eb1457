"""A camera process on fast clocks: what `tests.support.fast_daemon` starts for film, with the pace in `TEST_PACE`."""

import os
import time
from multiprocessing.connection import Connection

from tests.support.fast_daemon import PACE
from tests.support.pace import Pace, quicken
from workers import entry


def run(connection: Connection) -> None:
    """Run one camera as `workers.entry` does; what it sleeps is media time too."""
    pace, sleep = Pace.read(os.environ[PACE]), time.sleep
    quicken(pace)
    time.sleep = lambda seconds, /: sleep(float(seconds) / pace.speed)
    entry.run(connection)
