"""Ctrl-C once: finish the current files; twice: stop at once."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopping:
    """Whether the batch should end.

    Attributes:
        asked: by Ctrl-C, or by SIGTERM, which Slurm and Kubernetes send before they kill.
    """

    asked: bool = False


@contextmanager
def stopping_gently() -> Iterator[Stopping]:
    """Within the block, the first Ctrl-C or SIGTERM only sets `asked`; the second raises KeyboardInterrupt."""
    state = Stopping()
    if threading.current_thread() is not threading.main_thread():  # which alone may handle signals
        yield state
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if state.asked:
            raise KeyboardInterrupt
        state.asked = True
        print("finishing the current photographs; press Ctrl-C again to stop at once", file=sys.stderr, flush=True)

    # A process that was started to ignore Ctrl-C, as in the background of a shell, keeps ignoring it.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield state
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
