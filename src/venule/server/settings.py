"""Settings and limits of the service."""

import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from venule.errors import VenuleError
from venule.models import Card, model_folder, read_card, shipped_models

SHORTEST_TOKEN = 16  # characters
LIMITS = ("upload_bytes", "pixels", "seconds", "memory_bytes", "silence", "report_photographs", "processes")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of the service. A request beyond a limit is refused with a reason.

    Attributes:
        host: address to listen on.
        port: to listen on; 0: any free port.
        token: that requests must send; "": none is needed.
        names: host names of this machine, besides localhost and IP addresses.
        own_models: folders of models besides the shipped ones.
        processes: number of processes that work on photographs.
        upload_bytes: of one photograph with its maps.
        pixels: of one photograph.
        seconds: to process one photograph.
        waiting: requests that wait for a free process.
        memory_bytes: of all uploads together.
        silence: seconds without a byte after which an upload is given up.
        report_photographs: in one report.

    Raises:
        VenuleError: other machines could use it without a token, the token is too short, or a limit is not above 0.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""
    names: Sequence[str] = ()
    own_models: Sequence[Path] = ()
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    upload_bytes: int = 50 * 2**20
    pixels: int = 40_000_000
    seconds: float = 120.0
    waiting: int = 16
    memory_bytes: int = 400 * 2**20
    silence: float = 20.0
    report_photographs: int = 20

    def __post_init__(self) -> None:
        """Check that other machines need a token, and the limits."""
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
        for name in LIMITS:
            if not getattr(self, name) > 0:
                raise VenuleError(f"the limit {name.replace('_', ' ')} is {getattr(self, name):g}: give more than 0")
        if self.upload_bytes > self.memory_bytes:
            raise VenuleError(
                f"one upload may have {self.upload_bytes:,} bytes (--max-mb), but all together only "
                f"{self.memory_bytes:,} (--max-memory-mb): raise the second or lower the first"
            )

    @property
    def report_bytes(self) -> int:
        """Of all photographs of a report with their maps: half of the memory is left to other requests."""
        return max(self.upload_bytes, self.memory_bytes // 2)

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
        """The models by name: what `venule.load_model` takes, and the card under this name.

        Raises:
            ModelError: one of them cannot be read.
        """
        known = {name: (name, read_card(model_folder(name))) for name in shipped_models("vessels")}
        for path in self.own_models:
            folder = model_folder(path.resolve())
            card = read_card(folder)
            name = card.name if card.name not in known else folder.name
            known[name] = (str(folder), card.model_copy(update={"name": name}))
        return known
