"""`venule serve`."""

from pathlib import Path
from typing import Annotated

from venule.cli.options import amount, option

LIMITS = "Limits"


def serve(
    host: Annotated[str, option("Address to listen on; a token is required if others can reach it.", "ADDRESS")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, option("Port; 0: any free one.", "NUMBER", min=0, max=65535)] = 8000,
    token: Annotated[
        str, option("Secret that every request must carry; best given as VENULE_TOKEN.", "TEXT", envvar="VENULE_TOKEN")
    ] = "",
    name: Annotated[
        list[str] | None, option("A host name of this machine, such as eyes.example.org. Can be repeated.", "NAME")
    ] = None,
    model: Annotated[
        list[Path] | None, option("Also offer the model in this folder. Can be repeated.", "FOLDER")
    ] = None,
    processes: Annotated[
        int | None, option("Worker processes.", "NUMBER", default="one for each core", min=1, max=1024)
    ] = None,
    max_mb: Annotated[int, option("Largest photograph, megabytes.", "NUMBER", LIMITS, min=1)] = 50,
    max_megapixels: Annotated[int, option("Largest photograph, megapixels.", "NUMBER", LIMITS, min=1)] = 40,
    time_limit: Annotated[float, amount("Longest time for one photograph.", 0.001, 1e7, "SECONDS", LIMITS)] = 120,
    max_memory_mb: Annotated[int, option("Memory for all uploads together, megabytes.", "NUMBER", LIMITS, min=1)] = 400,
    max_report: Annotated[int, option("Photographs in one report.", "NUMBER", LIMITS, min=1)] = 20,
    queue: Annotated[int, option("Requests that may wait.", "NUMBER", LIMITS, min=0)] = 16,
) -> None:
    """Show the vessels of photographs on a page in your browser, and offer a REST interface. Needs the extra serve.

    Nothing leaves this machine, and nothing is kept.

    Example: `venule serve`, then open http://127.0.0.1:8000/
    """
    from venule.errors import missing_extra

    try:
        from venule.server import Settings
        from venule.server import serve as listen
    except ModuleNotFoundError as error:
        raise missing_extra("serve", f"{error.name} is not installed") from error
    own = {} if processes is None else {"processes": processes}
    settings = Settings(
        host=host,
        port=port,
        token=token,
        names=name or (),
        own_models=model or (),
        upload_bytes=max_mb * 2**20,
        pixels=max_megapixels * 10**6,
        seconds=time_limit,
        waiting=queue,
        memory_bytes=max_memory_mb * 2**20,
        report_photographs=max_report,
        **own,
    )
    listen(settings)
