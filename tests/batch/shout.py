"""A work for tests of the batch, which knows nothing of photographs: it writes a text in capitals.

What the text says can make it fail, die or wait. Importable by name, as worker processes need it.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from venule.batch import Done
from venule.errors import VenuleError


@dataclass(frozen=True)
class Shout:
    """Write the text in capitals; `seconds` for each file."""

    seconds: float = 0.0
    columns: ClassVar[dict[str, type]] = {"letters": float, "text": str}
    suffixes: ClassVar[tuple[str, ...]] = ("_loud.txt", "_twice.txt")
    joined: ClassVar[dict] = {}
    parquet: ClassVar[bool] = False
    by_content: ClassVar[bool] = True

    def also_read(self, path: str, name: str, /) -> tuple[Path, ...]:
        """Nothing."""
        return ()

    def with_threads(self, threads: int) -> Self:
        return self

    def __call__(self, path: str, content: bytes, name: str = "", /) -> Done:
        text = content.decode()
        time.sleep(self.seconds)
        if text == "die":
            os._exit(3)
        if text.startswith("die-once "):  # the first of all processes that meets it dies
            flag = Path(text.removeprefix("die-once "))
            if not flag.exists():
                flag.touch()
                os._exit(3)
        if text.startswith("wait "):
            while not Path(text.removeprefix("wait ")).exists():
                time.sleep(0.05)
        if text == "hang":
            time.sleep(600)
        if text == "bug":
            raise KeyError("a bug in the work")
        if text == "nan":
            return Done({"_loud.txt": b"x"}, {"letters": float("nan")})
        if text == "refuse":
            raise VenuleError(f"{path} is refused", reason="refused")
        return Done(
            {"_loud.txt": text.upper().encode(), "_twice.txt": 2 * content}, {"letters": len(text), "text": text}
        )
