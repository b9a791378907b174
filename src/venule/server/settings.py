"""How the service runs, and what it takes on."""

import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from venule.errors import VenuleError
from venule.models import Card, model_folder, read_card, shipped_models

SHORTEST_TOKEN = 16  # characters


@dataclass(frozen=True)
class Limits:
    """What the service takes on; beyond, it says so.

    Attributes:
        upload_bytes: of one photograph with its maps.
        pixels: of one photograph.
        seconds: for one photograph.
        waiting: requests that wait for a free process.
        held_bytes: of all uploads together that are in memory.
        rate: requests with photographs a second from one address, in the long run.
        burst: the same, at once.
        silence: seconds without a byte, after which an upload is given up.
        seen_bytes: of results that are kept in memory for a report.
        seen_seconds: that each of them is kept at most.
        report_photographs: in one report.
    """

    upload_bytes: int = 50 * 2**20
    pixels: int = 40_000_000
    seconds: float = 120.0
    waiting: int = 16
    held_bytes: int = 400 * 2**20
    rate: float = 4.0
    burst: int = 60
    silence: float = 20.0
    seen_bytes: int = 100 * 2**20
    seen_seconds: float = 15 * 60.0
    report_photographs: int = 20

    def __post_init__(self) -> None:
        """Check that every limit is above zero; nothing need wait."""
        for name, value in vars(self).items():
            if not value > (-1 if name == "waiting" else 0):
                raise VenuleError(f"the limit {name.replace('_', ' ')} is {value:g}: give a number above 0")
        if self.upload_bytes > self.held_bytes:
            raise VenuleError(
                f"one upload may have {self.upload_bytes:,} bytes (--max-mb), but all together in memory "
                f"{self.held_bytes:,} (--max-memory-mb): allow more together, or less of one"
            )

    @property
    def report_bytes(self) -> int:
        """Of the photographs of a report with their maps: of what is held, half is left to others."""
        return max(self.upload_bytes, self.held_bytes // 2)


@dataclass(frozen=True)
class Settings:
    """How the service runs.

    Attributes:
        host: address to listen on.
        port: to listen on; 0: a free one.
        token: that requests must bring; "": none need.
        names: that this machine may be called by, besides addresses and localhost.
        own_models: folders of models besides the shipped ones.
        processes: that photographs are worked on in.
        limits: what it takes on.

    Raises:
        VenuleError: it would listen to others without a token, or the token is too short.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""
    names: Sequence[str] = ()
    own_models: Sequence[Path] = ()
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Check that nobody else is let in without a token."""
        if not self.token and not is_loopback(self.host):
            raise VenuleError(
                f"--host {self.host} lets other machines in: set VENULE_TOKEN to a secret of {SHORTEST_TOKEN} or more "
                "characters, such as $(openssl rand -hex 24)",
                reason="no-token",
            )
        if self.token and (len(self.token) < SHORTEST_TOKEN or not self.token.isascii()):
            raise VenuleError(
                f"the token must have {SHORTEST_TOKEN} or more characters, all of them ASCII: "
                "VENULE_TOKEN=$(openssl rand -hex 24) makes one",
                reason="short-token",
            )
        if self.processes < 1:
            raise VenuleError(f"--processes {self.processes}: give 1 or more")

    @property
    def threads(self) -> int:
        """For the arithmetic of each process."""
        return max(1, (os.cpu_count() or 1) // self.processes)

    def models(self) -> Mapping[str, tuple[str, Card]]:
        """The models by name: what `venule.load_model` takes, and the card.

        Raises:
            ModelError: one of them cannot be read.
        """
        known = {name: (name, read_card(model_folder(name))) for name in shipped_models()}
        for path in self.own_models:
            folder = model_folder(path.resolve())
            card = read_card(folder)
            known[card.name if card.name not in known else folder.name] = (str(folder), card)
        return known


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
