"""Measure how accurate all measurements are, and write the results to a document."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.validation.document import (
    coverage_summary,
    described,
    disease_section,
    observers_section,
    phantoms_section,
    quality_section,
    resolution_section,
    resolution_summary,
    shapes_section,
    write_document,
)
from benchmarks.validation.figures import bland_altman_figure, phantoms_figure, quality_figure
from benchmarks.validation.grades import grade
from benchmarks.validation.people import measure_people
from benchmarks.validation.phantoms import compare_phantoms
from benchmarks.validation.resolution import PHANTOM_SIZE, phantom_at_half, photograph_at_half
from benchmarks.validation.shapes import measure_shapes
from benchmarks.validation.workers import in_processes

from venule.batch import write_whole
from venule.datasets import open_dataset
from venule.errors import MeasurementError

FIRST_SEED = 700_000  # of phantoms that were not used for training or calibration

ABOUT_SHAPES = """\
These are the basic measurements from which the others are computed. They are measured on shapes with exact
geometry, in pixels. The calibre is measured on the fraction of each pixel that is vessel. In a binary drawing,
a vessel along the rows, the columns or a diagonal loses fractions of a pixel; the second row shows the
resulting error. The tests check every other measurement on shapes with exact geometry as well.
"""
ABOUT_PHANTOMS = """\
{phantoms} synthetic photographs of 560 to 1,400 pixels were compared with their exact centrelines and calibres.
They were not used to train a model or to calibrate an interval. *Drawn* is measured on the exact drawing and
shows only the error of measuring. *Found* is measured on the vessels that `general` finds. Bias and 95 % limits
of agreement are relative to the true value. *Coverage* is the share of the nominal 95 % intervals that contain
the true value. If the disc is in the middle of the photograph, venule may look for the fovea on the wrong side.
Measurements that depend on it are then wrong, and are included here.
"""
ABOUT_OBSERVERS = """\
The two observers are compared on all photographs, and venule with each of them on the test split, which was not
used for training. ICC is the intraclass correlation for absolute agreement, ICC(2,1). Differences are relative
to the mean, with 95 % limits of agreement.
"""
ABOUT_DISEASE = """\
Each group has 15 eyes. The effect size is Hedges' g compared with the healthy eyes, with a 95 % bootstrap
interval. The p values come from permutation tests and are corrected for all tests in the table (Holm).
`general` was trained on five eyes of each group.
"""
EVERY = {"CHASE_DB1": 1, "HRF": 3}  # every n-th photograph of the test split is halved and degraded
ABOUT_RESOLUTION = """\
{photographs} photographs of the test splits of CHASE_DB1 and HRF, and {phantoms} phantoms of {size} pixels with
their arteries and veins, were segmented and measured at full and at half resolution. The table shows the change
relative to full resolution: its mean and 95 % limits; how many of those with a number at full resolution have
one at half; and for how many of these the interval contains the number of full resolution. Lengths are in degrees
of a field of view of 45: as shares of the field of view, they should not change.
"""
ABOUT_QUALITY = """\
The photographs are the test split of CHASE_DB1 and every third photograph of the test split of HRF. Each was
used as it is and in 24 degraded copies. The quality score was fitted on copies of training photographs. The
strength is: for blur and defocus, sigma and radius in thousandths of the field of view; for noise, grey levels;
for dark, the remaining share of the light; for haze, the share of scattered light; for JPEG, the quality
setting. *Score* is the estimated Dice. *Flagged* is the share of photographs with a reason, or refused because
they do not look like a fundus.
"""


def validate(
    output: Path,
    *,
    data: Path | None = None,
    phantoms: int = 100,
    jobs: int = 1,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Write validation.md and its figures.

    Args:
        output: folder for the document.
        data: folder that contains CHASE_DB1 and HRF; without it, the parts on real photographs are left out.
        phantoms: number of phantoms, at least 3.
        jobs: number of processes.
        say: called with the name of each part before it starts.

    Returns:
        The path of the document.

    Raises:
        MeasurementError: too few phantoms.
        DatasetError: the data are missing or incomplete.
    """
    if phantoms < 3:
        raise MeasurementError(f"{phantoms} phantoms give no limits of agreement; take 3 or more", reason="too-few")
    say("shapes of known geometry")
    parts = [described(shapes_section(measure_shapes()), ABOUT_SHAPES)]
    say(f"{phantoms} phantoms")
    compared = compare_phantoms(range(FIRST_SEED, FIRST_SEED + phantoms), jobs=jobs)
    write_whole(output / "validation" / "phantoms.png", phantoms_figure(compared))
    parts += [
        described(phantoms_section(compared), ABOUT_PHANTOMS.format(phantoms=phantoms)),
        coverage_summary(compared),
        "![Measured values against true values](validation/phantoms.png)\n",
    ]
    if data is None:
        parts.append("## Real photographs\n\nNot run: no `--data` was given.\n")
    else:
        say("CHASE_DB1: two observers and venule")
        people = measure_people(data / "CHASE_DB1", jobs=jobs)
        write_whole(output / "validation" / "observers.png", bland_altman_figure(people))
        parts += [
            described(observers_section(people), ABOUT_OBSERVERS),
            "![Bland-Altman plots](validation/observers.png)\n",
        ]
        say("HRF: healthy, diabetic retinopathy, glaucoma")
        parts.append(described(disease_section(measure_people(data / "HRF", jobs=jobs)), ABOUT_DISEASE))
        say("half resolution")
        records = [r for name, every in EVERY.items() for r in open_dataset(data / name).split("test")[::every]]
        seeds = range(FIRST_SEED, FIRST_SEED + max(3, phantoms // 5))
        halved = (
            in_processes(photograph_at_half, records, jobs=jobs), in_processes(phantom_at_half, seeds, jobs=jobs)
        )  # fmt: skip
        about = ABOUT_RESOLUTION.format(photographs=len(records), phantoms=len(seeds), size=PHANTOM_SIZE)
        parts += [described(resolution_section(*halved), about), resolution_summary(*halved)]
        say("quality: test photographs and degraded copies of them")
        grades = [
            one for name, every in EVERY.items() for one in grade(data / name, split="test", every=every, jobs=jobs)
        ]
        write_whole(output / "validation" / "quality.png", quality_figure(grades))
        parts += [
            described(quality_section(grades), ABOUT_QUALITY),
            "![Dice against the quality score](validation/quality.png)\n",
        ]
    command = "python -m benchmarks.validation" + (" --data DATA" if data else "") + f" --phantoms {phantoms}"
    document = output / "validation.md"
    write_document(document, parts, command=command)
    return document
