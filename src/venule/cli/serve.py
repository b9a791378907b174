"""`venule serve`."""

from pathlib import Path
from typing import Annotated

import typer

_LIMITS = "Limits"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; any but this machine's own needs a token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 8000,
    token: Annotated[
        str, typer.Option(envvar="VENULE_TOKEN", help="Secret that requests must bring; best given as VENULE_TOKEN.")
    ] = "",
    name: Annotated[
        list[str] | None, typer.Option(help="A name that this machine is called by, such as eyes.example.org.")
    ] = None,
    model: Annotated[
        list[Path] | None, typer.Option(help="Folder of a model of your own, besides the shipped.")
    ] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="To work in; as many as there are cores.")] = None,
    max_mb: Annotated[int, typer.Option(min=1, help="Of one photograph.", rich_help_panel=_LIMITS)] = 50,
    max_megapixels: Annotated[int, typer.Option(min=1, help="Of one photograph.", rich_help_panel=_LIMITS)] = 40,
    time_limit: Annotated[float, typer.Option(help="Seconds for one photograph.", rich_help_panel=_LIMITS)] = 120.0,
    max_memory_mb: Annotated[
        int, typer.Option(min=1, help="Of all uploads together that are in memory.", rich_help_panel=_LIMITS)
    ] = 400,
    max_report: Annotated[int, typer.Option(min=1, help="Photographs of one report.", rich_help_panel=_LIMITS)] = 20,
    queue: Annotated[int, typer.Option(min=0, help="Requests that may wait.", rich_help_panel=_LIMITS)] = 16,
) -> None:
    """Serve a page and a REST interface on this machine: drop a photograph, see its vessels."""
    from venule.errors import missing_extra

    try:
        from venule.server import Limits, Settings
        from venule.server import serve as listen
    except ModuleNotFoundError as error:
        raise missing_extra("serve", f"{error.name} is not installed") from error
    limits = Limits(
        upload_bytes=max_mb * 2**20,
        pixels=max_megapixels * 10**6,
        seconds=time_limit,
        waiting=queue,
        memory_bytes=max_memory_mb * 2**20,
        report_photographs=max_report,
    )
    own = {} if processes is None else {"processes": processes}
    listen(Settings(host, port, token, name or (), model or (), limits=limits, **own))
