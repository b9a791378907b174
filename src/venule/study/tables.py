"""What a study found, as study.md, study.csv, runs.csv and study.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment

from venule import __version__, networks
from venule.batch.outputs import write_whole
from venule.report import NOTHING, score_text
from venule.study.costs import Cost, find_costs
from venule.study.plan import VARIANTS, Study, runs_of
from venule.study.runs import Progress, progress_of
from venule.study.scores import Compared, Estimate, NetworkScores, network_scores
from venule.study.verdicts import Verdict, judge

_PAGE = Path(__file__).with_name("study.md")


@dataclass(frozen=True)
class Findings:
    """All that the tables and figures of a study show; `uncosted` is why a network has no cost, by its name."""

    study: Study
    progress: Progress
    rows: tuple[NetworkScores, ...]
    verdicts: tuple[Verdict, ...]
    costs: tuple[Cost, ...]
    uncosted: dict[str, str]


def gather_findings(study: Study, output: Path) -> Findings:
    """The findings of the finished runs in an output folder; costs that are not known yet are measured."""
    progress = progress_of(study, output)
    folds = study.folds or 1
    costs, uncosted = find_costs(study.networks, output, side=study.training.crop)
    rows, verdicts = network_scores(progress.finished, folds=folds), judge(progress.finished, folds=folds)
    return Findings(study, progress, rows, verdicts, costs, uncosted)


def write_tables(found: Findings, output: Path) -> None:
    """Write study.md, study.csv (one row per network and variant), runs.csv and study.json.

    Raises:
        OutputError: a file cannot be written.
    """
    runs = _run_rows(found.study, found.progress)
    content = {
        "venule": __version__,
        "study": found.study.model_dump(mode="json"),
        "sha256": found.study.sha256,
        "rows": [asdict(row) for row in found.rows],
        "costs": [cost.model_dump(mode="json") for cost in found.costs],
        "verdicts": [asdict(verdict) for verdict in found.verdicts],
        "runs": runs,
    }
    files = {
        "study.md": _page(found, runs),
        "study.csv": _csv([_flat(row, found.costs) for row in found.rows]),
        "runs.csv": _csv(runs),
        "study.json": json.dumps(content, indent=1, ensure_ascii=False) + "\n",
    }
    for name, text in files.items():
        write_whole(output / name, text.encode())


def _page(found: Findings, runs: Sequence[dict[str, Any]]) -> str:
    study, finished = found.study, found.progress.finished
    known = {(row.network, row.variant): row for row in found.rows}
    data = f"{study.data.phantoms} phantoms" if study.data.phantoms else f"{study.source}, split {study.data.split}"
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters |= {
        "compared": _compared,
        "deck": lambda row: f"{row.deck_dice:.4f} ({row.deck_on})" if row and row.deck_dice else NOTHING,
        "digits": lambda value, digits: f"{value:.{digits}f}" if isinstance(value, int | float) else NOTHING,
        "intervals_over": _intervals_over,
        "shown": _shown,
    }
    text = environment.from_string(_PAGE.read_text(encoding="utf-8")).render(
        vars(found),
        training=study.training,
        data=data,
        done=len(finished),
        runs=runs,
        devices=", ".join(sorted({result.device for result in finished})),
        networks={row.network: [known.get((row.network, variant)) for variant in VARIANTS] for row in found.rows},
        published=networks.NETWORKS,
        several_seeds=any(row.seeds > 1 for row in found.rows),
        version=__version__,
    )
    return text.rstrip("\n") + "\n"


def _shown(estimate: Any, *, signed: bool = False) -> str:
    """An estimate with its interval, to the four digits of the reference study."""
    if not isinstance(estimate, Estimate):
        return NOTHING
    return score_text(estimate.value, lower=estimate.lower, upper=estimate.upper, digits=4, signed=signed)


def _compared(compared: Any) -> str:
    """Two cells: a difference, and its p."""
    if not isinstance(compared, Compared):
        return f"{NOTHING} | {NOTHING}"
    return f"{_shown(compared.difference, signed=True)} | {compared.p_value:.3f}"


def _intervals_over(rows: Sequence[NetworkScores | None]) -> str:
    over = [(row.interval_over, vars(row)[row.interval_over]) for row in rows if row]
    texts = [f"{count} {things if count > 1 else things.removesuffix('s')}" for things, count in over]
    return " / ".join(dict.fromkeys(texts))


def _flat(row: NetworkScores, costs: Sequence[Cost]) -> dict[str, Any]:
    """One row of study.csv; nested fields get their path as a name."""
    flat: dict[str, Any] = {}
    for name, value in vars(row).items():
        compared = name.startswith("minus_")
        figure = value.difference if compared and value else value
        flat[name] = figure.value if isinstance(figure, Estimate) else figure
        if compared or name == "dice":
            flat |= {f"{name}_{limit}": getattr(figure, limit, None) for limit in ("lower", "upper")}
        if compared:
            flat[f"{name}_p"] = value.p_value if value else None
    cost = next((cost for cost in costs if cost.network == row.network), None)
    names = ("side", "trainable", "total", "multiply_adds", "milliseconds", "peak_bytes", "threads")
    return flat | {name: getattr(cost, name, None) for name in names}


def _run_rows(study: Study, progress: Progress) -> list[dict[str, Any]]:
    finished = {result.name: result for result in progress.finished}
    rows = []
    for run in runs_of(study):
        result = finished.get(run.name)
        status = "done" if result else "failed" if run.name in progress.failed else "missing"
        rows.append(
            {
                "run": run.name,
                "network": run.plan.network,
                "variant": run.variant,
                "seed": run.seed,
                "fold": run.fold,
                "status": status,
                "reason": progress.failed.get(run.name, ""),
                "dice": result.dice if result else None,
                "best_epoch_dice": result.best_dice if result else None,
                "epochs": len(result.epochs) if result else None,
                "steps": result.epochs[-1].step if result and result.epochs else None,
                "seconds": result.seconds if result else None,
                "device": result.device if result else "",
            }
        )
    return rows


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    return pd.DataFrame(rows, dtype=object).to_csv(index=False, lineterminator="\n") if rows else ""
