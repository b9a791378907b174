"""What the process of a job does."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from venule.errors import VenuleError

NICENESS = 5  # after those who wait at the page


def run_job(photographs: Path, output: Path, work: str, options: Mapping[str, Any], max_pixels: int) -> None:
    """Work on the photographs of a job, where an earlier try ended; the exit code is that of `venule segment`.

    Args:
        photographs: folder of them.
        output: folder for the results.
        work: "segment" or "measure".
        options: `finding`, of `SegmentPhotograph`, and `scale`, of `Scale`.
        max_pixels: of a photograph.
    """
    from venule.batch import Batch, Engine, run
    from venule.measurement import Scale
    from venule.workflows import PHOTOGRAPH_SUFFIXES, SegmentPhotograph
    from venule.workflows.bounded import Bounded
    from venule.workflows.dicom import any_called_dicom
    from venule.workflows.measure import MeasurePhotograph

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which tells its jobs
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    finding, scale = SegmentPhotograph(**options["finding"]), Scale(**options["scale"])
    dicom_units = not scale.unit_names and any_called_dicom([photographs], output)
    measuring = MeasurePhotograph(finding, scale=scale, segments=True, dicom_units=dicom_units)
    doing = finding if work == "segment" else measuring
    try:
        job = run(
            [photographs], output, work=Bounded(doing, max_pixels), suffixes=PHOTOGRAPH_SUFFIXES,
            settings=doing.settings(), batch=Batch(Engine(jobs=1), resume=True),
        )  # fmt: skip
    except VenuleError as error:
        logging.getLogger("venule.server").error("a job ended: %s", error)
        sys.exit(2)
    sys.exit(job.exit_code)


def _stop_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
