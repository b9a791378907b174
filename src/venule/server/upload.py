"""What comes in: photographs, raw or in a form, never more of them than is allowed, never a path."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from venule.server.names import shown_name
from venule.server.problems import Problem
from venule.workflows.analyse import MemoryFile

FORM, DICOM = "multipart/form-data", "application/dicom"


class Held:
    """How many bytes of uploads are in memory, all together.

    Args:
        most: that may be.
    """

    def __init__(self, most: int) -> None:
        """Nothing yet."""
        self.bytes, self._most = 0, most

    @contextmanager
    def holding(self) -> Iterator["Holding"]:
        """Count what is held within the block."""
        holding = Holding(self)
        try:
            yield holding
        finally:
            self.bytes -= holding.bytes

    def add(self, size: int) -> None:
        """Count more bytes.

        Raises:
            Problem: 503, that are too many.
        """
        self.bytes += size
        if self.bytes > self._most:
            raise Problem(
                503,
                "busy",
                "other uploads have taken the memory there is for them: come back in a few seconds",
                headers={"Retry-After": "5"},
            )


class Holding:
    """What one request holds of it.

    Args:
        held: by all.
    """

    def __init__(self, held: Held) -> None:
        """Nothing yet."""
        self.bytes, self._held = 0, held

    def add(self, size: int) -> None:
        """Count more bytes."""
        self.bytes += size
        self._held.add(size)


class _InMemory(MultiPartParser):
    spool_max_size = 2**62  # nothing of an upload is written to disk


async def read_one(
    request: Request, holding: Holding, *, most: int, silence: float, also: Sequence[str] = ()
) -> Mapping[str, MemoryFile]:
    """The photograph of a request: its body, or the part `photograph` of a form.

    Args:
        request: whose body it is.
        holding: counts the bytes.
        most: bytes that the body may have.
        silence: seconds without a byte, after which it is given up.
        also: other parts that there may be.

    Returns:
        By the name of the part; the photograph is there.

    Raises:
        Problem: 400 no such form, 408, 413, or 422 there is no photograph.
    """
    _check_length(request, most)
    body = _pieces(request, holding, most=most, silence=silence)
    if not _is_form(request):
        pieces = [piece async for piece in body]
        name = "photograph.dcm" if _media_type(request) == DICOM else "photograph"  # old files have no mark of DICOM
        return {"photograph": _some(MemoryFile(name, b"".join(pieces)))}
    parts = await _parse(request, body, files=1, kinds=1 + len(also))
    known = {name: content for name, content in parts if name in ("photograph", *also)}
    if "photograph" not in known or len(parts) != len(known):
        extra = f", perhaps {' and '.join(also)}" if also else ""
        got = ", ".join(name for name, _ in parts) or "nothing"
        raise Problem(422, "no-photograph", f"send one file in the part photograph{extra}; got {got}")
    _some(known["photograph"])
    return known


async def read_many(
    request: Request, holding: Holding, *, most: int, files: int, silence: float, also: Sequence[str] = ()
) -> Mapping[str, list[MemoryFile]]:
    """The photographs of a form, in parts called `photographs`.

    Args:
        request: whose body it is.
        holding: counts the bytes.
        most: bytes that the body may have.
        files: photographs that there may be.
        silence: seconds without a byte, after which it is given up.
        also: other parts that there may be, as many of each.

    Returns:
        By the name of the part; there is at least one photograph.

    Raises:
        Problem: 400 no such form, 408, 413, 415 no form, or 422 there is no photograph.
    """
    _check_many(request, most)
    body = _pieces(request, holding, most=most, silence=silence)
    parts = await _parse(request, body, files=files, kinds=1 + len(also))
    given: dict[str, list[MemoryFile]] = {"photographs": [], **{name: [] for name in also}}
    for name, content in parts:
        given.setdefault("photographs" if name == "photograph" else name, []).append(content)
    _check_parts(given, also)
    if len(given["photographs"]) > files:
        raise _too_many(files)
    return given


def _is_form(request: Request) -> bool:
    return _media_type(request) == FORM


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _check_many(request: Request, most: int) -> None:
    if not _is_form(request):
        raise Problem(415, "no-form", f"send {FORM} with each photograph in a part called photographs")
    _check_length(request, most)


def _check_parts(given: Mapping[str, Sequence[object]], also: Sequence[str]) -> None:
    if not given["photographs"] or not set(given) <= {"photographs", *also}:
        raise Problem(
            422,
            "no-photograph",
            f"send one or more files, each in a part called photographs{''.join(f' or {name}' for name in also)}; got "
            f"{', '.join(name for name, files in given.items() if files) or 'nothing'}",
        )


def _check_length(request: Request, most: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise _too_large(most)


async def _pieces(request: Request, holding: Holding, *, most: int, silence: float) -> AsyncIterator[bytes]:
    size = 0
    stream = request.stream()
    while True:
        try:
            piece = await asyncio.wait_for(anext(stream, None), silence)
        except TimeoutError:
            raise Problem(408, "silence", f"nothing of the upload came for {silence:g} s: send it again") from None
        if piece is None:
            return
        size += len(piece)
        if size > most:
            raise _too_large(most)
        holding.add(len(piece))
        if piece:
            yield piece


async def _parse(
    request: Request, body: AsyncIterator[bytes], *, files: int, kinds: int
) -> list[tuple[str, MemoryFile]]:
    async with _form(request, body, _InMemory, files=files, kinds=kinds) as parts:
        return [(name, MemoryFile(shown_name(part.filename or name), await part.read())) for name, part in parts]


@asynccontextmanager
async def _form(
    request: Request, body: AsyncIterator[bytes], parser: type[MultiPartParser], *, files: int, kinds: int = 1
) -> AsyncIterator[list[tuple[str, UploadFile]]]:
    async def stream() -> AsyncIterator[bytes]:
        async for piece in body:
            yield piece

    try:
        parsing = parser(request.headers, stream(), max_files=files * kinds, max_fields=0)  # type: ignore[arg-type]
        form = await parsing.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        said = str(getattr(error, "message", error))
        if said.startswith("Too many files"):
            raise _too_many(files) from error
        raise Problem(400, "bad-form", f"the form cannot be read: {said}") from error
    try:
        yield [(name, part) for name, part in form.multi_items() if isinstance(part, UploadFile)]
    finally:
        await form.close()


def _some(given: MemoryFile) -> MemoryFile:
    if not given.content:
        raise Problem(422, "empty-file", f"{given.name} is empty (0 bytes): send a photograph")
    return given


def _too_large(most: int) -> Problem:
    return Problem(413, "too-many-bytes", f"the upload has more than {most:,} bytes, which is the limit")


def _too_many(files: int) -> Problem:
    return Problem(
        413, "too-many-photographs", f"one request takes {files} photograph{'s' if files > 1 else ''}: send fewer"
    )
