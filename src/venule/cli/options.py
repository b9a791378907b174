"""Options that several commands share.

A dataclass here is a group of options. A command with a parameter of such a class has its fields as options:

    @with_shared_options
    def measure(photographs: Photographs, *, vessels: VesselOptions, run: RunOptions) -> None: ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_type_hints

import typer

from venule.cli import completion
from venule.errors import VenuleError

if TYPE_CHECKING:
    from venule.batch import Batch, BatchResult

VESSELS, SCALE, OUTPUT, RUN = "Vessels", "Scale", "Output", "How it runs"
SHARE = "0-1"
PERCENT = {"percent": 0.01, "of 255 grey levels": 1 / 255}
MODEL = "A shipped model (see venule models), or the folder of your own."


def option(text: str, kind: str | None = None, panel: str | None = None, default: str = "", **more: Any) -> Any:
    """An option, named after its parameter.

    Args:
        text: the help.
        kind: what its value is, such as "FOLDER"; None: one of the choices of its type.
        panel: of the help.
        default: words for a default that is None.
        **more: other arguments of `typer.Option`.
    """
    return typer.Option(help=text, metavar=kind, rich_help_panel=panel, show_default=default or True, **more)


def amount(
    text: str,
    low: float,
    high: float,
    kind: str,
    panel: str | None = None,
    default: str = "",
    *,
    meant: Mapping[str, float] | None = None,
) -> Any:
    """An option for a number that is checked before anything is done.

    Args:
        text: the help.
        low: the smallest number.
        high: the greatest number.
        kind: its unit, such as "DEGREES".
        panel: of the help.
        default: words for a default that is None.
        meant: units that are often used by mistake, and how many of the right one each is.
    """

    def check(value: float | None) -> float | None:
        if value is None or low <= value <= high:
            return value
        unit = "" if kind == SHARE else f" {kind.lower()}"
        units = {other: value * factor for other, factor in (meant or {}).items() if low <= value * factor <= high}
        guesses = " or ".join(f"{guess:.4g} (from {value:g} {other})" for other, guess in units.items())
        question = f"; did you mean {guesses}?" if guesses else ""
        raise typer.BadParameter(f"{value:g} is not a number from {low:g} to {high:g}{unit}{question}")

    return option(text, kind, panel, default, callback=check)


def flag(name: str, text: str, panel: str | None = None) -> Any:
    """An option without a value."""
    return typer.Option(name, help=text, rich_help_panel=panel)


def output_option(text: str, kind: str = "FOLDER", panel: str | None = None, default: str = "") -> Any:
    """The option -o."""
    return typer.Option("--output", "-o", help=text, metavar=kind, rich_help_panel=panel, show_default=default or True)


def scales_option(panel: str | None = None) -> Any:
    """The option --scales; `diameters` reads its value."""

    def check(value: str) -> str:
        from venule.segmentation import check_scales

        try:
            check_scales(diameters(value))
        except ValueError:
            raise typer.BadParameter(f"{value} is not a list of numbers, such as 540,760,1080") from None
        except VenuleError as error:
            raise typer.BadParameter(str(error)) from None
        return value

    text = "Average over the photograph at these sizes, pixels across its field of view, such as 540,760,1080: slower."
    return option(text, "PIXELS,...", panel, "one size, the model's own", callback=check)


def diameters(scales: str) -> tuple[float, ...]:
    """The numbers of --scales."""
    return tuple(float(size) for size in scales.split(",")) if scales else ()


def model_option(text: str = MODEL, panel: str | None = None, default: str = "") -> Any:
    """An option that names a model."""
    return option(text, "NAME or FOLDER", panel, default, autocompletion=completion.models)


Photographs: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        help="Photographs, folders (searched recursively), patterns such as '*.jpg', .zip or .tar archives, lists "
        "(.csv or .parquet with a column 'path'), or URLs of any of these.",
        metavar="PHOTOGRAPHS",
    ),
]
Output: TypeAlias = Annotated[str, output_option("Folder or URL for the results.", panel=OUTPUT)]
DicomSeg: TypeAlias = Annotated[
    bool, flag("--dicom-seg", "Also write NAME_seg.dcm of DICOM photographs, a segmentation (extra dicom).", OUTPUT)
]
ModelName: TypeAlias = Annotated[str, model_option()]
Accelerator: TypeAlias = Annotated[Literal["auto", "cpu", "gpu"], option("The device to train on.", panel=RUN)]
Devices: TypeAlias = Annotated[int, option("GPUs, or CPU processes, on each machine.", "NUMBER", RUN, min=1, max=64)]
Journal: TypeAlias = Annotated[
    Path | None, option("Local folder for the journal, if the output folder is remote.", "FOLDER", RUN)
]


@dataclass(frozen=True)
class VesselOptions:
    """How vessels are found."""

    model: Annotated[str, model_option(panel=VESSELS)] = "general"
    threshold: Annotated[
        float | None,
        amount("Probability from which a pixel is vessel.", 0, 1, SHARE, VESSELS, "the model's own", meant=PERCENT),
    ] = None
    flips: Annotated[bool, flag("--flips", "Average over four mirror images: steadier, and slower.", VESSELS)] = False
    scales: Annotated[str, scales_option(VESSELS)] = ""
    any_picture: Annotated[
        bool, flag("--any-picture", "Do not refuse pictures whose vessels are not those of a retina.", VESSELS)
    ] = False
    no_av: Annotated[bool, flag("--no-av", "Do not tell arteries from veins: faster.", VESSELS)] = False

    @property
    def av(self) -> str | None:
        """The model that tells arteries from veins."""
        return None if self.no_av else "arteries-veins"


@dataclass(frozen=True)
class RunOptions:
    """How photographs are processed."""

    layout: Annotated[
        Literal["mirrored", "sharded", "parquet"],
        option(
            "mirrored: the folders of the input; sharded: 256 folders; parquet: tables (extra parquet).",
            panel=OUTPUT,
        ),
    ] = "mirrored"
    runtime: Annotated[
        Literal["onnxruntime", "openvino"],
        option("What runs the model; openvino (extra openvino) is faster.", panel=RUN),
    ] = "onnxruntime"
    resume: Annotated[bool, flag("--resume", "Process only what an earlier run did not finish.", RUN)] = False
    jobs: Annotated[
        int | None,
        option("Worker processes.", "NUMBER", RUN, "one for each core, if there are many photographs", min=1, max=1024),
    ] = None
    time_limit: Annotated[float, amount("Longest time for one photograph.", 0.001, 1e7, "SECONDS", RUN)] = 300
    shard: Annotated[
        str | None,
        option("Process one part of the list, such as 3/16; venule merge joins the parts.", "PART/PARTS", RUN),
    ] = None
    engine: Annotated[
        Literal["local", "ray"], option("local: this machine; ray: a Ray cluster (extra cluster).", panel=RUN)
    ] = "local"
    address: Annotated[
        str | None, option("Address of a running Ray cluster; auto: the one that this machine is in.", "ADDRESS", RUN)
    ] = None
    journal: Journal = None

    def batch(self, progress: "Callable[[BatchResult], None]") -> "Batch":
        """The batch that these options describe."""
        from venule.batch import Batch, Engine, Layout, Shard

        return Batch(
            Engine(self.engine, self.jobs, self.address, self.time_limit),
            layout=Layout(self.layout),
            resume=self.resume,
            shard=Shard.parse(self.shard),
            state=self.journal,
            progress=progress,
        )


def with_shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of its dataclass parameters; the command is called with the dataclasses."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)}
    parameters: list[Parameter] = []
    for name, parameter in signature(command).parameters.items():
        one_or_group = signature(groups[name]).parameters.values() if name in groups else (parameter,)
        parameters += (one.replace(kind=Parameter.KEYWORD_ONLY) for one in one_or_group)

    @wraps(command)
    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        command(**given)

    run.__signature__ = signature(command).replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run
