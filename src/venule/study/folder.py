"""The output folder of a study: whose it is, and the photographs that it needs."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import yaml

from venule.datasets.phantoms import write_phantoms
from venule.errors import OutputError
from venule.study.grid import runs_of, training_recipe
from venule.study.recipe import Study
from venule.training.samples import Sample, find_photographs

RECIPE_FILE = "study.yaml"
PHANTOMS = "phantoms"


def study_hash(study: Study) -> str:
    """sha256 of everything that the recipe says."""
    return hashlib.sha256(_text(study).encode()).hexdigest()


def claim(output: Path, study: Study) -> None:
    """Make the output folder this study's; several processes may do so at once.

    Raises:
        OutputError: the folder holds another study, or is a file.
    """
    path, text = output / RECIPE_FILE, _text(study)
    try:
        output.mkdir(parents=True, exist_ok=True)
        if not path.is_file():
            with tempfile.NamedTemporaryFile("w", dir=output, delete=False, encoding="utf-8") as file:
                file.write(text)
            os.replace(file.name, path)
        found = path.read_text(encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    if found != text:
        raise OutputError(
            f"{path} differs from the recipe given: a study goes on with its own recipe only; name another folder"
        )


def find_study_photographs(study: Study, data: Path, output: Path) -> tuple[Sample, ...]:
    """The photographs of a study; phantoms are made once, in the output folder.

    Args:
        study: whose they are.
        data: the folder that the recipe's data set is relative to.
        output: of the study.

    Raises:
        DatasetError, RecipeError: the data set is not there, or has no drawings.
    """
    if study.data.phantoms:
        data = output
        _make_phantoms(output / PHANTOMS, study)
    recipe = training_recipe(runs_of(study)[0], study, photographs=1, source=source_of(study))
    return find_photographs(recipe, data)


def source_of(study: Study) -> str:
    """The data set's folder as recipes name it."""
    return study.data.dataset or PHANTOMS


def _make_phantoms(folder: Path, study: Study) -> None:
    if folder.is_dir() or not study.data.phantoms:
        return
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".phantoms-"))
    write_phantoms(partial, count=study.data.phantoms, seed=study.data.seed, size=study.phantom_size)
    try:
        partial.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(partial)


def _text(study: Study) -> str:
    return yaml.safe_dump(study.model_dump(mode="json"), sort_keys=False)
