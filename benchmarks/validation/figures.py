"""The figures of validation.md."""

import io
from collections.abc import Sequence

import numpy as np
from benchmarks.validation.agreement import bland_altman
from benchmarks.validation.degrade import STRENGTHS
from benchmarks.validation.grades import Grade
from benchmarks.validation.people import Person, pairs
from benchmarks.validation.phantoms import Compared, by_measurement

from venule.measurement import BY_NAME

COLOURS = ("black", "#0072b2", "#56b4e9", "#e69f00", "#cc79a7", "#009e73", "#d55e00")
MAIN = ("vessel_density", "vessel_length", "calibre_mean", "tortuosity_distance", "box_dimension", "branchings")


def bland_altman_figure(people: Sequence[Person]) -> bytes:
    """Differences over means on CHASE_DB1: the second observer and venule, both less the first observer; a PNG."""
    from matplotlib.figure import Figure

    test = [person for person in people if person.split == "test"]
    figure = Figure(figsize=(10, 6), layout="constrained")
    for axes, name in zip(figure.subplots(2, 3).flat, MAIN, strict=True):
        for who, group, colour in (("second", people, "#0072b2"), ("venule", test, "#d55e00")):
            one, first = pairs(group, who, "first", name)
            agreement = bland_altman(one, first)
            label = f"{who if who == 'venule' else 'second observer'} - first observer"
            axes.scatter(np.add(one, first) / 2, np.subtract(one, first), s=12, color=colour, label=label)
            axes.axhline(agreement.bias, color=colour, linewidth=1)
            axes.axhspan(agreement.lower, agreement.upper, color=colour, alpha=0.08)
        axes.axhline(0, color="0.6", linewidth=0.6)
        axes.set_title(BY_NAME[name].column(), size=9)
        axes.tick_params(labelsize=7)
    figure.axes[0].legend(fontsize=7)
    figure.supxlabel("mean of the two", size=9)
    figure.supylabel("difference", size=9)
    return _png(figure)


def phantoms_figure(compared: Sequence[Compared]) -> bytes:
    """Measured against true values of phantoms, as drawn and as found; a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6), layout="constrained")
    for axes, name in zip(figure.subplots(2, 3).flat, MAIN, strict=True):
        limits = []
        for kind, colour in (("drawn", "#0072b2"), ("found", "#d55e00")):
            group = by_measurement(compared, kind)[name, ""]
            both = [(o.truth, o.value.value) for o in group if o.truth is not None and o.value.value is not None]
            truth, value = [t for t, _ in both], [v for _, v in both]
            axes.scatter(truth, value, s=9, color=colour, label=f"as {kind}", alpha=0.7)
            limits += [*truth, *value]
        axes.plot([min(limits), max(limits)], [min(limits), max(limits)], color="0.5", linewidth=0.8)
        axes.set_title(BY_NAME[name].column(), size=9)
        axes.tick_params(labelsize=7)
    figure.axes[0].legend(fontsize=7)
    figure.supxlabel("truth", size=9)
    figure.supylabel("measured", size=9)
    return _png(figure)


def quality_figure(grades: Sequence[Grade]) -> bytes:
    """Dice over the quality score, by what the photographs were degraded with; a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.5, 6), layout="constrained")
    axes = figure.subplots()
    for kind, colour in zip(("", *STRENGTHS), COLOURS, strict=True):
        known = [(g.score, g.dice) for g in grades if g.kind == kind and g.score is not None and g.dice is not None]
        scores, dices = zip(*known, strict=True)
        axes.scatter(scores, dices, s=12 if kind else 26, color=colour, label=kind or "as taken", alpha=0.7)
    axes.plot([0, 1], [0, 1], color="0.5", linewidth=0.8)
    axes.set(xlabel="quality score", ylabel="Dice with the first observer", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize=8)
    return _png(figure)


def _png(figure: "object") -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)  # type: ignore[attr-defined]
    return content.getvalue()
