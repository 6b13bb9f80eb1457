"""Several jobs at a time, each in a process of its own, with a bar that shows how far they are."""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.sharedctypes import Synchronized
from typing import Any, TypeVar

BAR = 40
J = TypeVar("J")
R = TypeVar("R")
_done: "Synchronized[int]"


def follow(run: Callable[[J, Callable[[int], None]], R], jobs: Sequence[J], steps: int, at_a_time: int) -> Iterator[R]:
    """Run every job and give what it returns as it comes; `run` says how many of all steps it has gone on."""
    context = multiprocessing.get_context("spawn")
    done: Synchronized[int] = context.Value("i", 0)
    began_s = time.monotonic()
    with context.Pool(at_a_time, initializer=_begin, initargs=(done,)) as pool:
        waiting = [pool.apply_async(_run, (run, job)) for job in jobs]
        while waiting:
            for result in [w for w in waiting if w.ready()]:
                waiting.remove(result)
                yield result.get()
            _draw(done.value, steps, time.monotonic() - began_s)
            time.sleep(0.5)
    sys.stderr.write("\n")


def _begin(done: "Synchronized[int]") -> None:
    global _done  # noqa: PLW0603 - how a pool hands shared memory to its processes
    _done = done
    os.environ["OMP_NUM_THREADS"] = "1"


def _run(run: Callable[[Any, Callable[[int], None]], Any], job: Any) -> Any:
    return run(job, _advance)


def _advance(steps: int) -> None:
    with _done.get_lock():
        _done.value += steps


def _draw(done: int, steps: int, took_s: float) -> None:
    full = BAR * done // max(steps, 1)
    left_s = took_s / done * (steps - done) if done else 0.0
    sys.stderr.write(f"\r[{'#' * full}{'.' * (BAR - full)}] {done}/{steps}, {took_s:.0f} s, {left_s:.0f} s left ")
    sys.stderr.flush()
