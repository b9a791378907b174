"""Settings and limits of the service."""

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
    """Limits of the service; a request beyond them is refused with a reason.

    Attributes:
        upload_bytes: of one photograph with its maps.
        pixels: of one photograph.
        seconds: to process one photograph.
        waiting: requests that wait for a free process.
        memory_bytes: of all uploads together.
        silence: seconds without a byte after which an upload is given up.
        report_photographs: in one report.
    """

    upload_bytes: int = 50 * 2**20
    pixels: int = 40_000_000
    seconds: float = 120.0
    waiting: int = 16
    memory_bytes: int = 400 * 2**20
    silence: float = 20.0
    report_photographs: int = 20

    def __post_init__(self) -> None:
        """Check that every limit is above 0; the queue may be empty."""
        for name, value in vars(self).items():
            if not value > (-1 if name == "waiting" else 0):
                raise VenuleError(f"the limit {name.replace('_', ' ')} is {value:g}: give a number above 0")
        if self.upload_bytes > self.memory_bytes:
            raise VenuleError(
                f"one upload may have {self.upload_bytes:,} bytes (--max-mb), but all together only "
                f"{self.memory_bytes:,} (--max-memory-mb): raise the second or lower the first"
            )

    @property
    def report_bytes(self) -> int:
        """Of all photographs of a report with their maps: half of the memory is left to other requests."""
        return max(self.upload_bytes, self.memory_bytes // 2)


@dataclass(frozen=True)
class Settings:
    """Settings of the service.

    Attributes:
        host: address to listen on.
        port: to listen on; 0: any free port.
        token: that requests must send; "": none is needed.
        names: host names of this machine, besides localhost and IP addresses.
        own_models: folders of models besides the shipped ones.
        processes: number of processes that work on photographs.
        limits: of the service.

    Raises:
        VenuleError: other machines could use it without a token, or the token is too short.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""
    names: Sequence[str] = ()
    own_models: Sequence[Path] = ()
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Check that other machines need a token."""
        if not self.token and not self.is_local:
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
    def is_local(self) -> bool:
        """Whether only this machine can reach the service."""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    @property
    def threads(self) -> int:
        """Threads of each process."""
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
