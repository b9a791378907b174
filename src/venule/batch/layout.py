"""How the outputs of a batch are laid out in its folder."""

import hashlib
from enum import StrEnum

from venule.errors import VenuleError


class Layout(StrEnum):
    """How outputs are kept.

    `mirrored`: in the folders of the input; `sharded`: spread over 256 folders, for so many files that one folder would
    be slow; `parquet`: in the tables of results/, a thousand photographs each, for object stores and readers of tables.
    """

    MIRRORED = "mirrored"
    SHARDED = "sharded"
    PARQUET = "parquet"

    @classmethod
    def parse(cls, text: str) -> "Layout":
        """The layout that is called so.

        Raises:
            VenuleError: there is none.
        """
        try:
            return cls(text)
        except ValueError:
            raise VenuleError(f"unknown layout {text!r}: choose one of {', '.join(cls)}", reason="bad-layout") from None

    def place(self, name: str, suffix: str) -> str:
        """Where an output is written, relative to the output folder.

        Args:
            name: of the item.
            suffix: of the output.
        """
        if self is Layout.MIRRORED:
            return name + suffix
        shard = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:2]
        return f"{'' if self is Layout.SHARDED else STAGED + '/'}{shard}/{name}{suffix}"

    def is_of_one(self, place: str) -> bool:
        """Whether a file of the output belongs to one item, and is no table of many."""
        return self is not Layout.PARQUET or place.startswith(f"{STAGED}/")


STAGED = ".staged"  # folder of outputs that wait for their table
