"""Runs the Python blocks of a page, one after the other in one namespace.

Reads a line of JSON for each block, with its `code`, the `folder` it runs in, the `file` and the `line` it stands at,
and answers with a line: the traceback, or nothing.
"""

import json
import linecache
import os
import sys
import traceback


def main() -> None:
    """Until there are no more blocks."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what blocks print goes to the log
    namespace = {"__name__": "__main__"}
    for line in sys.stdin:
        block = json.loads(line)
        os.chdir(block["folder"])
        code = "\n" * (block["line"] - 1) + block["code"]
        linecache.cache[block["file"]] = (len(code), None, code.splitlines(keepends=True), block["file"])
        try:
            exec(compile(code, block["file"], "exec"), namespace)
            wrong = ""
        except BaseException:  # SystemExit, too, is wrong on a page
            wrong = "".join(traceback.format_exc().splitlines(keepends=True)[:1] + _from(block["file"]))
        sys.stdout.flush()
        answers.write(json.dumps(wrong) + "\n")
        answers.flush()


def _from(file: str) -> list[str]:
    """The traceback, beginning at the page."""
    kind, error, trace = sys.exc_info()
    while trace is not None and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return traceback.format_exception(kind, error, trace)[1 if trace else 0 :]


if __name__ == "__main__":
    main()
