"""Any bytes -> a recipe, a study and a model's card: each is read, or an error of venule's says why not."""

import contextlib
import tempfile
from pathlib import Path

import atheris
from fuzzing import fuzz

with atheris.instrument_imports(include=["venule", "yaml"]):
    from venule.errors import ModelError, RecipeError
    from venule.models import model_folder, read_card
    from venule.study.plan import read_study
    from venule.training.recipe import read_recipe

FOLDER = Path(tempfile.mkdtemp(prefix="venule-fuzz-"))
SOURCE = Path(__file__).parents[2] / "src" / "venule" / "training"


def read_anything(data: bytes) -> None:
    """Fail on any other error."""
    path = FOLDER / "card.json"
    path.write_bytes(data)
    with contextlib.suppress(RecipeError):
        read_recipe(path)
    with contextlib.suppress(RecipeError):
        read_study(path)
    with contextlib.suppress(ModelError):
        read_card(FOLDER)


def words() -> dict[str, bytes]:
    """What is shipped, and what PyYAML can be asked for."""
    shipped = {path.name: path.read_bytes() for path in SOURCE.rglob("*.yaml")}
    odd = {
        "aliases": b"a: &a [1, 1]\nb: *a",
        "date": b"seed: 2001-02-30",
        "number": b"steps: !!int ''",
        "object": b"name: !!python/object/apply:os.system ['true']",
        "not-a-number": b"learning_rate: .nan",
        "merge": b"<<: {steps: 3}\nseed: 1:30:00",
    }
    return shipped | odd | {"card": (model_folder("general") / "card.json").read_bytes()}


if __name__ == "__main__":
    fuzz(read_anything, words())
