"""What a fresh child process runs first: find the target by its name and hand it the pipe.

This module is all that the child needs of the daemon; it must stay light.
"""

import importlib
import os
import socket
from collections.abc import Callable


def launch(target: str, connection: socket.socket) -> None:
    """Run `module:function` with the child's end of the pipe.

    Linear algebra keeps to one thread: with more, sums come out differently in their last digits from run to run, and a replay would too.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    resolve(target)(connection)


def resolve(target: str) -> Callable[[socket.socket], None]:
    """Find the function that `module:function` names.

    Raises:
        ValueError: the name has another form.
        ImportError: there is no such module.
        AttributeError: the module has no such function.
    """
    module_name, colon, function_name = target.partition(":")
    if not (module_name and colon and function_name):
        raise ValueError(f"{target!r} is no target: write it as module:function")
    function: Callable[[socket.socket], None] = getattr(importlib.import_module(module_name), function_name)
    return function
