"""A part of a list, to be processed on one of several machines."""

from dataclasses import dataclass

from venule.errors import VenuleError


@dataclass(frozen=True)
class Shard:
    """Every n-th file of a list.

    Attributes:
        number: of this shard, from 1.
        of: number of shards.

    Raises:
        VenuleError: there is no such shard.
    """

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        """Check the number."""
        if not 1 <= self.number <= self.of:
            raise VenuleError(
                f"--shard {self.number}/{self.of}: the number must be from 1 to the total", reason="bad-shard"
            )

    @classmethod
    def parse(cls, text: str | None) -> "Shard":
        """The shard given as a text such as "3/16"; for None the whole list.

        Raises:
            VenuleError: the text has another form, or there is no such shard.
        """
        if text is None:
            return cls()
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal()):
            raise VenuleError(f"--shard {text!r}: give number and total, such as 3/16", reason="bad-shard")
        return cls(int(number), int(of))
