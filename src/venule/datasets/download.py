"""Download one file over HTTP with pooch: repeated when the connection breaks, and never larger than expected."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pooch
import requests

from venule.errors import DatasetError

Progress = Callable[[str, int, int | None], None]
RETRIES = 4
TIMEOUT = 60.0  # seconds without a byte
CHUNK = 1 << 16


def download(url: str, path: Path, *, max_bytes: int, progress: Progress | None = None) -> None:
    """Download a file; it is there whole or not at all.

    Args:
        url: http or https.
        path: where to put the file; if it exists already, nothing is done.
        max_bytes: a larger file is refused, whether the server announces its size or not.
        progress: called with the name of the file, the bytes received, and its size in bytes (None: not known).

    Raises:
        DatasetError: the address does not answer or answers with an error, the file is too large, or the connection
            broke again and again.
    """
    if not url.startswith(("http://", "https://")):
        raise DatasetError(f"{url} is not an http or https address")
    pooch.get_logger().setLevel("ERROR")  # its news are in our errors
    meter = _Meter(url, path.name, max_bytes, progress)
    http = pooch.HTTPDownloader(meter, CHUNK, timeout=TIMEOUT, headers={"User-Agent": "venule"})

    def fetch(url: str, output: str, keeper: Any) -> None:
        meter.reset()
        try:
            http(url, output, keeper)
        except requests.HTTPError as error:
            if error.response.status_code >= 500:
                raise
            raise DatasetError(f"{url} answers {error}: the file may have moved") from None

    files = pooch.create(path.parent, "", registry={path.name: None}, urls={path.name: url}, retry_if_failed=RETRIES)
    try:
        files.fetch(path.name, downloader=fetch)
    except requests.RequestException as error:
        raise DatasetError(f"{url} could not be downloaded in {1 + RETRIES} attempts ({error})") from error


@dataclass
class _Meter:
    """Counts bytes, by the interface of tqdm that pooch calls."""

    url: str
    name: str
    max_bytes: int
    progress: Progress | None
    total: int = 0  # 0: not known
    received: int = 0

    def update(self, count: int) -> None:
        """Take a block into account, which may be shorter than it says."""
        if max(self.total, self.received) > self.max_bytes:
            raise DatasetError(f"{self.url} has more than the {self.max_bytes} bytes expected: it is another file")
        self.received += count
        if self.progress is not None:
            self.progress(self.name, min(self.received, self.total or self.received), self.total or None)

    def reset(self) -> None:
        """Begin again."""
        self.received = 0

    def close(self) -> None:
        """Nothing is to be closed."""
