"""How long a photograph takes, step by step, against the Little W-Net and the machine itself, all in one run.

    python benchmarks/segment.py PHOTOGRAPH_OR_FOLDER... [--model general] [--repeats 5] [--layers]
                                 [--runtimes onnxruntime openvino]

Three tables: the steps of one photograph in one process, with one thread and with all cores; the network alone, its
share of the machine's float32 matrix-product rate, and a pass of the Little W-Net (plain PyTorch, 512x512, with and
without four flips); and `venule segment` as a command, start to exit, with its peak memory. Times are medians over
`--repeats` of the mean over photographs: on another machine, or a busy one, read the ratios. `--layers` adds where the
time of the network goes. Needs the extra `train`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import torch

from venule import networks
from venule.models import Model, load_model
from venule.photograph import Photograph, WorkingScale, read_photograph
from venule.photograph.decode import decode
from venule.report import Table
from venule.segmentation import Segmenter
from venule.segmentation.predict import MARGIN
from venule.segmentation.runtime import load_network
from venule.workflows import PHOTOGRAPH_SUFFIXES
from venule.workflows.segment import encode_mask

# Each command runs in a process of its own, whose peak memory its parent, also its own process, asks for.
_TIMED = (
    "import resource, subprocess, sys, time; start = time.perf_counter();"
    "code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
    "print(code, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def milliseconds(work: Callable[[], object], repeats: int, count: int = 1) -> float:
    """Median over repeats, after one that does not count, divided by the number of photographs."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times[1:]) / count


def matrix_rate(repeats: int, size: int = 2048) -> float:
    """Float32 matrix products, 10^9 operations a second, with PyTorch's threads."""
    a = torch.rand(size, size)
    return 2 * size**3 / milliseconds(lambda: a @ a, repeats) / 1e6


def steps(files: Sequence[bytes], model: Model, repeats: int) -> dict[str, float]:
    """Milliseconds a photograph of each step on the way from a file to a PNG."""
    segmenter = Segmenter(model)
    photographs = [read_photograph(content) for content in files]
    inputs = [network_input(photograph, model) for photograph in photographs]
    run = load_network(model)
    masks = [segmenter.probability(p) >= model.card.threshold for p in photographs]

    def each(work: Callable[[int], object]) -> float:
        return milliseconds(lambda: [work(k) for k in range(len(files))], repeats, len(files))

    decoding = each(lambda k: decode(files[k]))
    reading = each(lambda k: read_photograph(files[k]))
    network = each(lambda k: run(inputs[k]))
    found = each(lambda k: segmenter.probability(photographs[k]) >= model.card.threshold)
    writing = each(lambda k: encode_mask(masks[k]))
    end_to_end = each(lambda k: encode_mask(segmenter.probability(read_photograph(files[k])) >= model.card.threshold))
    return {
        "decode": decoding,
        "field of view": reading - decoding,
        "network": network,
        "resample, normalise": found - network,
        "PNG": writing,
        "end to end": end_to_end,
    }


def network_input(photograph: Photograph, model: Model) -> np.ndarray:
    """Noise of the size at which the network gets this photograph."""
    card = model.card
    scale = WorkingScale.fit(photograph.fov, card.working_diameter, smallest=card.smallest_diameter)
    height, width = (side + 2 * MARGIN + -(side + 2 * MARGIN) % card.multiple for side in scale.size)
    return np.random.default_rng(0).standard_normal((1, 3, height, width)).astype(np.float32)


def rate_of(model: Model, pixels: int, taken: float) -> float:
    """10^9 operations a second of a network pass: two for each multiply-add."""
    network = networks.create(model.card.network, **model.card.network_arguments)
    return 2 * networks.multiply_adds(network) / 512**2 * pixels / taken / 1e6


def wnet_passes(repeats: int) -> tuple[float, float]:
    """Milliseconds of the Little W-Net on one photograph at 512x512: one pass, and four for its flips."""
    network = networks.create("w-net").eval()
    photograph = torch.rand(1, 3, 512, 512)

    def one(axes: tuple[int, ...] = ()) -> torch.Tensor:
        return torch.sigmoid(network(torch.flip(photograph, axes))).flip(axes)

    with torch.inference_mode():
        plain = milliseconds(one, repeats)
        flips = milliseconds(lambda: sum(one(axes) for axes in ((), (2,), (3,), (2, 3))), repeats)
    return plain, flips


def command(paths: Sequence[Path], model: str, runtime: str) -> tuple[float, float]:
    """Wall seconds and megabytes of the largest process of one `venule segment`, start to exit."""
    with tempfile.TemporaryDirectory() as output:
        words = [sys.executable, "-m", "venule", "segment", *map(str, paths), "-o", output, "--model", model]
        words += ["--runtime", runtime]
        printed = subprocess.run([sys.executable, "-c", _TIMED, *words], capture_output=True, text=True, check=True)
    code, seconds, kilobytes = printed.stdout.split()
    if code != "0":
        raise SystemExit(f"venule segment ended with {code} on {paths[0]} and {len(paths) - 1} more")
    return float(seconds), float(kilobytes) / 1024


def layers(model: Model, given: np.ndarray, threads: int, repeats: int) -> Table:
    """Milliseconds of a pass in onnxruntime by kind of node, the convolutions one by one."""
    with tempfile.TemporaryDirectory() as folder:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = ort.InferenceSession(model.onnx, options, providers=["CPUExecutionProvider"])
        for _ in range(repeats + 1):
            session.run(None, {"photograph": given})
        events = json.loads(Path(session.end_profiling()).read_text())
    spent: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            kind, shapes = event["args"]["op_name"], event["args"]["output_type_shape"]
            where = "x".join(str(side) for side in next(iter(shapes[0].values())))
            inputs = ", ".join("x".join(map(str, next(iter(s.values())))) for s in event["args"]["input_type_shape"])
            spent[f"{kind} {inputs} -> {where}"] += event["dur"]
    whole = sum(spent.values())
    rows = [(name, f"{each / 1000 / (repeats + 1):.2f}", f"{each / whole:.0%}") for name, each in spent.most_common(30)]
    return Table(
        f"The network's nodes at {given.shape[3]}x{given.shape[2]}, {threads} thread(s)",
        ("node", "ms", "share"),
        tuple(rows),
    )


