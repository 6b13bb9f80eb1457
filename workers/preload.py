"""The first module that multiprocessing's fork server imports; it prepares the process that camera processes are forked from.

The fork server runs no function of ours, it only imports modules. So importing this one acts, if the environment says that the process is a
fork server; anywhere else it does nothing.
"""

import gc
import os
import signal

from schemas.pipe import FORK_SERVER_PARENT
from workers.prctl import die_with_parent, name_process

NAME = "dartd fork srv"


def prepare_fork_server(parent: int) -> None:
    """Make this process end with its parent, and every process that is forked from it end with this one."""
    die_with_parent(parent)
    name_process(NAME)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which ends every process; the children inherit it
    server = os.getpid()
    # Without the freeze the collector would touch, and so copy, the memory that all children share.
    os.register_at_fork(before=gc.freeze, after_in_child=lambda: die_with_parent(server))


if FORK_SERVER_PARENT in os.environ:
    prepare_fork_server(int(os.environ.pop(FORK_SERVER_PARENT)))
