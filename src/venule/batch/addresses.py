"""Files by address: a path on this machine, or a URL of fsspec, such as s3://bucket/folder/ann.jpg."""

import io
import os
import posixpath
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from venule.errors import OutputError, VenuleError

T = TypeVar("T")
_SCHEME = re.compile(r"[^/]*://")
# Of the protocols of fsspec, those that need no more than an address. Others start programs, open archives, read
# further addresses out of files, or need the name of a host.
PROTOCOLS = (
    "abfs", "abfss", "adl", "az", "gcs", "gs", "hdfs", "hf", "http", "https", "memory", "oci", "oss", "s3", "s3a",
)  # fmt: skip
MAX_BYTES = 2 * 1024**3  # of one file: it is read whole
MAX_UNSIZED = 256 * 1024**2  # of one that a server sends without saying how long it is


def absolute(address: Path | str) -> str:
    """The address with "/" between its parts; of a path (also file://...), the absolute path."""
    text = str(address).removeprefix("file://").removeprefix("local://")
    if is_remote(text):
        protocol, _, rest = text.partition("://")
        return f"{protocol}://{rest.rstrip('/')}"
    whole = os.path.abspath(text)
    if ".." in Path(text).parts and os.path.exists(text) and not _is_same(text, whole):
        whole = os.path.realpath(text)  # ".." after a link: not the folder that contains the link
    return Path(whole).as_posix()


def within(folder: str, given: str) -> str:
    """The address that is given relative to a folder, or as a whole."""
    if _SCHEME.match(given) or os.path.isabs(given):
        return absolute(given)
    if is_remote(folder):  # a store knows no ".."
        protocol, _, rest = folder.partition("://")
        return absolute(f"{protocol}://{posixpath.normpath(join(rest, given))}")
    return absolute(join(folder, given))


def is_remote(address: str) -> bool:
    """Whether it is a URL, and not a path on this machine."""
    return bool(_SCHEME.match(address)) and not address.startswith(("file://", "local://"))


def name_of(address: str) -> str:
    """Its last part."""
    return address.rsplit("/", 1)[-1]


def join(folder: str, name: str) -> str:
    """The address of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def filesystem(address: str) -> Any:
    """The file system of fsspec for the URL; an error if the protocol is not known or its library not installed."""
    protocol = address.split("://", 1)[0]
    if protocol not in PROTOCOLS:
        raise VenuleError(
            f"{address}: {protocol}:// cannot be used; known: {', '.join(PROTOCOLS)}", reason="unknown-protocol"
        )
    return _filesystem(protocol)


@lru_cache(maxsize=16)
def _filesystem(protocol: str) -> Any:
    import fsspec  # here: most runs have no URL

    try:
        return fsspec.filesystem(protocol)
    except Exception as error:
        raise VenuleError(f"{protocol}:// cannot be used: {said(error)}", reason="unknown-protocol") from error


def exists(address: str) -> bool:
    """Whether there is a file or folder at the address."""
    return _tried(lambda: bool(filesystem(address).exists(address))) if is_remote(address) else os.path.exists(address)


def open_any(address: str, **options: str) -> IO[bytes]:
    """A file or the content of a URL, open for reading, there with options of fsspec's `open`."""
    return _open_remote(address, **options) if is_remote(address) else open(address, "rb")


def read_remote(address: str) -> bytes:
    """The content of a URL; an OSError if it cannot be read, a VenuleError if it is too large."""
    with _open_remote(address) as file:
        size = file.seek(0, os.SEEK_END)
        if size > MAX_BYTES:
            raise _too_large(address, f"has {size:,} bytes", MAX_BYTES)
        file.seek(0)
        return _tried(lambda: bytes(file.read(size)))


def write_remote(address: str, content: bytes) -> None:
    """Write the content of a URL; an object store writes it whole or not at all."""
    try:
        _tried(lambda: filesystem(address).pipe_file(address, content))
    except OSError as error:
        raise OutputError(f"cannot write {address}: {said(error)}; what is finished is kept") from error


def info(url: str) -> Mapping[str, Any]:
    """What fsspec knows of the file at a URL; nothing if there is none."""
    try:
        return dict(_tried(lambda: filesystem(url).info(url)))
    except FileNotFoundError:
        return {}


def sizes(url: str) -> dict[str, int]:
    """The sizes of all files in a folder by their names in it."""
    store = filesystem(url)
    store.invalidate_cache()
    root = store._strip_protocol(url).rstrip("/") + "/"
    found = _tried(lambda: store.find(url, detail=True))
    return {path.removeprefix(root): about["size"] for path, about in found.items()}


def mark_of(info: Mapping[str, Any]) -> str:
    """What differs when a file of a store was written again, from what fsspec knows of it; "" if nothing does."""
    return next((str(info[key]) for key in ("ETag", "etag", "md5Hash", "mtime", "created") if info.get(key)), "")


def said(error: BaseException) -> str:
    """What went wrong, in words: without the names of Python's exceptions."""
    if isinstance(error, FileNotFoundError):
        return "there is nothing at this address, or its server does not answer"
    if isinstance(error, (AttributeError, TypeError, LookupError, AssertionError)) or not str(error):
        return "the address is incomplete, or the server's answer was not understood"
    return str(getattr(error, "strerror", None) or error)


def put(path: Path, url: str) -> None:
    """Copy a file of this machine to a URL."""
    _tried(lambda: filesystem(url).put_file(str(path), url))


def _open_remote(address: str, **options: str) -> IO[bytes]:
    """The content of a URL; where the server does not say how long it is, it is read here, up to a limit."""
    file = cast(IO[bytes], _tried(lambda: filesystem(address).open(address, **options)))
    with suppress(OSError, ValueError):  # it has no length, or cannot be read from any place
        file.seek(0, os.SEEK_END)
        file.seek(0)
        return file
    with file:
        content = io.BytesIO()
        while part := _tried(lambda: file.read(1024**2)):
            content.write(part)
            if content.tell() > MAX_UNSIZED:
                raise _too_large(address, "has no stated length, and does not end", MAX_UNSIZED)
    content.seek(0)
    return content


def _too_large(address: str, what: str, limit: int) -> VenuleError:
    return VenuleError(f"{address} {what}; the limit is {limit:,} bytes", reason="file-too-large")


def _tried(call: Callable[[], T]) -> T:
    """Call it; any error of a protocol's library becomes OSError."""
    try:
        return call()
    except (OSError, VenuleError):
        raise
    except Exception as error:  # botocore and others have no common base class
        raise OSError(said(error)) from error


def _is_same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
