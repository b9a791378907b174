"""What runs a model's network: onnxruntime, or OpenVINO where it is installed."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from venule.errors import ModelError, VenuleError, missing_extra
from venule.models import Model
from venule.models.check import check_network

RUNTIMES = ("onnxruntime", "openvino")
Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]

# The first that is available. Others (TensorRT, CoreML, ...) compile again for every size of input, and photographs
# at working scale rarely have the same size.
PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")


def load_network(model: Model) -> Network:
    """Load a model's network into the runtime that the model was loaded for.

    Returns:
        float32 (N, 3, H, W) -> probability float32 (N, 1, H, W).

    Raises:
        ModelError: the model needs other operators than standard ones, or other files; the runtime cannot load it; or
            its input or output is not what venule expects.
        VenuleError: there is no such runtime.
        MissingExtraError: the runtime is not installed.
    """
    load = _openvino if check_runtime(model.runtime) == "openvino" else _onnxruntime
    # What comes with venule is trusted as the code is, and `load_model` compared its hash.
    onnx = model.onnx if model.is_shipped else check_network(model.onnx, name=model.card.name)
    return load(model, onnx)


def check_runtime(runtime: str) -> str:
    """Return the name of the runtime, if it can be used.

    Raises:
        VenuleError: there is no such runtime.
        MissingExtraError: the runtime is not installed.

    Example:
        >>> check_runtime("onnxruntime")
        'onnxruntime'
    """
    if runtime not in RUNTIMES:
        raise VenuleError(f"unknown runtime {runtime!r}: choose one of {', '.join(RUNTIMES)}", reason="bad-runtime")
    if find_spec(runtime) is None:
        raise missing_extra(runtime, f"the runtime {runtime!r} is not installed")
    return runtime


def _onnxruntime(model: Model, onnx: bytes) -> Network:
    import onnxruntime as ort  # imported here, so that only the runtime that is used is loaded

    ort.disable_telemetry_events()  # for a program that loaded onnxruntime before venule could keep it quiet
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = model.threads or 0
    options.enable_mem_pattern = False  # a plan for each size of input takes memory and saves no time
    options.log_severity_level = 3  # errors only; its warnings are about the machine
    options.add_session_config_entry("session.load_model_format", "ONNX")  # not ORT, its own, which is never checked
    available = ort.get_available_providers()
    try:
        session = ort.InferenceSession(onnx, options, providers=[name for name in PROVIDERS if name in available])
    except Exception as error:  # onnxruntime's errors have no common root of their own
        raise ModelError(f"model {model.card.name}: onnxruntime cannot load it: {error}") from error
    _check_names(model, *([tensor.name for tensor in side] for side in (session.get_inputs(), session.get_outputs())))
    return lambda shown: session.run(["probability"], {"photograph": shown})[0]


def _openvino(model: Model, onnx: bytes) -> Network:
    openvino = _import_openvino()
    settings: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": model.threads or 0,
        "ENABLE_CPU_PINNING": False,  # two processes would pin themselves to the same cores
    }
    try:
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(onnx), "CPU", settings)
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"model {model.card.name}: OpenVINO cannot load it: {error}") from error
    _check_names(model, *([tensor.any_name for tensor in side] for side in (compiled.inputs, compiled.outputs)))
    return lambda shown: compiled([shown])[0]


def _import_openvino() -> Any:
    """Import OpenVINO without its model converter, which is slow and reports every import to Google Analytics."""
    converter = "openvino.tools.ovc"
    hide = converter not in sys.modules
    if hide:
        sys.modules[converter] = None  # type: ignore[assignment]  # None: importing it fails
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
            "and one output, 'probability', as venule train makes them"
        )
