"""Download one file over HTTP, going on where an interrupted download stopped."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from venule.errors import DatasetError

Progress = Callable[[str, int, int | None], None]
ATTEMPTS = 5
TIMEOUT = 60.0  # seconds without a byte
BLOCK = 1 << 16


def download(url: str, path: Path, *, max_bytes: int, progress: Progress | None = None, pause: float = 1.0) -> None:
    """Download a file. The part that has come is kept as PATH.part and gone on with, also by a later call.

    Args:
        url: http or https.
        path: where the file shall lie; one that is there already is whole, and nothing is done.
        max_bytes: a larger file is refused, whether the server says its size or not.
        progress: told the name of the file, the bytes that are there, and the bytes it has (None: not known).
        pause: seconds before the second attempt; twice as many before each further one.

    Raises:
        DatasetError: the address does not answer or answers with an error, the file is too large, or the connection
            broke off again and again.
    """
    if not url.startswith(("http://", "https://")):
        raise DatasetError(f"{url} is no http or https address")
    part = path.with_name(path.name + ".part")
    reason = ""
    for attempt in range(ATTEMPTS):
        if path.exists():
            return
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            _fetch(url, part, max_bytes=max_bytes, progress=progress)
            part.replace(path)
        except urllib.error.HTTPError as error:
            if error.code == 416:  # the part is no part of this file: begin anew
                part.unlink(missing_ok=True)
            elif error.code < 500:
                raise DatasetError(f"{url} answers {error.code} {error.reason}: the file may have moved") from None
            reason = f"{error.code} {error.reason}"
        except (OSError, http.client.HTTPException) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
    if not path.exists():
        there = part.stat().st_size if part.exists() else 0
        kept = f"; {there} bytes are kept in {part}, the same command goes on from there" if there else ""
        raise DatasetError(f"{url} could not be downloaded in {ATTEMPTS} attempts ({reason}){kept}")


def _fetch(url: str, part: Path, *, max_bytes: int, progress: Progress | None) -> None:
    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "venule"} | _range(start))
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        if answer.status != 206:  # the server sends the whole file, asked for a part or not
            start = 0
        length = answer.headers.get("Content-Length")
        total = None if length is None else start + int(length)
        _check_size(url, total or 0, max_bytes)
        there = start
        with part.open("ab" if start else "wb") as file:
            while block := answer.read(BLOCK):
                there += len(block)
                _check_size(url, there, max_bytes)
                file.write(block)
                if progress is not None:
                    progress(part.stem, there, total)
    if total is not None and there < total:  # reading in blocks, http.client does not say so itself
        raise http.client.IncompleteRead(b"", total - there)


def _range(start: int) -> dict[str, str]:
    return {"Range": f"bytes={start}-"} if start else {}


def _check_size(url: str, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise DatasetError(f"{url} has {size} bytes or more; at most {max_bytes} are expected, so it is another file")
