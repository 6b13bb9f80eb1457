"""The messages between the supervisor and the camera processes, and what their environment holds."""

from typing import Final

FORK_SERVER_PARENT: Final = "DARTD_FORK_SERVER_PARENT"  # in the environment of the fork server: the process id of the daemon
