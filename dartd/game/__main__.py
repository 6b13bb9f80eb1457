"""`python -m dartd.game`: cases as JSON lines in, what the folds give as JSON lines out."""

import gc
import signal
import sys

import msgspec

from dartd.game.cases.answer import answer

_OBJECTS_PER_COLLECTION = 100_000  # answers hold no cycles; collecting as often as usual takes a quarter of the time


def main() -> None:
    """Answer each line of the standard input on the standard output."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly when the reader does, as other filters do
    gc.freeze()
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        if line.strip():
            out.write(encode(answer(line)) + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
