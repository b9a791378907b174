"""A part of a list, for a machine of its own."""

from dataclasses import dataclass

from venule.errors import VenuleError


@dataclass(frozen=True)
class Shard:
    """Every so manieth file of a list.

    Attributes:
        number: which, from 1.
        of: how many there are.

    Raises:
        VenuleError: there is no such shard.
    """

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        """Check it."""
        if not 1 <= self.number <= self.of:
            raise VenuleError(
                f"there is no shard {self.number}/{self.of}: the first is 1/{self.of}", reason="bad-shard"
            )

    @classmethod
    def parse(cls, text: str | None) -> "Shard":
        """The shard of a text such as "3/16"; the whole of None.

        Raises:
            VenuleError: it is no such text, or there is no such shard.
        """
        if text is None:
            return cls()
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal()):
            raise VenuleError(f"--shard {text!r}: say which and of how many, such as 3/16", reason="bad-shard")
        return cls(int(number), int(of))
