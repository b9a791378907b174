"""Models by name or by folder, checked against their cards."""

import hashlib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from venule.errors import ModelError
from venule.models.card import Card

ONNX_FILE = "model.onnx"
CARD_FILE = "card.json"
WEIGHTS_FILE = "weights.safetensors"
_SHIPPED = Path(__file__).parent
_LARGEST = 2**31  # bytes; the limit of protobuf, and so of ONNX in one file
_LARGEST_CARD = 2**20


@dataclass(frozen=True, eq=False)
class Model:
    """An ONNX network with its card.

    Attributes:
        card: what the model is and how it must be run.
        onnx: the network, as the bytes whose sha256 is in the card.
        folder: the folder of both files.
        runtime: what runs it, see `venule.segment`.
        threads: CPU threads for it; None: one for each core.

    Example:
        >>> venule.load_model("general").card.name
        'general'
    """

    card: Card
    onnx: bytes = field(repr=False)
    folder: Path
    runtime: str = "onnxruntime"
    threads: int | None = None

    @property
    def is_shipped(self) -> bool:
        """Whether the model comes with venule."""
        return self.folder.parent == _SHIPPED


def shipped_models(finds: str | None = None) -> tuple[str, ...]:
    """Names of the models that come with venule.

    Args:
        finds: "vessels", "arteries-veins" or "landmarks"; None: all.

    Example:
        >>> shipped_models("landmarks")
        ('landmarks',)
    """
    names = sorted(path.parent.name for path in _SHIPPED.glob(f"*/{CARD_FILE}"))
    return tuple(name for name in names if finds in (None, read_card(_SHIPPED / name).finds))


def model_folder(name_or_path: str | Path) -> Path:
    """The folder of a shipped model, or of your own.

    Raises:
        ModelError: there is no such model; the message lists the shipped ones.

    Example:
        >>> model_folder("general").name
        'general'
    """
    name, shipped = str(name_or_path), shipped_models()
    if name in shipped:
        return _SHIPPED / name
    folder = Path(name_or_path)
    if folder.name in (ONNX_FILE, CARD_FILE):
        folder = folder.parent
    if (folder / CARD_FILE).is_file():
        return folder
    if folder.is_dir():
        raise ModelError(f"{folder} has no {CARD_FILE}: a model is a folder with {ONNX_FILE} and {CARD_FILE}")
    close = get_close_matches(name, shipped, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise ModelError(
        f"unknown model {name!r}: {hint}shipped: {', '.join(shipped)}; "
        f"or give the folder of your own, with {ONNX_FILE} and {CARD_FILE}"
    )


def read_card(folder: Path) -> Card:
    """Read and check the card of a model.

    Raises:
        ModelError: the card cannot be read, or a field is missing, unknown or out of range.

    Example:
        >>> read_card(model_folder("general")).name
        'general'
    """
    path = folder / CARD_FILE
    try:
        return Card.model_validate_json(_read(path, largest=_LARGEST_CARD))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelError(f"{path} is not a valid card: {where}: {first['msg']}") from error


def load_model(
    name_or_path: str | Path = "general", *, runtime: str = "onnxruntime", threads: int | None = None
) -> Model:
    """Load a model, and check its file against the sha256 in its card.

    Args:
        name_or_path: name of a shipped model, or the folder of your own.
        runtime: what will run it: "onnxruntime"; or "openvino" (extra `openvino`), faster on the CPU.
        threads: CPU threads for it; None: one for each core.

    Raises:
        ModelError: the model is unknown or incomplete, or the network is not the one that the card describes.

    Example:
        >>> model = venule.load_model("general", threads=1)
        >>> venule.segment(phantom.image, model=model).model
        'general'
    """
    folder = model_folder(name_or_path)
    card = read_card(folder)
    path = folder / ONNX_FILE
    onnx = _read(path, largest=_LARGEST)
    digest = hashlib.sha256(onnx).hexdigest()
    if digest != card.sha256:
        raise ModelError(
            f"{path} has sha256 {digest[:12]}..., its card says {card.sha256[:12]}...: "
            "the file is damaged or belongs to another card; get the model again"
        )
    return Model(card, onnx, folder, runtime, threads)


def _read(path: Path, *, largest: int) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise ModelError(f"{path} is not a file; get the model again")  # a device may have no end
        size = path.stat().st_size
        if size >= largest:
            raise ModelError(f"{path} has {size:,} bytes, more than such a file can have; get the model again")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
