"""Photographs that clients send: the body of a request, or the parts of a form. They stay in memory."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import PurePath

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from venule.server.problem_json import Problem
from venule.server.schemas import FORM, MEDIA_TYPES
from venule.workflows.analyse import MemoryFile

LONGEST_NAME = 80
SLOWEST = 10_000  # bytes per second: slower uploads would keep a place in the queue for hours
Maps = dict[str, MemoryFile]


async def read_body(
    request: Request, count: Callable[[int], None], *, limit: int, silence: float
) -> AsyncGenerator[bytes]:
    """The body of a request, piece by piece; `count` is called with the size of each.

    Raises:
        Problem: 408 after so many seconds of silence, or for a slow upload; 413 for more bytes than the limit.
    """
    too_large = Problem(413, "too-many-bytes", f"the upload has more than {limit:,} bytes, which is the limit")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_large
    size, stream, begin = 0, request.stream(), time.monotonic()
    while True:
        left = silence + size / SLOWEST - (time.monotonic() - begin)
        try:
            piece = await asyncio.wait_for(anext(stream, None), max(0.0, min(silence, left)))
        except TimeoutError:
            message = f"the upload stopped for {silence:g} s, or is slower than {SLOWEST // 1000} kB/s: send it again"
            raise Problem(408, "silence", message) from None
        except ClientDisconnect:
            raise Problem(408, "gone", "the client has disconnected") from None
        if piece is None:
            return
        size += len(piece)
        if size > limit:
            raise too_large
        count(len(piece))
        yield piece


async def read_photograph(
    request: Request, body: AsyncGenerator[bytes], *, map_names: Sequence[str]
) -> tuple[MemoryFile, Maps]:
    """The photograph of a request, and its maps by name: the body itself, or the parts of a form.

    Raises:
        Problem: 400 for a broken form; 413 or 422 where there is not one photograph.
    """
    kind = _media_type(request)
    if kind != FORM:
        # The name tells old DICOM files, which have no preamble.
        name = "photograph.dcm" if kind == MEDIA_TYPES["dicom-seg"] else "photograph"
        return MemoryFile(name, b"".join([piece async for piece in body])), {}
    parts = await _parse_form(request, body, ("photograph", *map_names), most=1)
    if not parts["photograph"]:
        raise Problem(422, "no-photograph", "send one file in the part photograph")
    return parts["photograph"][0], {name: files[0] for name in map_names if (files := parts[name])}


async def read_photographs(
    request: Request, body: AsyncGenerator[bytes], *, most: int, map_names: Sequence[str]
) -> tuple[list[MemoryFile], list[Maps]]:
    """The photographs of a form, in parts called `photographs`, and the maps of each.

    A map belongs to the photograph of the same name, with or without the kind: eye.png or eye_arteries.png to eye.jpg.
    It is refused where that could be said of two photographs: it would be measured with another patient's.

    Raises:
        Problem: 400 for a broken form; 413 for too many photographs; 415 where it is no form; 422 where there is no
            photograph, or a map that does not belong to exactly one.
    """
    if _media_type(request) != FORM:
        raise Problem(415, "no-form", f"send {FORM} with each photograph in a part called photographs")
    parts = await _parse_form(request, body, ("photographs", *map_names), most=most)
    photographs = parts["photographs"]
    if not photographs:
        raise Problem(422, "no-photograph", "send each photograph in a part called photographs")
    maps: list[Maps] = [{} for _ in photographs]
    for kind in map_names:
        for one in parts[kind]:
            stems = {_stem(one), _stem(one).removesuffix(f"_{kind}")}
            its = [number for number, photograph in enumerate(photographs) if _stem(photograph) in stems]
            if not its:
                message = f"{one.name} matches no photograph by its name: call the map of eye.jpg eye_{kind}.png"
                raise Problem(422, "unmatched-map", message)
            if len(its) > 1 or kind in maps[its[0]]:
                message = f"{one.name} could belong to several photographs, or is not the only one: use other names"
                raise Problem(422, "ambiguous-map", message)
            maps[its[0]][kind] = one
    return photographs, maps


class _InMemoryParser(MultiPartParser):
    spool_max_size = 2**62  # bytes; Starlette writes larger parts to a temporary file


async def _parse_form(
    request: Request, body: AsyncGenerator[bytes], names: Sequence[str], *, most: int
) -> Mapping[str, list[MemoryFile]]:
    """The files of a form by the name of their part, at most so many of each."""
    plural = "s" if most > 1 else ""
    too_many = Problem(413, "too-many-photographs", f"one request takes at most {most} photograph{plural}: send fewer")
    try:
        form = await _InMemoryParser(request.headers, body, max_files=most * len(names), max_fields=0).parse()
    except (MultiPartException, KeyError, ValueError) as error:
        if str(getattr(error, "message", "")).startswith("Too many files"):
            raise too_many from error
        if str(getattr(error, "message", "")).startswith("Too many fields"):
            message = "a part of the form is a text, not a file: with curl, write -F photograph=@eye.jpg"
            raise Problem(422, "no-photograph", message) from error
        message = "the form is damaged, or its header Content-Type has no boundary: let your HTTP library write both"
        raise Problem(400, "bad-form", message) from error
    files: dict[str, list[MemoryFile]] = {name: [] for name in names}
    try:
        for name, part in form.multi_items():
            if name not in files:
                raise Problem(422, "no-photograph", f"there is no part {name[:80]!r}: send {', '.join(names)}")
            if isinstance(part, UploadFile):
                files[name].append(MemoryFile(_shown_name(part.filename or name), await part.read()))
    finally:
        await form.close()
    if max(map(len, files.values())) > most:
        raise too_many
    return files


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _shown_name(given: str) -> str:
    """The last part of a client's file name, for messages; nothing is opened by it."""
    last = PurePath(given.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME] or "photograph"


def _stem(file: MemoryFile) -> str:
    return PurePath(file.name).stem.lower()