def machine_rows(threads: int, repeats: int) -> list[tuple[str, ...]]:
    """Matrix products, and the Little W-Net."""
    rate, (plain, flips) = matrix_rate(repeats), wnet_passes(repeats)
    wnet = 2 * networks.NETWORKS["w-net"].multiply_adds / plain / 1e6
    return [
        ("matrix products", str(threads), "", "", f"{rate:.0f}", "100%"),
        ("w-net, PyTorch", str(threads), "512x512", f"{plain:.0f}", f"{wnet:.0f}", f"{wnet / rate:.0%}"),
        ("w-net, PyTorch, four flips", str(threads), "512x512", f"{flips:.0f}", "", ""),
    ]


def network_rows(
    model: Model, contents: dict[str, list[bytes]], runtime: str, threads: int, repeats: int
) -> list[tuple[str, ...]]:
    """The model on a photograph of each group, alone and four at a time."""
    rate, rows = matrix_rate(repeats), []
    run = load_network(replace(model, runtime=runtime, threads=threads))
    for name, files in contents.items():
        given = network_input(read_photograph(files[0]), model)
        for batch in (1, 4):
            many = np.repeat(given, batch, axis=0)
            taken = milliseconds(lambda many=many: run(many), repeats) / batch
            found = rate_of(model, given.shape[2] * given.shape[3], taken)
            what, size = f"{model.card.name}, {runtime}, {name}, batch of {batch}", f"{given.shape[3]}x{given.shape[2]}"
            rows.append((what, str(threads), size, f"{taken:.0f}", f"{found:.0f}", f"{found / rate:.0%}"))
    return rows


def step_rows(
    model: Model, contents: dict[str, list[bytes]], runtime: str, threads: int, repeats: int
) -> list[tuple[str, ...]]:
    """The steps of a photograph of each group, and their sum as a share of the Little W-Net's passes."""
    plain, flips = wnet_passes(repeats)
    rows = []
    for name, files in contents.items():
        taken = steps(files, replace(model, runtime=runtime, threads=threads), repeats)
        shares = (taken["end to end"] / plain, taken["end to end"] / flips)
        rows.append(
            (
                name,
                runtime,
                str(threads),
                *(f"{ms:.0f}" for ms in taken.values()),
                *(f"{share:.2f}" for share in shares),
            )
        )
    return rows


def command_row(name: str, files: Sequence[Path], model: str, runtime: str) -> tuple[str, ...]:
    """`venule segment` of one photograph and of all of them."""
    one, peak = command(files[:1], model, runtime)
    row = (name, runtime, str(len(files)), f"{one:.2f}", f"{peak:.0f}")
    if len(files) == 1:
        return row + ("",) * 5
    wall, peak = command(files, model, runtime)
    each = (wall - one) / (len(files) - 1)
    return (*row, f"{wall:.1f}", f"{each:.3f}", f"{1 / each:.1f}", f"{one - each:.2f}", f"{peak:.0f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--model", default="general")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--runtimes", nargs="+", default=["onnxruntime", "openvino"])
    parser.add_argument("--layers", action="store_true")
    arguments = parser.parse_args()
    model, repeats, cores = load_model(arguments.model), arguments.repeats, os.cpu_count() or 1
    groups = {"/".join(path.parts[-2:]): photographs_in(path) for path in arguments.paths}
    contents = {name: [file.read_bytes() for file in files[:4]] for name, files in groups.items()}
    of_steps, of_networks, of_layers = [], [], []
    for threads in sorted({1, cores}):
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        of_networks += machine_rows(threads, repeats)
        for runtime in arguments.runtimes:
            of_steps += step_rows(model, contents, runtime, threads, repeats)
            of_networks += network_rows(model, contents, runtime, threads, repeats)
        if arguments.layers:
            first = read_photograph(next(iter(contents.values()))[0])
            of_layers.append(layers(model, network_input(first, model), threads, repeats))
    names = ("decode", "field of view", "network", "resample, normalise", "PNG", "end to end")
    columns = ("photographs", "runtime", "threads", *names, "of a w-net pass", "of w-net's flips")
    title = f"One photograph at a time in one process, {model.card.name}: milliseconds"
    print(Table(title, columns, tuple(of_steps)).to_markdown())
    columns = ("what", "threads", "input", "ms", "GFLOP/s", "of the machine")
    print(Table("Networks alone", columns, tuple(of_networks)).to_markdown())
    columns = (
        "photographs",
        "runtime",
        "number",
        "one: s",
        "peak MB",
        "all: s",
        "s each",
        "per s",
        "start-up s",
        "peak MB",
    )
    rows = tuple(
        command_row(name, files, arguments.model, runtime)
        for runtime in arguments.runtimes
        for name, files in groups.items()
    )
    print(Table("`venule segment`, start to exit", columns, rows).to_markdown())
    for table in of_layers:
        print(table.to_markdown())


def photographs_in(path: Path) -> list[Path]:
    """A photograph, or those of a folder without CHASE_DB1's drawings."""
    if path.is_file():
        return [path]
    return sorted(p for p in path.iterdir() if p.suffix.lower() in PHOTOGRAPH_SUFFIXES and "HO" not in p.stem)


if __name__ == "__main__":
    main()
