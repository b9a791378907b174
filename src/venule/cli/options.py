"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Photographs: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        help="Photographs, folders (searched to the bottom), patterns, .zip or .tar archives, lists (.csv or .parquet "
        "with a column path), or URLs of them.",
        metavar="PATH",
    ),
]
Output: TypeAlias = Annotated[str, typer.Option("--output", "-o", help="Folder, or URL, for the results.")]
Model: TypeAlias = Annotated[str, typer.Option(help="A shipped model (see venule models), or the folder of your own.")]
Flips: TypeAlias = Annotated[bool, typer.Option("--flips", help="Average four mirror images: steadier, and slower.")]
Threshold: TypeAlias = Annotated[float | None, typer.Option(help="Probability, 0 to 1; the model's own if left out.")]
Runtime: TypeAlias = Annotated[str, typer.Option(help="onnxruntime; or openvino (extra openvino), faster.")]
DicomSeg: TypeAlias = Annotated[
    bool, typer.Option("--dicom-seg", help="Write NAME_seg.dcm, of DICOM photographs (extra dicom).")
]
_BATCH = "Many photographs"
Resume: TypeAlias = Annotated[
    bool, typer.Option("--resume", help="Go on where an earlier run ended.", rich_help_panel=_BATCH)
]
Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, help="Processes; chosen by the number of photographs.", rich_help_panel=_BATCH),
]
EngineKind: TypeAlias = Annotated[
    str, typer.Option("--engine", help="local, or ray (extra cluster).", rich_help_panel=_BATCH)
]
Address: TypeAlias = Annotated[
    str | None, typer.Option(help="Of a running Ray cluster, such as auto.", rich_help_panel=_BATCH)
]
TimeLimit: TypeAlias = Annotated[float, typer.Option(help="Seconds for one photograph.", rich_help_panel=_BATCH)]
LayoutKind: TypeAlias = Annotated[
    str,
    typer.Option(
        "--layout",
        help="mirrored: the folders of the input; sharded: 256 folders; parquet: tables of 1,000 photographs.",
        rich_help_panel=_BATCH,
    ),
]
ShardText: TypeAlias = Annotated[
    str | None,
    typer.Option("--shard", help="Do a part of the list, such as 3/16; see venule merge.", rich_help_panel=_BATCH),
]
Journal: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--journal", help="Folder on a local disk for the journal of an output that is not.", rich_help_panel=_BATCH
    ),
]
