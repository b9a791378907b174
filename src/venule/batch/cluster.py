"""The engine for clusters: Ray Data with a pool of actors, each of which has one worker process."""

import logging
import os
import secrets
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.batch.items import Item
from venule.batch.journal import JournalRecord
from venule.batch.pool import ProcessLostError
from venule.batch.work import Process, do, retry_alone, start_workers
from venule.errors import OutputError, VenuleError, missing_extra

BLOCK = 16  # files that are sent to an actor together, at most
_TOKEN = secrets.token_hex(32)  # of a cluster on this machine; Ray keeps the first that a process has
WINDOW = 2000  # files for each actor that are given to Ray at a time, so that its memory does not grow with the list


def run_on_ray(
    process: Process,
    items: Iterable[Item],
    *,
    address: str | None = None,
    jobs: int | None = None,
    limit: float,
    stopped: Callable[[], bool],
) -> Generator[JournalRecord, None, None]:
    """Process files on a Ray cluster; inputs and outputs must have the same addresses on all its machines.

    Like the local engine, an actor passes each file to a worker process. So a file that crashes or hangs is recorded,
    while the files of a machine that died are processed on another.

    Args:
        process: sent to each actor once.
        items: taken a window at a time.
        address: of a running cluster, such as "ray://head:10001" or "auto"; None: start one on this machine.
        jobs: actors, with one core each; None: as many as the cluster has cores.
        limit: seconds for one file.
        stopped: whether to stop, called after each file.

    Yields:
        The records, in the order in which they are finished.

    Raises:
        MissingExtraError: Ray is not installed.
        VenuleError: there is no cluster at this address.
        OutputError: nothing can be written any more.
    """
    rest = iter(items)
    first = list(islice(rest, 1))
    if not first:  # a cluster takes seconds to start
        return
    with _cluster(address) as ray:
        cores = int(ray.cluster_resources().get("CPU", 1))
        actors = max(1, min(jobs or cores, cores))
        rest = chain(first, rest)
        while window := list(islice(rest, WINDOW * actors)):
            for record in _window(process, window, actors=actors, limit=limit):
                yield record
                if stopped():
                    return


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """Connect to a cluster, or start one on this machine that neither leaves it nor leaves anything behind."""
    if address is not None:
        ray = _start(address)
        try:
            yield ray
        finally:
            ray.shutdown()
        return
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # this machine alone: no server listens to others
    place = tempfile.gettempdir()
    if len(place) > 30 and os.path.isdir("/tmp"):  # the path of a socket has at most 107 bytes, of which Ray takes 62
        place = "/tmp"
    with tempfile.TemporaryDirectory(prefix="ray-", dir=place, ignore_cleanup_errors=True) as folder:
        # Without this file in its home, Ray asks which cloud it is in, even where usage statistics are off. In the
        # user's home it would leave a token.
        Path(folder, "ray_bootstrap_config.yaml").write_text("{}", encoding="utf-8")
        with _environment(HOME=folder, RAY_AUTH_TOKEN=_TOKEN):
            ray = _start("local", _temp_dir=folder)
        try:
            yield ray
        finally:
            ray.shutdown()


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name)
            if name in before:
                os.environ[name] = before[name]


def _start(address: str, **options: Any) -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # otherwise Ray sends usage statistics
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # errors come as exceptions
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise missing_extra("cluster", f"--engine ray needs Ray ({error})") from error
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ray.init(
            address=address,
            configure_logging=True,
            logging_level=logging.CRITICAL,
            log_to_driver=False,
            include_dashboard=False if address == "local" else None,
            **options,
        )
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        raise VenuleError(f"no Ray cluster can be reached at {address}: {error}", reason="no-cluster") from error
    if threading.current_thread() is threading.main_thread():
        for number, handler in handlers.items():  # Ray has replaced them
            signal.signal(number, handler)
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # its errors come as exceptions, too
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = False
    return ray


def _window(process: Process, items: list[Item], *, actors: int, limit: float) -> Generator[JournalRecord, None, None]:
    import ray.data

    size = max(1, min(BLOCK, len(items) // (16 * actors)))
    done = ray.data.from_items(items, override_num_blocks=-(-len(items) // size)).map_batches(
        _Actor,
        fn_constructor_args=(process, limit, os.environ.get("HOME")),
        batch_size=None,
        batch_format="numpy",
        num_cpus=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors, initial_size=actors),
    )
    try:
        for row in done.iter_rows():
            answer = row["answer"]
            if isinstance(answer, OutputError):
                raise answer
            yield answer
    except ray.exceptions.RayError as error:
        last = str(error).strip().splitlines()[-1:]
        raise VenuleError(
            f"the Ray cluster failed: {' '.join(last)}; what is finished is kept: continue with --resume",
            reason="cluster-failed",
        ) from error


class _Actor:
    """Runs in a process of Ray's: passes files to a worker process, and survives when that dies."""

    def __init__(self, process: Process, limit: float, home: str | None) -> None:
        if home is not None and "RAY_AUTH_TOKEN" in os.environ:  # a local cluster has a home of its own
            os.environ["HOME"] = home
        self._process, self._limit = process, limit
        self._worker = start_workers(process, 1)

    def __call__(self, block: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        answers = np.empty(len(block["item"]), object)  # Ray carries objects as they are
        for index, item in enumerate(block["item"]):
            try:
                answers[index] = self._worker.submit(do, item, timeout=self._limit).result()
            except ProcessLostError:
                answers[index] = retry_alone(self._process, item, limit=self._limit)
            except OutputError as error:
                answers[index] = error
        return {"answer": answers}
