"""Files that are there whole or not at all."""

import os
from pathlib import Path

from venule.errors import OutputError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a kill at any moment leaves the old one, the new one or none, but never a part.

    Args:
        path: its folder is made where it is missing.
        content: of the file.

    Raises:
        OutputError: it cannot be written.
    """
    # The same name every time, so that what a kill leaves behind is overwritten when the file is done again.
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; what is finished is kept") from error
