"""The layout of the outputs of a batch in its folder."""

import hashlib
from enum import StrEnum


class Layout(StrEnum):
    """Where outputs are written.

    `mirrored`: in the same folders as the input; `sharded`: spread over 256 folders, because one folder with very many
    files is slow; `parquet`: in the tables of results/ with a thousand photographs each, for object stores.
    """

    MIRRORED = "mirrored"
    SHARDED = "sharded"
    PARQUET = "parquet"

    def path_of(self, name: str, suffix: str) -> str:
        """Path of an output, relative to the output folder."""
        if self is Layout.MIRRORED:
            return name + suffix
        folder = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:2]
        return f"{'' if self is Layout.SHARDED else STAGED + '/'}{folder}/{name}{suffix}"

    def is_of_one(self, path: str) -> bool:
        """Whether a file of the output belongs to one item, and not to many as a table does."""
        return self is not Layout.PARQUET or path.startswith(f"{STAGED}/")


STAGED = ".staged"  # folder of outputs that will be moved into a table
