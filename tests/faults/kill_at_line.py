"""Run venule and SIGKILL it before a line of its batch: `python kill_at_line.py NUMBER FILES ARGUMENT...`.

FILES is a pattern for the names of files of venule.batch whose lines count; NUMBER is which of those lines, one after
the other, is the last, 0 for none. At the end it says on standard error how many there were. A kill between two lines
meets moments that are too short for a clock.
"""

import os
import re
import signal
import sys
from pathlib import Path

import venule.batch
from venule.cli.main import main

FOLDER = str(Path(venule.batch.__file__).parent)


def watch(last, files):
    """Count lines from now on; returns the count so far, as a list of one number."""
    seen = [0]

    def line(frame, event, argument):
        if event == "line":
            seen[0] += 1
            if seen[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    def call(frame, event, argument):
        path = frame.f_code.co_filename
        return line if path.startswith(FOLDER) and re.search(files, path[len(FOLDER) :]) else None

    sys.settrace(call)
    return seen


if __name__ == "__main__":
    number, pattern, *sys.argv[1:] = sys.argv[1:]
    lines = watch(int(number), pattern)
    try:
        main()
    finally:
        sys.settrace(None)
        print(f"lines: {lines[0]}", file=sys.stderr)
