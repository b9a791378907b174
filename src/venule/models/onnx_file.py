"""What an ONNX file holds beside standard arithmetic, found before any runtime reads it.

Runtimes have more operators than the standard's (com.microsoft), take libraries of further ones, and read weights from
files that a model names. An ONNX file is a protobuf message: fields, each a number, a kind and a value, which may be a
message again (protobuf.dev/programming-guides/encoding; the numbers are those of onnx/onnx.proto).
"""

from collections.abc import Iterator

# Which fields of a message hold messages in which operators or tensors can be.
_PARTS = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_OPERATOR, _DOMAIN = 4, 7  # fields of a node
_NAME, _EXTERNAL_DATA, _DATA_LOCATION = 8, 13, 14  # fields of a tensor
_STANDARD = (b"", b"ai.onnx")  # two names of one set of operators
_DEEPEST = 100  # messages in messages; protobuf's own limit
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5  # kinds of fields

Field = tuple[int, int | memoryview]


def check_onnx(onnx: bytes) -> None:
    """Let only a network pass that is complete in itself and made of standard operators.

    Args:
        onnx: the content of the file.

    Raises:
        ValueError: an operator is of another domain than the standard's, also one in a branch, a loop or a function;
            or weights lie in another file; or this is no ONNX file.
    """
    waiting = [("model", memoryview(onnx), 0)]
    while waiting:
        kind, content, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ValueError(f"it has graphs in graphs, more than {_DEEPEST} deep")
        fields = list(_fields(content))
        if kind == "node":
            _check_node(fields)
        elif kind == "tensor":
            _check_tensor(fields)
        parts = ((_PARTS[kind].get(number), value) for number, value in fields)
        waiting += [(part, value, depth + 1) for part, value in parts if part and isinstance(value, memoryview)]


def _check_node(fields: list[Field]) -> None:
    for number, value in fields:
        if number == _DOMAIN and isinstance(value, memoryview) and bytes(value) not in _STANDARD:
            raise ValueError(
                f"it needs the operator {_text(fields, _OPERATOR)} of the domain {_text(fields, _DOMAIN)}; only "
                "operators of the ONNX standard are run"
            )


def _check_tensor(fields: list[Field]) -> None:
    if any(number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value != 0) for number, value in fields):
        raise ValueError(f"its weights {_text(fields, _NAME)} are said to lie in another file; only the model is read")


def _text(fields: list[Field], wanted: int) -> str:
    found = [value for number, value in fields if number == wanted]
    return ", ".join(
        repr(bytes(value[:80]).decode("utf-8", "replace")) for value in found if not isinstance(value, int)
    )


def _fields(content: memoryview) -> Iterator[Field]:
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        number, kind = (key & 0xFFFFFFFF) >> 3, key & 7  # further bits are dropped by protobuf, too
        if kind == _VARINT:
            value, at = _varint(content, at)
            yield number, value
            continue
        if kind not in (_BYTES, _EIGHT_BYTES, _FOUR_BYTES):
            raise ValueError("it is no ONNX file, or is damaged")
        length, at = _varint(content, at) if kind == _BYTES else (8 if kind == _EIGHT_BYTES else 4, at)
        if length > len(content) - at:
            raise ValueError("it is cut short, or is no ONNX file")
        yield number, content[at : at + length]
        at += length


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """A number, seven bits a byte, the lowest first, the last without its highest bit; and where the next thing is."""
    value = 0
    for shift, byte in enumerate(content[at : at + 10]):
        value |= (byte & 127) << (7 * shift)
        if byte < 128:
            return value, at + shift + 1
    raise ValueError("it is cut short, or is no ONNX file")
