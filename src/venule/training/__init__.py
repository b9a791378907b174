"""Training: a recipe and photographs with drawings -> a model."""

from venule.errors import missing_extra

try:
    import lightning  # noqa: F401  only whether it is there
except ModuleNotFoundError as error:
    raise missing_extra("train", "training needs PyTorch and Lightning") from error

from venule.training.fit import Hardware
from venule.training.recipe import Augmentation, DataSource, Recipe, override, read_recipe, shipped_recipes
from venule.training.train import CrossValidation, cross_validate, train

__all__ = [
    "Augmentation",
    "CrossValidation",
    "DataSource",
    "Hardware",
    "Recipe",
    "cross_validate",
    "override",
    "read_recipe",
    "shipped_recipes",
    "train",
]
