"""What comes in: photographs, raw or in a form, never more of them than is allowed, never a path."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from venule.jobs import PHOTOGRAPH_SUFFIXES
from venule.jobs.look import Content
from venule.server.problems import Problem

LONGEST_NAME = 80
FORM = "multipart/form-data"


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
) -> Mapping[str, Content]:
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
        return {"photograph": _some(Content("photograph", b"".join(pieces)))}
    parts = await _parse(request, body, _InMemory, files=1 + len(also))
    known = {name: content for name, content in parts if name in ("photograph", *also)}
    if "photograph" not in known or len(parts) != len(known):
        extra = f", perhaps {' and '.join(also)}" if also else ""
        got = ", ".join(name for name, _ in parts) or "nothing"
        raise Problem(422, "no-photograph", f"send one file in the part photograph{extra}; got {got}")
    _some(known["photograph"])
    return known


async def read_many(
    request: Request, holding: Holding | None, *, most: int, files: int, silence: float
) -> list[Content]:
    """The photographs of a form, in parts called `photographs`.

    Args:
        request: whose body it is.
        holding: counts the bytes; None: what is large is spooled to an unnamed temporary file.
        most: bytes that the body may have.
        files: that there may be.
        silence: seconds without a byte, after which it is given up.

    Raises:
        Problem: 400 no such form, 408, 413, 415 no form, or 422 there is no photograph.
    """
    if not _is_form(request):
        raise Problem(415, "no-form", f"send {FORM} with each photograph in a part called photographs")
    _check_length(request, most)
    body = _pieces(request, holding, most=most, silence=silence)
    parser = MultiPartParser if holding is None else _InMemory
    parts = await _parse(request, body, parser, files=files)
    photographs = [content for name, content in parts if name in ("photographs", "photograph")]
    if not photographs or len(photographs) != len(parts):
        raise Problem(422, "no-photograph", "send one or more files, each in a part called photographs, and no others")
    return photographs


def file_names(names: Sequence[str]) -> list[str]:
    """Names for files of ours, each like the one that a client gave, harmless, with an image's ending, and unique.

    An ending of ours, because the batch would open what a list or an archive names.
    """
    taken: set[str] = set()
    made = []
    for given in names:
        stem, ending = _split(given)
        name, number = stem + ending, 2
        while name.lower() in taken:
            name, number = f"{stem}-{number}{ending}", number + 1
        taken.add(name.lower())
        # Outputs are called by the stem alone: two of one stem would be told apart by endings that nobody has given.
        taken.update((stem + other).lower() for other in PHOTOGRAPH_SUFFIXES)
        made.append(name)
    return made


def _split(given: str) -> tuple[str, str]:
    last = PurePosixPath(given.replace("\\", "/")).name
    stem, dot, ending = last.rpartition(".")
    ending = f".{ending.lower()}" if dot else ""
    if ending not in PHOTOGRAPH_SUFFIXES:
        stem, ending = last, PHOTOGRAPH_SUFFIXES[0]
    kept = "".join(c if c.isalnum() or c in "-_ " else "_" for c in stem).strip("_ ")[:LONGEST_NAME]
    return kept or "photograph", ending


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


def _check_length(request: Request, most: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise _too_large(most)


async def _pieces(request: Request, holding: Holding | None, *, most: int, silence: float) -> AsyncIterator[bytes]:
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
        if holding:
            holding.add(len(piece))
        if piece:
            yield piece


async def _parse(
    request: Request, body: AsyncIterator[bytes], parser: type[MultiPartParser], *, files: int
) -> list[tuple[str, Content]]:
    async def stream() -> AsyncIterator[bytes]:
        async for piece in body:
            yield piece

    try:
        form = await parser(request.headers, stream(), max_files=files, max_fields=0).parse()  # type: ignore[arg-type]
    except (MultiPartException, KeyError, ValueError) as error:
        raise Problem(400, "bad-form", f"the form cannot be read: {getattr(error, 'message', error)}") from error
    try:
        return [
            (name, Content(shown_name(part.filename or name), await part.read()))
            for name, part in form.multi_items()
            if isinstance(part, UploadFile)
        ]
    finally:
        await form.close()


def shown_name(given: str) -> str:
    """A name that a client gave, as messages show it: its last part, of letters that can be seen."""
    last = PurePosixPath(given.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME] or "photograph"


def _some(given: Content) -> Content:
    if not given.content:
        raise Problem(422, "empty-file", f"{given.name} is empty (0 bytes): send a photograph")
    return given


def _too_large(most: int) -> Problem:
    return Problem(413, "too-many-bytes", f"the upload has more than {most:,} bytes, which is the limit")
