"""The check of a model that does not come with venule, before any runtime reads it.

Runtimes have more operators than the ONNX standard (com.microsoft), and read weights from any file that a model names.
"""

from collections.abc import Iterator
from typing import Any

from venule.errors import ModelError, missing_extra

_STANDARD = ("", "ai.onnx")  # two names of the same set of operators


def check_network(onnx: bytes, *, name: str) -> bytes:
    """Refuse a network that needs other operators than standard ones, or other files.

    Args:
        onnx: the content of the file.
        name: of the model, for the messages.

    Returns:
        The network as it was checked: nothing in it that the check did not see.

    Raises:
        ModelError: it is not an ONNX file; an operator, also one in a branch, a loop or a function, is not of the
            standard domain; or weights lie in another file.
        MissingExtraError: the package onnx is not installed.
    """
    try:
        from google.protobuf.message import DecodeError
        from onnx import ModelProto, NodeProto, TensorProto
    except ImportError as error:
        need = f"model {name} does not come with venule, and checking it needs the package onnx"
        raise missing_extra("onnx", need) from error
    try:
        model = ModelProto.FromString(onnx)
    except DecodeError as error:
        raise ModelError(f"model {name} is not a valid ONNX file: {error}") from error
    model.DiscardUnknownFields()
    for part in _parts(model):
        if isinstance(part, NodeProto) and part.domain not in _STANDARD:
            raise ModelError(
                f"model {name} needs the operator {part.op_type!r} of the domain {part.domain!r}; only operators of "
                "the ONNX standard are allowed"
            )
        if isinstance(part, TensorProto) and (part.external_data or part.data_location != TensorProto.DEFAULT):
            raise ModelError(f"model {name} has its weights {part.name!r} in another file; save them in {name} itself")
    checked: bytes = model.SerializeToString()
    return checked


def _parts(message: Any) -> Iterator[Any]:
    """A protobuf message and all messages within it."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in value if field.is_repeated else (value,):
                yield from _parts(part)
