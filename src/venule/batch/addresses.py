"""Files by address: a path on this machine, or a URL of fsspec, such as s3://bucket/folder/ann.jpg."""

import os
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, cast

from venule.errors import OutputError, VenuleError


def absolute(address: Path | str) -> str:
    """The address with "/" between its parts; of a path (also file://...), the absolute path."""
    text = str(address)
    if text.startswith("file://"):
        text = text.removeprefix("file://")
    return text.rstrip("/") if is_remote(text) else Path(os.path.abspath(text)).as_posix()


def is_remote(address: str) -> bool:
    """Whether it is a URL, and not a path on this machine."""
    return "://" in address and not address.startswith("file://")


def name_of(address: str) -> str:
    """Its last part."""
    return address.rsplit("/", 1)[-1]


def join(folder: str, name: str) -> str:
    """The address of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


@lru_cache(maxsize=16)
def filesystem(address: str) -> Any:
    """The file system of fsspec for the URL.

    Raises:
        VenuleError: the protocol is not known, or its library is not installed.
    """
    import fsspec  # here: most runs have no URL

    protocol = address.split("://", 1)[0]
    try:
        return fsspec.filesystem(protocol)
    except (ImportError, ValueError) as error:
        raise VenuleError(f"{address}: {protocol}:// cannot be used ({error})", reason="unknown-protocol") from error


def exists(address: str) -> bool:
    """Whether there is a file or folder at the address."""
    return bool(filesystem(address).exists(address)) if is_remote(address) else os.path.exists(address)


def open_any(address: str) -> IO[bytes]:
    """A file or the content of a URL, open for reading."""
    if not is_remote(address):
        return open(address, "rb")
    return cast(IO[bytes], _tried(lambda: filesystem(address).open(address)))


def read_remote(address: str) -> bytes:
    """The content of a URL."""
    return bytes(_tried(lambda: filesystem(address).cat_file(address)))


def write_remote(address: str, content: bytes) -> None:
    """Write the content of a URL; an object store writes it whole or not at all."""
    try:
        _tried(lambda: filesystem(address).pipe_file(address, content))
    except OSError as error:
        raise OutputError(f"cannot write {address}: {error}; what is finished is kept") from error


def _tried(call: Any) -> Any:
    """Call it; any error of a protocol's library becomes OSError."""
    try:
        return call()
    except OSError:
        raise
    except Exception as error:  # botocore and others have no common base class
        raise OSError(f"{type(error).__name__}: {error}") from error
