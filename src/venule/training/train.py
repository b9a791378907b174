"""Train a model from a recipe, or cross-validate the recipe."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import yaml
from lightning.pytorch.utilities import rank_zero_only
from torch import nn

from venule.errors import OutputError, RecipeError
from venule.evaluation import bootstrap_mean_interval
from venule.models import Card, Interval, Model, load_model, model_folder, read_card
from venule.models.model import CARD_FILE, ONNX_FILE, WEIGHTS_FILE
from venule.networks import count_parameters
from venule.segmentation import Segmenter
from venule.training.export import export_onnx, save_weights
from venule.training.fit import Fitted, Hardware, fit
from venule.training.recipe import DataSource, Recipe
from venule.training.samples import Sample, find_photographs, hold_out, split_fold
from venule.training.threshold import DiceCurve, best_threshold, dice_curve, expected_threshold, odds_exponent

RECIPE_FILE = "recipe.yaml"


@dataclass(frozen=True)
class CrossValidation:
    """The scores of a recipe on photographs held out.

    Attributes:
        dice: of each photograph by name, at a threshold chosen on the photographs of the other folds.
        mean: over photographs, with the 95 % bootstrap interval over people.
        thresholds: of each fold.
        threshold: chosen over all folds; for a model trained on all photographs.
    """

    dice: dict[str, float]
    mean: Interval
    thresholds: tuple[float, ...]
    threshold: float


def train(
    recipe: Recipe,
    data: Path,
    output: Path,
    *,
    hardware: Hardware = Hardware(),  # noqa: B008  frozen
    resume: bool = False,
    threshold: float | None = None,
) -> Path | None:
    """Train a model: fit, choose its threshold, export, write its card.

    Args:
        recipe: what to train and how.
        data: the folder that the recipe's data sets are relative to.
        output: folder for the model (`model/`), checkpoints and logs.
        hardware: what to run on.
        resume: continue the training in the output folder.
        threshold: from a cross-validation; None: chosen on the photographs held out, or, where none are, on those
            trained on.

    Returns:
        The model's folder; None in every process but the first.

    Raises:
        OutputError: the output folder holds another training, or one and `resume` was not asked for.
        RecipeError, DatasetError: the recipe does not fit the data.
    """
    recipe = _as_it_starts(recipe)
    photographs = find_photographs(recipe, data)
    training, validation = hold_out(photographs, recipe.validation, seed=recipe.seed)
    _claim(output, recipe, resume=resume)
    model = train_on(recipe, training, validation, output, hardware=hardware, threshold=threshold)
    return model.folder if model else None


def cross_validate(
    recipe: Recipe,
    data: Path,
    output: Path,
    *,
    folds: int,
    hardware: Hardware = Hardware(),  # noqa: B008  frozen
    resume: bool = False,
) -> CrossValidation:
    """Train once a fold without its people, and score each photograph by the model that did not see it.

    No threshold is chosen on a photograph that is scored with it.

    Args:
        recipe: what to train; its own `validation` is not used.
        data: the folder that the recipe's data sets are relative to.
        output: folder for one training a fold and `cross_validation.json`.
        folds: how many.
        hardware: what to run on, one process.
        resume: keep finished folds and continue an unfinished one.

    Raises:
        RecipeError: fewer people than folds, or the recipe finds something else than vessels.
    """
    if hardware.devices * hardware.nodes > 1:
        raise RecipeError("cross-validation runs in one process; run the folds of a large one as separate trainings")
    if recipe.finds != "vessels":
        raise RecipeError(
            f"cross-validation scores vessels; this recipe finds {recipe.finds}: hold a split out instead"
        )
    recipe = _as_it_starts(recipe)
    photographs = find_photographs(recipe, data)
    splits = [split_fold(photographs, fold, folds=folds, seed=recipe.seed) for fold in range(folds)]
    _claim(output, recipe, resume=resume)
    curves: list[list[DiceCurve]] = []
    for fold, (training, validation) in enumerate(splits):
        folder = output / f"fold_{fold}"
        if not (folder / "model" / CARD_FILE).is_file():
            # The fold's photographs choose nothing, not even an epoch: they are scored.
            train_on(recipe, training, (), folder, hardware=hardware, threshold=0.5)
        curves.append(_curves(load_model(folder / "model"), validation))
    subjects = {p.name: p.subject for p in photographs}
    result = _score_folds(curves, subjects)
    _write_json(output / "cross_validation.json", {**asdict(result), "mean": result.mean.model_dump()})
    return result


def train_on(
    recipe: Recipe,
    training: Sequence[Sample],
    validation: Sequence[Sample],
    output: Path,
    *,
    hardware: Hardware,
    threshold: float | None,
) -> Model | None:
    """As `train`, on photographs that are split already; continues what the output folder holds."""
    fitted = fit(recipe, training, validation, output, hardware=hardware)
    if fitted is None:
        return None
    _write_json(output / "photographs.json", [drawn.name for drawn in training])
    onnx = export_onnx(fitted.network, channels=recipe.channels, half=recipe.half)
    card = _card(recipe, fitted, onnx, threshold or 0.5)
    if recipe.finds != "vessels":
        card = card.model_copy(update={"threshold_from": "as probable as not"})
    elif threshold is None:
        drawn_by_people = {position for position, source in enumerate(recipe.data) if source.dataset}
        chosen_on = validation or [one for one in training if one.source in drawn_by_people] or training
        if not validation:
            card = card.model_copy(update={"odds_exponent": _odds_exponent(Model(card, onnx, output), chosen_on)})
        curves = _curves(Model(card, onnx, output), chosen_on)
        if validation:
            choice = {"threshold": best_threshold(curves), "threshold_from": f"{_describe(chosen_on)} held out"}
        else:
            origin = f"half of the best mean Dice on {_describe(chosen_on)} trained on"
            choice = {"threshold": expected_threshold(curves), "threshold_from": origin}
        card = card.model_copy(update=choice)
    _write_model(output / "model", card, onnx, fitted.network)
    return Model(card, onnx, output / "model")


def _as_it_starts(recipe: Recipe) -> Recipe:
    """The recipe with the network arguments of the model that it starts from, where it gives none of its own."""
    if not recipe.start_from or recipe.network_arguments or recipe.start_from.endswith(".safetensors"):
        return recipe
    card = read_card(model_folder(recipe.start_from))
    return recipe.model_copy(
        update={"network_arguments": card.network_arguments if card.network == recipe.network else {}}
    )


def _odds_exponent(model: Model, photographs: Sequence[Sample]) -> float:
    given = [drawn for drawn in photographs if drawn.as_given]
    copies = [drawn for drawn in photographs if not drawn.as_given]
    if not given or not copies:
        return 0.0
    return odds_exponent(_curves(model, given), _curves(model, copies), working_diameter=model.card.working_diameter)


def _describe(photographs: Sequence[Sample]) -> str:
    given = sum(drawn.as_given for drawn in photographs)
    others = len(photographs) - given
    parts = [f"{given} photographs"] * bool(given) + [f"{others} {'copies' if given else 'phantoms'}"] * bool(others)
    return f"the {' and '.join(parts)}"


def _curves(model: Model, photographs: Sequence[Sample]) -> list[DiceCurve]:
    segmenter = Segmenter(model)
    curves = []
    for drawn in photographs:
        photograph, reference = drawn.read()
        probability = segmenter.probability(photograph)
        curves.append(dice_curve(probability, reference, photograph.fov, name=drawn.name, source=drawn.source))
    return curves


def _score_folds(curves: list[list[DiceCurve]], subjects: dict[str, str]) -> CrossValidation:
    thresholds, dice = [], {}
    for fold, scored in enumerate(curves):
        others = [curve for k, other in enumerate(curves) if k != fold for curve in other]
        thresholds.append(best_threshold(others))
        dice.update({curve.name: curve.at(thresholds[-1]) for curve in scored})
    groups = [subjects[name] for name in dice]
    mean = bootstrap_mean_interval(list(dice.values()), groups=groups)
    everything = best_threshold([curve for fold in curves for curve in fold])
    interval = Interval(mean=mean.mean, lower=mean.lower, upper=mean.upper)
    return CrossValidation(dice, interval, tuple(thresholds), everything)


def _card(recipe: Recipe, fitted: Fitted, onnx: bytes, threshold: float) -> Card:
    data = [_named(source) for source in recipe.data]
    if recipe.start_from:
        data.insert(0, f"the weights of {recipe.start_from}, and through them what they were trained on")
    return Card(
        name=recipe.name,
        summary=recipe.summary,
        licence=recipe.licence,
        finds=recipe.finds,
        data=tuple(data),
        network=recipe.network,
        network_arguments=recipe.network_arguments,
        parameters=count_parameters(fitted.network).trainable,
        working_diameter=recipe.largest_diameter,
        smallest_diameter=recipe.smallest_diameter,
        multiple=int(getattr(fitted.network, "multiple", 1)),
        threshold=threshold,
        threshold_from="cross-validation",
        recipe=recipe.model_dump(mode="json"),
        training_seconds=round(fitted.seconds, 1),
        device=fitted.device,
        limits=recipe.limits,
        sha256=hashlib.sha256(onnx).hexdigest(),
        venule=version("venule"),
    )


def _named(source: DataSource) -> str:
    if source.phantoms:
        return f"{source.phantoms} phantoms"
    if source.photographs:
        return f"{source.photographs}, with the probabilities of another model in place of drawings"
    return f"{source.dataset}, split {source.split}"


def _write_model(folder: Path, card: Card, onnx: bytes, network: nn.Module) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ONNX_FILE).write_bytes(onnx)
    save_weights(network, folder / WEIGHTS_FILE, half=True)
    _write_json(folder / CARD_FILE, card.model_dump(mode="json"))  # last: a folder with a card is whole


def _claim(output: Path, recipe: Recipe, *, resume: bool) -> None:
    """Write the recipe to the output folder, and refuse one with another training."""
    if rank_zero_only.rank:  # done by the first process
        return
    path, content = output / RECIPE_FILE, yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False)
    if path.is_file():
        if not resume:
            raise OutputError(
                f"{output} already holds a training: add --resume to go on with it, or name another folder"
            )
        if path.read_text(encoding="utf-8") != content:
            raise OutputError(f"{path} differs from the recipe given: a training continues with its own recipe only")
    output.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
