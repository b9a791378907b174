"""Everything that is known about how right the measurements are, measured again and written down."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.validation.document import (
    coverage_summary,
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

FIRST_SEED = 700_000  # of phantoms that neither a model nor the calibration of the intervals has seen

ABOUT_SHAPES = """\
Lengths in pixels. Calibres are measured on the share of each pixel that is vessel; a drawing in yes and no of a
vessel along the rows, the columns or a diagonal has lost the fraction of a pixel, which is what the second row shows.
These are the measurements that the others are made of; each of the others has its exact geometry in the tests.
"""
ABOUT_PHANTOMS = """\
{phantoms} synthetic photographs of 560 to 1,400 pixels, from which no model learned and on which no interval was
calibrated, against their exact centrelines and calibres. *Drawn*: measured on the exact drawing, which is what
measuring alone errs by; *found*: on what `general` found. Bias and 95 % limits of agreement are relative to the truth;
*covered* is how many of the nominal 95 % intervals hold it. Where the fovea was looked for on the wrong side of the
disc, which happens when the disc is in the middle, what depends on it is wrong, and counted here.
"""
ABOUT_OBSERVERS = """\
Observers on all photographs; venule on the test split, from which it did not learn. ICC: absolute agreement, ICC(2,1).
Differences are relative to the mean, with 95 % limits of agreement.
"""
ABOUT_DISEASE = """\
Hedges' g against the healthy eyes, 15 a group, with 95 % bootstrap intervals; p by permutation, corrected for all of
them (Holm). `general` learned from five of each group.
"""
EVERY = {"CHASE_DB1": 1, "HRF": 3}  # so manieth photograph of the test split is halved and degraded
ABOUT_RESOLUTION = """\
{photographs} photographs of the test splits of CHASE_DB1 and HRF, and {phantoms} phantoms of {size} pixels with their
arteries and veins, segmented and measured as they are and reduced to half: change relative to the whole, mean and 95 %
limits. What has a unit of length is left out.
"""
ABOUT_QUALITY = """\
The test split of CHASE_DB1 and every third photograph of that of HRF, each as it was taken and in 24 degraded copies;
the score was fitted on copies of training photographs. Blur and defocus: sigma and radius in thousandths of the
field of view; noise: grey levels; dark: share of the light that is left; haze: share of it that is scattered; JPEG:
quality. *Score*: the Dice that was to be expected; *flagged*: with a reason, or refused as not of a fundus.
"""


def validate(
    output: Path,
    *,
    data: Path | None = None,
    phantoms: int = 100,
    jobs: int = 1,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Write validation.md, with its figures in a folder beside it.

    Args:
        output: folder for the document.
        data: folder that holds CHASE_DB1 and HRF; without it the parts on real photographs are left out, and the
            document says so.
        phantoms: how many to measure, at least 3.
        jobs: processes.
        say: is called with a line before each part.

    Returns:
        The document.

    Raises:
        MeasurementError: too few phantoms.
        DatasetError: the data are not there, or not whole.
    """
    if phantoms < 3:
        raise MeasurementError(f"{phantoms} phantoms give no limits of agreement; take 3 or more", reason="too-few")
    say("shapes of known geometry")
    parts = [
        ABOUT_SHAPES,
        shapes_section(measure_shapes()),
    ]
    say(f"{phantoms} phantoms")
    compared = compare_phantoms(range(FIRST_SEED, FIRST_SEED + phantoms), jobs=jobs)
    write_whole(output / "validation" / "phantoms.png", phantoms_figure(compared))
    parts += [
        phantoms_section(compared),
        ABOUT_PHANTOMS.format(phantoms=phantoms),
        coverage_summary(compared),
        "![measured against true values](validation/phantoms.png)\n",
    ]
    if data is None:
        parts.append("## Real photographs\n\nNot run: no `--data` was given.\n")
    else:
        say("CHASE_DB1: two observers and venule")
        people = measure_people(data / "CHASE_DB1", jobs=jobs)
        write_whole(output / "validation" / "observers.png", bland_altman_figure(people))
        parts += [
            observers_section(people),
            ABOUT_OBSERVERS,
            "![Bland-Altman plots](validation/observers.png)\n",
        ]
        say("HRF: healthy, diabetic retinopathy, glaucoma")
        parts += [
            disease_section(measure_people(data / "HRF", jobs=jobs)),
            ABOUT_DISEASE,
        ]
        say("half resolution")
        records = [r for name, every in EVERY.items() for r in open_dataset(data / name).split("test")[::every]]
        seeds = range(FIRST_SEED, FIRST_SEED + max(3, phantoms // 5))
        halved = (
            in_processes(photograph_at_half, records, jobs=jobs), in_processes(phantom_at_half, seeds, jobs=jobs)
        )  # fmt: skip
        parts += [
            resolution_section(*halved),
            ABOUT_RESOLUTION.format(photographs=len(records), phantoms=len(seeds), size=PHANTOM_SIZE),
            resolution_summary(*halved),
        ]
        say("quality: test photographs and degraded copies of them")
        grades = [
            one for name, every in EVERY.items() for one in grade(data / name, split="test", every=every, jobs=jobs)
        ]
        write_whole(output / "validation" / "quality.png", quality_figure(grades))
        parts += [quality_section(grades), ABOUT_QUALITY, "![Dice over the quality score](validation/quality.png)\n"]
    command = "python -m benchmarks.validation" + (" --data DATA" if data else "") + f" --phantoms {phantoms}"
    document = output / "validation.md"
    write_document(document, parts, command=command)
    return document
