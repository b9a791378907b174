"""What runs a model's network: onnxruntime, or OpenVINO where it is installed."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.errors import ModelError, VenuleError, missing_extra
from venule.models import Model
from venule.models.onnx_file import check_onnx

RUNTIMES = ("onnxruntime", "openvino")
Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]

# In this order, those that are there. Others (TensorRT, CoreML, ...) compile anew for every size of input, and at
# working scale hardly two photographs have the same.
PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")


def load_network(model: Model, *, runtime: str = "onnxruntime", threads: int | None = None) -> Network:
    """Load a model's network.

    Args:
        model: from `venule.load_model`.
        runtime: "onnxruntime", in 32 bits on any machine; or "openvino" (extra `openvino`), faster on the CPU and in
            16 bits (bfloat16) where the processor has arithmetic for them.
        threads: for the arithmetic on the CPU; None: as many as there are cores.

    Returns:
        float32 (N, 3, H, W) -> probability float32 (N, 1, H, W).

    Raises:
        ModelError: the model needs other operators than standard ones, or other files; the runtime cannot load it; or
            its input and output are not those of the contract.
        VenuleError: there is no such runtime.
        MissingExtraError: the runtime is not installed.
    """
    load = _openvino if check_runtime(runtime) == "openvino" else _onnxruntime
    return load(model, threads)


def check_runtime(runtime: str) -> str:
    """The runtime itself.

    Raises:
        VenuleError: there is no such runtime.
        MissingExtraError: the runtime is not installed.
    """
    if runtime not in RUNTIMES:
        raise VenuleError(f"unknown runtime {runtime!r}: choose one of {', '.join(RUNTIMES)}", reason="bad-runtime")
    if find_spec(runtime) is None:
        raise missing_extra(runtime, f"the runtime {runtime!r} is not installed")
    return runtime


def _onnxruntime(model: Model, threads: int | None) -> Network:
    import onnxruntime as ort  # here, as with openvino: who uses the one need not load the other

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads or 0
    options.enable_mem_pattern = False  # kept for each size of input, it is a quarter of the memory and no time
    options.log_severity_level = 3  # errors; its warnings speak of the machine, not of the photograph
    options.add_session_config_entry("session.load_model_format", "ONNX")  # not its own, which `check_onnx` cannot read
    available = ort.get_available_providers()
    try:
        check_onnx(model.onnx)
        session = ort.InferenceSession(model.onnx, options, providers=[name for name in PROVIDERS if name in available])
    except Exception as error:  # onnxruntime's errors have no common root of their own
        raise ModelError(f"model {model.card.name}: onnxruntime cannot load it: {error}") from error
    _check_names(model, *([tensor.name for tensor in side] for side in (session.get_inputs(), session.get_outputs())))
    return lambda shown: session.run(["probability"], {"photograph": shown})[0]


def _openvino(model: Model, threads: int | None) -> Network:
    openvino = _import_openvino()
    settings: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads or 0,
        "ENABLE_CPU_PINNING": False,  # two processes would pin themselves to the same cores
    }
    try:
        check_onnx(model.onnx)
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(model.onnx), "CPU", settings)
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"model {model.card.name}: OpenVINO cannot load it: {error}") from error
    _check_names(model, *([tensor.any_name for tensor in side] for side in (compiled.inputs, compiled.outputs)))
    return lambda shown: compiled([shown])[0]


def _import_openvino() -> Any:
    """OpenVINO without its converter of models, which tells Google Analytics of every import and takes half of it."""
    converter = "openvino.tools.ovc"
    hide = converter not in sys.modules
    if hide:
        sys.modules[converter] = None  # type: ignore[assignment]  # None: as if it were not installed
    try:
        import openvino
    finally:
        if hide:
            del sys.modules[converter]
    return openvino


def _check_names(model: Model, taken: list[str], given: list[str]) -> None:
    if [taken, given] != [["photograph"], ["probability"]]:
        raise ModelError(
            f"model {model.card.name} takes {taken} and gives {given}; venule needs one input, 'photograph', "
            "and one output, 'probability': make it with venule train"
        )
