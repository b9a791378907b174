"""Recipe -> augmentation -> fit -> checkpoint -> ONNX."""

from venule.training.fit import Hardware
from venule.training.recipe import Augmentation, Recipe, Source, override, read_recipe, shipped_recipes
from venule.training.train import CrossValidation, cross_validate, train

__all__ = [
    "Augmentation",
    "CrossValidation",
    "Hardware",
    "Recipe",
    "Source",
    "cross_validate",
    "override",
    "read_recipe",
    "shipped_recipes",
    "train",
]
