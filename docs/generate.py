"""Make the pages of the reference that come from the program: commands, data dictionary, models, networks."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

UNITS = {"length": "length", "area": "area", "per length": "1/length", "deg": "degrees"}


def write_generated(folder: Path) -> None:
    """Write commands.md, dictionary.md, models.md, networks.md, diagrams and the pictures of the first pages.

    A page that has not changed is not written, so that Sphinx does not build it again.
    """
    folder.mkdir(exist_ok=True)
    pages = {"commands": commands(), "dictionary": dictionary(), "models": models(), "networks": networks()}
    for name, text in pages.items():
        page = folder / f"{name}.md"
        if not page.exists() or page.read_text() != text:
            page.write_text(text)
    if not (folder / "front.jpg").exists():
        pictures(folder)
    diagrams(folder)


def commands() -> str:
    """Every command and option, from the command line's own help."""
    program = [sys.executable, "-m", "typer", "venule.cli.main", "utils", "docs", "--name", "venule"]
    text = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    text = re.sub(r"\*\*Commands\*\*:\n\n(\* .*\n)+\n", "", text)  # truncated there; each command follows in full
    # The page has its own title, and shell completion is not a command of venule.
    lines = [line for line in text.splitlines() if "-completion`" not in line]
    body = "\n".join(lines[1:]).replace("```console\n$ ", "```text\n")
    return f"# Commands\n\nThis page has the output of `venule --help` and `venule COMMAND --help`.\n{body}\n"


def dictionary() -> str:
    """Every measurement: column, meaning, unit, source."""
    from venule.measurement import MEASUREMENTS, REGIONS

    rows = [
        f"| `{one.column()}` | {one.meaning} | {UNITS[one.unit] if one.unit else ''} | {one.source} |"
        f" {'yes' if one.by_region else ''} |"
        for one in MEASUREMENTS
    ]
    regions = "\n".join(f"* `{name}`: {meaning}" for name, meaning in REGIONS.items())
    return f"""# Data dictionary: the measurements

This page lists all measurements. `dictionary.csv`, which `venule measure` writes, has the same information for each
column of its table. [Measurements](../explanations/measurements.md) explains how the numbers are computed, and
[validation](../explanations/validation.md) how accurate they are.

The names are those of the columns in pixels, for the whole field of view. If a scale is known, there are also columns
for lengths and areas in micrometres (`_um`) or degrees of the field (`_deg`). Measurements by region have a column for
each region. The columns `..._lower` and `..._upper` contain the 95 % interval. Measurements without a unit are
fractions, ratios or counts.

| column | meaning | unit | source | by region |
|---|---|---|---|---|
{chr(10).join(rows)}

## Regions

{regions}
"""


def models() -> str:
    """The cards of the shipped models."""
    from venule.models import load_model, shipped_models

    parts = ["# Models\n\nThese are the cards of the shipped models. `venule models` prints them as well.\n"]
    for name in shipped_models():
        card = load_model(name).card
        rows = [
            ("network", f"`{card.network}`, {card.parameters:,} parameters"),
            ("working diameter", f"{card.working_diameter:g} px across the field of view"),
            ("threshold", f"{card.threshold:g}, from {card.threshold_from}"),
            ("training", f"{card.recipe['steps']:,} steps in {card.training_seconds / 60:.0f} minutes, {card.device}"),
            ("licence", card.licence),
            ("trained on", "; ".join(card.data) if isinstance(card.data, (list, tuple)) else card.data),
            ("SHA-256 of the network", f"`{card.sha256}`"),
        ]
        for score in card.scores:
            low, high = score.value.lower, score.value.upper
            interval = f" [{low:.3f}, {high:.3f}]" if low is not None and high is not None else ""
            about = f"on {score.data}, {score.photographs} photographs"
            rows.append((score.score, f"{score.value.mean:.3f}{interval} {about}"))
        table = "\n".join(f"| {key} | {value} |" for key, value in rows)
        parts.append(f"## `{name}`\n\n{card.summary}\n\n| | |\n|---|---|\n{table}\n")
    return "\n".join(parts)


def networks() -> str:
    """The networks that can be trained."""
    from venule.networks import NETWORKS

    rows = []
    for name, network in NETWORKS.items():
        work = network.multiply_adds / 1e9
        rows.append(f"| `{name}` | {network.trainable:,} | {network.total:,} | {work:.2f} G | {network.source} |")
    return f"""# Networks

These networks can be trained; `venule networks` prints the same table. Multiply-adds are for 512x512 pixels.

| name | trainable parameters | all parameters | multiply-adds | source |
|---|---:|---:|---:|---|
{chr(10).join(rows)}

## Diagrams

Each box is a step of the network, with the number of channels and the size of its output for a photograph of 512x512
pixels. Dashed arrows are skip connections.

{chr(10).join(f"### {name}{chr(10)}{chr(10)}![Diagram of {name}](diagram-{name}.png){chr(10)}" for name in NETWORKS)}"""


def diagrams(folder: Path) -> None:
    """Draw every network as it was published."""
    from diagrams import draw_diagram
    from venule.networks import NETWORKS

    for name in NETWORKS:
        if not (path := folder / f"diagram-{name}.png").exists():
            draw_diagram(name, path)


def pictures(folder: Path) -> None:
    """Make the pictures of the first tutorial and of the front page: a phantom, its vessels and its overlay."""
    import venule

    with tempfile.TemporaryDirectory() as eyes:
        program = [sys.executable, "-m", "venule", "data", "phantom", "--count", "1", "--seed", "7", "-o", eyes]
        subprocess.run(program, check=True, capture_output=True)
        found = venule.segment(Path(eyes) / "images" / "phantom_0001.png")
    vessels = np.repeat(np.where(found.vessels, 255, 0).astype(np.uint8)[..., None], 3, axis=2)
    rows = {
        "first_segmentation": [found.image, found.overlay()],
        "front": [found.image, vessels, found.overlay()],
    }
    for name, row in rows.items():
        Image.fromarray(np.hstack(row)).save(folder / f"{name}.jpg", quality=85)
