"""The faults: each breaks something at a random moment, goes on with --resume, and says what was damaged."""

import os
import re
import shutil
import signal
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ground import (
    INPUTS,
    LAYOUTS,
    PHOTOGRAPHS,
    BrokenPromiseError,
    Trial,
    encode,
    kill_all_of,
    mounted,
    read_rows,
    unmount,
)

FAULTS: dict[str, "Fault"] = {}
LINES: dict[tuple[object, ...], int] = {}  # how many a whole run has, by what it is given


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        title: for the table.
        inject: does it, to a trial.
        slow: too long for each change of the code.
        needs: what a machine must allow; "" for nothing.
    """

    title: str
    inject: Callable[[Trial], None]
    slow: bool = False
    needs: str = ""


class CannotTryError(Exception):
    """This machine does not allow a fault to be made."""


def fault(title: str, **about) -> Callable:
    """Make a function a fault of the table."""

    def keep(inject: Callable[[Trial], None]) -> Callable[[Trial], None]:
        FAULTS[inject.__name__] = Fault(title, inject, **about)
        return inject

    return keep


def draw(trial: Trial) -> tuple[Path, list[object], Path]:
    """An input, options and the output of an undisturbed run."""
    given = trial.ground.inputs[str(trial.rng.choice(INPUTS))]
    layout = str(trial.rng.choice(LAYOUTS))
    return given, ["--layout", layout, *_jobs(trial)], trial.ground.undisturbed(given, "--layout", layout)


def _jobs(trial: Trial) -> list[str]:
    return [[], ["--jobs", "1"], ["--jobs", "2"]][trial.rng.integers(3)]


def kill_at_random(trial: Trial, given: Path, *options: object) -> None:
    """Begin, and SIGKILL the main process somewhere between the first photograph and the end."""
    for _ in range(20):
        command = trial.begin(given, *options)
        trial.wait_for_outputs(command, int(trial.rng.integers(0, PHOTOGRAPHS + 1)))
        trial.sleep(0.1)
        if command.kill():
            return
        shutil.rmtree(trial.output)
    raise BrokenPromiseError("it was always too fast to be killed")


def finish_or_kill(trial: Trial, given: Path, *options: object) -> None:
    """An output as a run that ended, or one that was killed, has left it."""
    if trial.rng.integers(2):
        kill_at_random(trial, given, *options)
        time.sleep(0.5)  # its worker processes end
    else:
        trial.expect(trial.begin(given, *options).end(), 0, 1)


@fault("SIGKILL of the main process at a random moment")
def main_process(trial):
    given, options, undisturbed = draw(trial)
    kill_at_random(trial, given, *options)
    trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("SIGKILL of the main process between two lines of the batch")
def between_lines(trial):
    kill_at_line(trial, files=".")


@fault("SIGKILL while the tables are written")
def tables(trial):
    kill_at_line(trial, files="tables|parts|outputs|journal")


def kill_at_line(trial: Trial, *, files: str) -> None:
    """SIGKILL before a random line of some files."""
    given, options, undisturbed = draw(trial)
    lines = LINES.get((given, files, *options))
    if lines is None:
        whole = trial.begin(given, *options, files=files).end()
        lines = LINES[given, files, *options] = int(re.search(r"lines: (\d+)", whole.said)[1])
        shutil.rmtree(trial.output)
    trial.begin(given, *options, files=files, line=int(trial.rng.integers(1, lines + 1))).end()
    trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("SIGKILL twice, the second time while it resumes")
def twice(trial):
    given, options, undisturbed = draw(trial)
    kill_at_random(trial, given, *options)
    again = trial.begin(given, "--resume", *options)
    trial.wait_for_outputs(again, int(trial.rng.integers(0, PHOTOGRAPHS + 1)))
    trial.sleep(0.3)
    again.kill()
    trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("SIGKILL of worker processes, several in a run")
def workers(trial):
    given, options, undisturbed = draw(trial)
    options = [*options[:2], "--jobs", int(trial.rng.integers(1, 3))]
    command = trial.begin(given, *options)
    for _ in range(4):
        trial.wait_for_outputs(command, int(trial.rng.integers(0, PHOTOGRAPHS)))
        trial.sleep(0.3)
        for process in trial.rng.permutation(command.workers())[:1]:
            try:
                os.kill(int(process), signal.SIGKILL)
            except ProcessLookupError:
                continue
    trial.expect(command.end(), 0, 1)
    trial.resume(given, *options)  # a photograph whose process was killed twice counts as crashed, and is done again
    trial.compare(undisturbed)


@fault("Ctrl-C once")
def ctrl_c(trial):
    """What was under way is finished and in the table, and the rest is done by --resume."""
    given, options, undisturbed = draw(trial)
    command = trial.begin(given, *options)
    trial.wait_for_outputs(command, int(trial.rng.integers(1, PHOTOGRAPHS - 5)))
    command.signal(signal.SIGINT, all_of_it=True)
    ended = trial.expect(command.end(), 130, 0, 1)
    if ended.code == 130 and options[1] != "parquet":
        trial.compare(undisturbed, whole=False)
    trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("SIGTERM once, as Slurm and Kubernetes send it")
def sigterm(trial):
    stop_at_once(trial, lambda command: command.signal(signal.SIGTERM))


@fault("Ctrl-C twice")
def ctrl_c_twice(trial):
    def stop(command):
        command.signal(signal.SIGINT, all_of_it=True)
        trial.sleep(0.05)
        command.signal(signal.SIGINT, all_of_it=True)

    stop_at_once(trial, stop)


def stop_at_once(trial: Trial, stop: Callable) -> None:
    """Stop it in the middle: what is finished is in the table, and the rest is done by --resume."""
    given, options, undisturbed = draw(trial)
    command = trial.begin(given, *options)
    trial.wait_for_outputs(command, int(trial.rng.integers(1, PHOTOGRAPHS - 8)))
    stop(command)
    began = time.monotonic()
    trial.expect(command.end(), 130, 0, 1)
    if time.monotonic() - began > 20:
        trial.damage.otherwise.append("it does not end at once")
    trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("Disk full, then made larger", needs="root, to mount a small disk")
def disk_full(trial):
    given, options, undisturbed = draw(trial)
    with small_disk(trial, f"{trial.rng.integers(60, 400)}k") as remount:
        trial.expect(trial.begin(given, *options).end(), 2, says="No space left on device|disk is full|disk I/O")
        remount("size=50m")
        trial.resume(given, *options)
        trial.compare(undisturbed)


@fault("Read-only output", needs="root, to mount a small disk")
def read_only(trial):
    given, options, undisturbed = draw(trial)
    with small_disk(trial, "50m") as remount:
        if trial.rng.integers(2):
            kill_at_random(trial, given, *options)
            time.sleep(0.5)  # its worker processes end
        remount("ro")
        trial.expect(trial.begin(given, "--resume", *options).end(), 2, says="cannot|read-only")
        remount("rw")
        trial.resume(given, *options)
        trial.compare(undisturbed)


@contextmanager
def small_disk(trial: Trial, size: str) -> Iterator[Callable[[str], None]]:
    """A small disk as output, within a block; gives what mounts it anew."""
    remount = mounted(trial.output, size)
    if remount is None:
        raise CannotTryError("mounting a small disk needs root")
    try:
        yield remount
    finally:
        unmount(trial.output)


@fault("Photographs that vanish, are replaced, are added and are still being written")
def changing_input(trial):
    given = own_photographs(trial)
    layout = str(trial.rng.choice(LAYOUTS))
    options = ["--layout", layout, *_jobs(trial)]
    files = sorted(given.rglob("p*.png"))
    gone, new, worse, growing = (files[i] for i in trial.rng.choice(len(files), 4, replace=False))
    whole = encode(101)
    growing.write_bytes(whole[:3000])
    command = trial.begin(given, *options)
    writer = threading.Thread(target=append_slowly, args=(growing, whole, float(trial.rng.uniform(0.001, 0.02))))
    trial.wait_for_outputs(command, int(trial.rng.integers(0, PHOTOGRAPHS - 2)))
    writer.start()
    gone.unlink()
    for path, content in [(new, encode(102)), (worse, b"no photograph")]:
        aside = given / ".aside"
        aside.write_bytes(content)
        os.replace(aside, path)
    (given / "added.png").write_bytes(encode(103))
    trial.expect(command.end(), 0, 1)
    writer.join()
    trial.resume(given, *options)
    trial.compare(trial.ground.undisturbed(given, "--layout", layout), same_list=False, except_for=[gone])


def append_slowly(path: Path, whole: bytes, pause: float) -> None:
    """Write the rest of a file, a little at a time."""
    with path.open("ab") as file:
        for start in range(3000, len(whole), 1000):
            file.write(whole[start : start + 1000])
            file.flush()
            time.sleep(pause)


@fault("Archive that is still being written")
def growing_archive(trial):
    whole = trial.ground.inputs[str(trial.rng.choice(INPUTS[1:]))]
    given = trial.folder / f"growing.{whole.name.partition('.')[2]}"
    content = whole.read_bytes()
    given.write_bytes(content[: int(trial.rng.integers(100, len(content)))])
    layout = str(trial.rng.choice(LAYOUTS))
    options = ["--layout", layout, *_jobs(trial)]
    trial.expect(trial.begin(given, *options).end(), 1)
    given.write_bytes(content)
    trial.resume(given, *options)
    trial.compare(trial.ground.undisturbed(given, "--layout", layout), same_list=False)


def own_photographs(trial: Trial) -> Path:
    """A copy of the photographs, to be changed."""
    return Path(shutil.copytree(trial.ground.inputs["folder"], trial.folder / "photographs"))


@fault("Permission denied on photographs and on a folder of them")
def denied_input(trial):
    given = own_photographs(trial)
    locked = [given / "site-1", *trial.rng.permutation(sorted((given / "site-0").iterdir()))[:3]]
    for path in locked:
        path.chmod(0)
    options = ["--layout", str(trial.rng.choice(LAYOUTS)), *_jobs(trial)]
    trial.expect(trial.begin(given, *options, without_rights=True).end(), 1)
    reasons = {row["path"]: row["reason"] for row in read_rows(trial.output)}
    names = [path.relative_to(given).as_posix() for path in locked]
    trial.damage.lost += [name for name in names if reasons.get(name) != "unreadable"]
    for path in locked:
        path.chmod(0o755)
    trial.resume(given, *options)
    trial.compare(trial.ground.undisturbed(given, *options[:2]), same_list=False)


@fault("Permission denied on the output")
def denied_output(trial):
    given, options, undisturbed = draw(trial)
    trial.output.mkdir()
    if trial.rng.integers(2):
        kill_at_random(trial, given, *options)
        time.sleep(0.5)
    locked = [path for path in (trial.output, trial.output / "journal.sqlite") if path.exists()]
    for path in locked:
        path.chmod(0o555 if path.is_dir() else 0o444)
    trial.expect(trial.begin(given, "--resume", *options, without_rights=True).end(), 2, says="cannot")
    for path in locked:
        path.chmod(0o755)
    trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("Two runs into one output at the same time")
def two_runs(trial):
    given, options, undisturbed = draw(trial)
    first = trial.begin(given, *options)
    trial.wait_for_outputs(first, 1)
    first.signal(signal.SIGSTOP)  # or it may be done before the second has begun
    done = (trial.output / "manifest.json").exists()
    refused = trial.begin(given, "--resume", *options).end()
    first.signal(signal.SIGCONT)
    if not done:
        trial.expect(refused, 2, says="another run of venule is writing to")
    trial.expect(first.end(), 0, 1)
    trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("Outputs emptied, as by a power cut")
def emptied(trial):
    given, options, undisturbed = draw(trial)
    finish_or_kill(trial, given, *options)
    for path in sorted(trial.output.rglob("*")):
        if path.is_file() and path.suffix in (".png", ".csv", ".json", ".parquet") and trial.rng.random() < 0.6:
            path.write_bytes(b"")
    trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("Journal damaged: random bytes overwritten")
def damaged_journal(trial):
    given, options, undisturbed = draw(trial)
    finish_or_kill(trial, given, *options)
    for path in trial.output.glob("journal.sqlite*"):
        content = bytearray(path.read_bytes())
        used = [place for place, byte in enumerate(content) if byte]
        for place in trial.rng.choice(used, 3) if used else ():
            length = int(trial.rng.integers(1, 40))
            content[place : place + length] = trial.rng.bytes(min(length, len(content) - place))
        path.write_bytes(content)
    ended = trial.expect(trial.begin(given, "--resume", *options).end(), 0, 1, 2)
    if ended.code == 2:  # it says to delete it
        (trial.output / "journal.sqlite").unlink()
        trial.resume(given, *options)
    trial.compare(undisturbed)


@fault("SIGKILL of venule merge, then merged again")
def merging(trial):
    given = trial.ground.inputs[str(trial.rng.choice(INPUTS))]
    layout = str(trial.rng.choice(LAYOUTS[:2]))
    shards = []
    for number in (1, 2):
        trial.output = trial.folder / f"shard-{number}"
        trial.expect(trial.begin(given, "--layout", layout, "--shard", f"{number}/2").end(), 0, 1)
        shards.append(trial.output)
    trial.output = trial.folder / "merged"
    arguments = ["merge", *shards, "-o", trial.output]
    lines = int(re.search(r"lines: (\d+)", trial.venule(*arguments, files=".").end().said)[1])
    shutil.rmtree(trial.output)
    trial.venule(*arguments, files=".", line=int(trial.rng.integers(1, lines + 1))).end()
    trial.expect(trial.venule(*arguments).end(), 0)
    trial.compare(trial.ground.undisturbed(given, "--layout", layout))


@fault("24 SIGKILLs on the way to two shards and their merge", slow=True)
def shards_and_merge(trial):
    given = trial.ground.inputs[str(trial.rng.choice(INPUTS))]
    layout = str(trial.rng.choice(LAYOUTS))
    shards = []
    for number in (1, 2):
        trial.output = trial.folder / f"shard-{number}"
        options = ["--layout", layout, "--shard", f"{number}/2", *_jobs(trial)]
        for _ in range(10):
            command = trial.begin(given, "--resume", *options)
            trial.wait_for_outputs(command, trial.outputs() + int(trial.rng.integers(0, 3)))
            trial.sleep(0.3)
            command.kill()
        trial.resume(given, *options)
        shards.append(trial.output)
    trial.output = trial.folder / "merged"
    for line in trial.rng.integers(1, 2000, size=4):
        trial.venule("merge", *shards, "-o", trial.output, files=".", line=int(line)).end()
    trial.expect(trial.venule("merge", *shards, "-o", trial.output).end(), 0)
    trial.compare(trial.ground.undisturbed(given, "--layout", layout), same_list=False)


@fault("SIGKILL of a node of a Ray cluster of several", needs="ray")
def ray_node(trial):
    given = trial.ground.photographs(100, size=80)
    layout = str(trial.rng.choice(LAYOUTS))
    with ray_cluster() as (address, nodes):
        command = trial.begin(given, "--layout", layout, "--engine", "ray", "--address", address)
        trial.wait_for_outputs(command, int(trial.rng.integers(1, 95)))
        trial.sleep(0.1)
        kill_all_of(nodes[trial.rng.integers(len(nodes))])
        trial.expect(command.end(), 0)  # without --resume: the other nodes do its photographs
        trial.compare(trial.ground.undisturbed(given, "--layout", layout))


@fault("SIGKILL of the main process with --engine ray", needs="ray")
def ray_driver(trial):
    given = trial.ground.photographs(100, size=80)
    layout = str(trial.rng.choice(LAYOUTS))
    with ray_cluster() as (address, _):
        options = ["--layout", layout, "--engine", "ray", *(["--address", address] if trial.rng.integers(2) else [])]
        command = trial.begin(given, *options)
        trial.wait_for_outputs(command, int(trial.rng.integers(1, 95)))
        trial.sleep(0.2)
        command.kill()
        trial.resume(given, *options)
        trial.compare(trial.ground.undisturbed(given, "--layout", layout))


@contextmanager
def ray_cluster() -> Iterator[tuple[str, list[int]]]:
    """A cluster of a head without cores and two nodes of one: its address, and the processes that are its nodes."""
    try:
        from ray.cluster_utils import Cluster
    except ImportError as error:
        raise CannotTryError("a cluster needs Ray") from error
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0")  # else whatever else runs starves it
    small = {"object_store_memory": 100 * 1024**2}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, **small})
    try:
        nodes = [cluster.add_node(num_cpus=1, **small) for _ in range(2)]
        yield cluster.address, [node.all_processes["raylet"][0].process.pid for node in nodes]
    finally:
        cluster.shutdown()


@fault("One photograph of 20,000 x 20,000 pixels among small ones")
def enormous(trial):
    given = own_photographs(trial)
    write_enormous(given / "site-0" / "enormous.png", 20_000)
    ended = trial.expect(trial.begin(given, *_jobs(trial)).end(), 1)
    if ended.memory > 500:
        trial.damage.otherwise.append(f"it took {ended.memory:.0f} MiB")
    reasons = {row["path"]: row["reason"] for row in read_rows(trial.output)}
    if reasons.get("site-0/enormous.png") != "too-large":
        trial.damage.lost.append("the enormous photograph has no row with the reason too-large")
    trial.compare(trial.ground.undisturbed(given))


def write_enormous(path: Path, side: int) -> None:
    """A grey PNG of one value, a line at a time."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return len(content).to_bytes(4, "big") + name + content + check.to_bytes(4, "big")

    packer, line = zlib.compressobj(1), b"\0" + b"\x80" * side
    packed = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    head = side.to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))


@fault("10,000 tiny photographs, SIGKILL five times on the way", slow=True)
def many(trial):
    given = trial.ground.photographs(10_000, size=64)
    layout = str(trial.rng.choice(LAYOUTS))
    options = ["--layout", layout, "--jobs", "2"]
    for _ in range(5):
        command = trial.begin(given, "--resume", *options)
        time.sleep(float(trial.rng.uniform(5, 30)))
        command.kill()
    trial.resume(given, *options)
    trial.compare(trial.ground.undisturbed(given, "--layout", layout))
