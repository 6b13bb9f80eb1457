"""The process that camera processes are forked from: it has loaded what they need once, so that a new one is there within milliseconds.

It hears the daemon over a socket, and ends with it. For each process the daemon hands over the name of its target and two sockets: the
child's pipe, and a line on which its process id is told at once and its exit code at its end.
"""

import gc
import importlib
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import NamedTuple

from workers.entry import name_process  # all that a camera process needs comes along
from workers.link import die_with_parent

_NUMBER = struct.Struct("=i")
_LONGEST_TARGET = 4096

Target = Callable[[socket.socket], None]


class _Order(NamedTuple):
    """What a child is to run: a target by its name, and its pipe."""

    target: str
    connection: socket.socket


def main(descriptor: int) -> None:
    """Fork what the daemon orders over this socket until it is gone; in a child, run what was ordered."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which ends everybody; the children inherit it
    name_process("dartd nursery")
    gc.collect()
    gc.freeze()  # else the collector touches, and copies, the memory that all children share
    order = _serve(socket.socket(fileno=descriptor))
    resolve(order.target)(order.connection)


def resolve(target: str) -> Target:
    """Find the function that `module:function` names.

    Raises:
        ValueError: the name has another form.
        ImportError: there is no such module.
        AttributeError: the module has no such function.
    """
    module_name, colon, function_name = target.partition(":")
    if not (module_name and colon and function_name):
        raise ValueError(f"{target!r} is no target: write it as module:function")
    function: Target = getattr(importlib.import_module(module_name), function_name)
    return function


def _serve(daemon: socket.socket) -> _Order:
    """Fork and reap until the daemon is gone, which ends the process; comes back in a child alone."""
    lines: dict[int, tuple[int, socket.socket]] = {}  # by the descriptor that tells of the end: the child and its line
    poll = select.poll()
    poll.register(daemon, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
            if ready in lines:
                poll.unregister(ready)
                _reap(ready, *lines.pop(ready))
                continue
            order, line = _heed(daemon)
            nursery, child = os.getpid(), _fork(line)
            if child == 0:
                die_with_parent(nursery)
                for each in (daemon, line, *(line for _, line in lines.values())):
                    each.close()
                for descriptor in lines:
                    os.close(descriptor)
                return order
            order.connection.close()
            if child is not None:
                ending = os.pidfd_open(child)
                lines[ending] = child, line
                poll.register(ending, select.POLLIN)


def _heed(daemon: socket.socket) -> tuple[_Order, socket.socket]:
    """Take an order and the line to tell of it; ends the process when the daemon is gone."""
    try:
        name, descriptors, _, _ = socket.recv_fds(daemon, _LONGEST_TARGET, 2)
    except ConnectionError:
        name = b""
    if not name:
        os._exit(0)  # nothing is to be tidied, and the kernel ends the children
    pipe, line = (socket.socket(fileno=descriptor) for descriptor in descriptors)
    return _Order(name.decode(), pipe), line


def _fork(line: socket.socket) -> int | None:
    """Fork and tell the child's id: 0 in the child, None when there is none; then the line just ends."""
    try:
        child = os.fork()
    except OSError as error:
        sys.stderr.write(f"no camera process: {error}\n")
        line.close()
        return None
    if child:
        _tell(line, child)
    return child


def _reap(ending: int, child: int, line: socket.socket) -> None:
    os.close(ending)
    _, status = os.waitpid(child, 0)
    _tell(line, os.waitstatus_to_exitcode(status))
    line.close()


def _tell(line: socket.socket, number: int) -> None:
    try:
        line.send(_NUMBER.pack(number))
    except OSError:  # the daemon has hung up: it has lost interest in this one
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))
