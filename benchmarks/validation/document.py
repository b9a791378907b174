"""The tables and texts of validation.md."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from benchmarks.validation.agreement import bland_altman, effect, holm, intraclass_correlation
from benchmarks.validation.grades import Grade
from benchmarks.validation.people import Person, pairs
from benchmarks.validation.phantoms import KINDS, Compared, by_measurement
from benchmarks.validation.resolution import Change, Changes
from benchmarks.validation.shapes import ShapeError
from scipy.stats import spearmanr

from venule import __version__
from venule.measurement import BY_NAME
from venule.report import Table

NOTHING = "–"
GOOD_COVERAGE = (0.85, 0.99)
ENOUGH = 30  # the smallest number of phantoms for which the coverage of a region is reported
SAME = 0.05  # the largest relative change at half resolution that counts as none


def shapes_section(errors: Sequence[ShapeError]) -> str:
    """The error of each basic measurement on shapes with exact geometry, and its tolerance."""
    rows = [
        (
            one.measurement,
            one.shapes,
            str(len(one.errors)),
            f"{float(np.mean(one.errors)):+.3f}",
            f"{one.worst:.3f} {one.unit}".rstrip(),
            f"{one.tolerance:g} {one.unit}".rstrip(),
            "yes" if one.holds else "**no**",
        )
        for one in errors
    ]
    columns = ("measurement", "shapes", "number", "mean error", "worst error", "tolerance", "holds")
    return Table("Exact geometry", columns, tuple(rows)).to_markdown()


def phantoms_section(compared: Sequence[Compared]) -> str:
    """Bias, limits of agreement and coverage on phantoms, for drawn and found vessels."""
    grouped = {kind: by_measurement(compared, kind) for kind in KINDS}
    rows = []
    for name, definition in BY_NAME.items():
        cells = [f"`{definition.column()}`"]
        for kind in KINDS:
            group = grouped[kind].get((name, ""), [])
            errors = [one.error for one in group if one.error is not None]
            covered = [one.covered for one in group if one.covered is not None]
            cells += [_relative(errors), _share(covered)]
        rows.append(tuple(cells))
    columns = ("measurement", "drawn: bias [limits]", "coverage", "found: bias [limits]", "coverage")
    return Table("Phantoms", columns, tuple(rows)).to_markdown()


def coverage_summary(compared: Sequence[Compared]) -> str:
    """How many measurements have a coverage between 85 and 99 %, and which do not; regions separately."""
    low, high = GOOD_COVERAGE
    lines = []
    for kind in KINDS:
        whole, by_region = {}, {}
        for (name, region), group in by_measurement(compared, kind).items():
            covered = [one.covered for one in group if one.covered is not None]
            if covered and not region:
                whole[name] = float(np.mean(covered))
            elif len(covered) >= ENOUGH:
                by_region[f"{name}_{region}"] = float(np.mean(covered))
        missed = [f"`{name}` {100 * share:.0f} %" for name, share in whole.items() if not low <= share <= high]
        held = f"{len(whole) - len(missed)} of {len(whole)}"
        outside = f"; outside: {', '.join(missed)}" if missed else ""
        lines.append(f"* {kind}: {held} measurements have a coverage of 85 to 99 %{outside}.")
        if by_region:
            less = [f"`{name}` {100 * share:.0f} %" for name, share in by_region.items() if share < low]
            more = sum(share > high for share in by_region.values())
            below = f" ({', '.join(less)})" if less else ""
            lines.append(
                f"* {kind}, by region: {len(by_region) - len(less) - more} of {len(by_region)} measurements; "
                f"{len(less)} have less{below}, {more} have more."
            )
    return "\n".join(lines) + "\n"


def observers_section(people: Sequence[Person]) -> str:
    """The second observer compared with the first, and venule with each of them on test photographs."""
    test = [person for person in people if person.split == "test"]
    rows = []
    for name, definition in BY_NAME.items():
        cells = [f"`{definition.column()}`"]
        for one, other, group in (("second", "first", people), ("venule", "first", test), ("venule", "second", test)):
            a, b = pairs(group, one, other, name)
            if len(a) < 3:
                cells += [NOTHING, NOTHING]
                continue
            agreement, middle = bland_altman(a, b), abs(float(np.mean(b))) or 1.0
            cells.append(f"{intraclass_correlation(np.column_stack([a, b])):.2f}")
            cells.append(_percent(agreement.bias / middle, agreement.lower / middle, agreement.upper / middle))
        inside = [
            low <= truth <= high
            for person in test
            if (limits := person.interval("venule", name)) and (truth := person.value("first", name)) is not None
            for low, high in [limits]
        ]
        rows.append((*cells, _share(inside)))
    columns = (
        "measurement", "observers: ICC", "second - first", "venule, first: ICC", "venule - first",
        "venule, second: ICC", "venule - second", "first observer within venule's interval",
    )  # fmt: skip
    return Table("Observers (CHASE_DB1)", columns, tuple(rows)).to_markdown()


def disease_section(people: Sequence[Person]) -> str:
    """Healthy eyes compared with eyes with diabetic retinopathy and glaucoma."""
    groups = {kind: [person for person in people if person.name.endswith(f"_{kind}")] for kind in ("h", "dr", "g")}
    names, effects = [], []
    for name in BY_NAME:
        values = {kind: _known(group, name) for kind, group in groups.items()}
        if min(len(each) for each in values.values()) >= 5:
            names.append(name)
            effects.append([effect(values[kind], values["h"]) for kind in ("dr", "g")])
    corrected = holm([one.p_value for pair in effects for one in pair])
    rows = []
    for place, (name, pair) in enumerate(zip(names, effects, strict=True)):
        cells = [f"`{BY_NAME[name].column()}`"]
        for which, one in enumerate(pair):
            cells += [f"{one.size:+.2f} [{one.lower:+.2f}, {one.upper:+.2f}]", f"{corrected[2 * place + which]:.3f}"]
        rows.append(tuple(cells))
    columns = ("measurement", "diabetic retinopathy: g", "p, corrected", "glaucoma: g", "p, corrected")
    return Table("Eyes that differ (HRF)", columns, tuple(rows)).to_markdown()


def resolution_section(photographs: Sequence[Changes], phantoms: Sequence[Changes]) -> str:
    """The change of every measurement at half resolution, and how often its interval has the value at full."""
    rows = []
    for column in dict.fromkeys(column for one in (*photographs, *phantoms) for column in one):
        cells = [f"`{column}`"]
        for group in (photographs, phantoms):
            changes = [one[column] for one in group if column in one]
            known = [change for change in changes if change.relative is not None]
            cells += [_relative(_shares(known)), f"{len(known)} of {len(changes)}", str(sum(one.held for one in known))]
        rows.append(tuple(cells))
    heads = [
        f"{kind}: {what}" for kind in ("photographs", "phantoms") for what in ("change [limits]", "numbers", "held")
    ]
    return Table("Half resolution", ("measurement", *heads), tuple(rows)).to_markdown()


def resolution_summary(photographs: Sequence[Changes], phantoms: Sequence[Changes]) -> str:
    """How many measurements hardly change at half resolution on average, and which do."""
    lines = []
    for kind, group in (("photographs", photographs), ("phantoms", phantoms)):
        columns = dict.fromkeys(column for one in group for column in one)
        changes = {column: _shares([one[column] for one in group if column in one]) for column in columns}
        means = {column: float(np.mean(each)) for column, each in changes.items() if len(each) >= 3}
        moved = [f"`{column}` {100 * mean:+.1f} %" for column, mean in means.items() if abs(mean) > SAME]
        held = f"{len(means) - len(moved)} of {len(means)}"
        outside = f"; more: {', '.join(moved)}" if moved else ""
        lines.append(f"* {kind}: {held} change by {100 * SAME:.0f} % or less on average{outside}.")
    return "\n".join(lines) + "\n"


def _shares(changes: Sequence[Change]) -> list[float]:
    return [change.relative for change in changes if change.relative is not None]


def quality_section(grades: Sequence[Grade]) -> str:
    """The quality score and the Dice for each degradation, and the Dice for each range of scores."""
    kinds = dict.fromkeys((one.kind, one.strength) for one in grades)
    rows = [_kind_row(kind, strength, grades) for kind, strength in kinds]
    columns = ("degradation", "strength", "photographs", "score", "Dice", "flagged", "most frequent reasons")
    known = [(one.score, one.dice) for one in grades if one.score is not None and one.dice is not None]
    steps = [0.0, *(tenth / 10 for tenth in range(3, 10)), 1.0]
    by_score = []
    for low, high in pairwise(steps):
        dice = [dice for score, dice in known if low <= score < high]
        spread = f"{np.quantile(dice, 0.05):.2f} to {np.quantile(dice, 0.95):.2f}" if len(dice) >= 5 else NOTHING
        by_score.append((f"{low:.1f} to {high:.1f}", str(len(dice)), _mean(dice), spread))
    scores, dices = np.array(known).T
    rank = float(spearmanr(scores, dices).statistic)
    return (
        Table("Quality and Dice", columns, tuple(rows)).to_markdown()
        + "\n"
        + Table("Dice by score", ("score", "photographs", "Dice", "90 % range"), tuple(by_score)).to_markdown()
        + f"\nRank correlation of score and Dice: {rank:.2f} over {len(known)} photographs and copies; mean absolute "
        f"difference {np.abs(scores - dices).mean():.3f}.\n"
    )


def _kind_row(kind: str, strength: float, grades: Sequence[Grade]) -> tuple[str, ...]:
    group = [one for one in grades if (one.kind, one.strength) == (kind, strength)]
    seen = [one for one in group if one.dice is not None]
    reasons = Counter(reason for one in seen for reason in one.reasons)
    if len(seen) < len(group):
        reasons["not-a-fundus"] = len(group) - len(seen)
    flagged = sum(bool(one.reasons) for one in seen) + len(group) - len(seen)
    return (
        kind or "none",
        f"{strength:g}" if kind else NOTHING,
        str(len(group)),
        _mean([one.score for one in seen if one.score is not None]),
        _mean([one.dice for one in seen if one.dice is not None]),
        f"{100 * flagged / len(group):.0f} %",
        ", ".join(f"`{reason}` {count}" for reason, count in reasons.most_common(3)) or NOTHING,
    )


def _mean(values: Sequence[float]) -> str:
    return f"{float(np.mean(values)):.2f}" if values else NOTHING


def described(section: str, about: str) -> str:
    """A section with a text between its heading and its table."""
    heading, table = section.split("\n\n", 1)
    return f"{heading}\n\n{about}\n{table}"


def write_document(path: Path, parts: Sequence[str], *, command: str) -> None:
    """Write the document.

    Args:
        path: path of the file.
        parts: sections in Markdown, in order.
        command: the command that makes the document.
    """
    head = (
        "# Validation\n\n"
        "This page shows how accurate the measurements are. The whole page was made by\n"
        f"`{command}` with venule {__version__}.\n"
        "`dictionary.csv`, which `venule measure` writes, explains each measurement.\n"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([head, *parts]), encoding="utf-8")


def _known(people: Sequence[Person], name: str) -> list[float]:
    values = (person.value("venule", name) for person in people)
    return [value for value in values if value is not None]


def _relative(errors: Sequence[float]) -> str:
    if len(errors) < 3:
        return NOTHING
    bias, spread = float(np.mean(errors)), float(np.std(errors, ddof=1))
    return _percent(bias, bias - 1.96 * spread, bias + 1.96 * spread)


def _percent(bias: float, lower: float, upper: float) -> str:
    return f"{100 * bias:+.1f} % [{100 * lower:+.0f}, {100 * upper:+.0f}]"


def _share(hits: Sequence[bool]) -> str:
    return f"{100 * float(np.mean(hits)):.0f} % of {len(hits)}" if hits else NOTHING
