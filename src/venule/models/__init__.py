"""Models: an ONNX network and its card."""

from venule.models.card import Card, Interval, Score
from venule.models.model import Model, load_model, model_folder, read_card, shipped_models

__all__ = ["Card", "Interval", "Model", "Score", "load_model", "model_folder", "read_card", "shipped_models"]
