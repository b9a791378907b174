"""How the prediction of one photograph grows while a network learns."""

from pathlib import Path

import numpy as np
from lightning.pytorch import Callback, LightningModule, Trainer
from PIL import Image

from venule.photograph import Photograph
from venule.photograph.arrays import BoolArray
from venule.training.predict import predict
from venule.training.recipe import Recipe


class Snapshots(Callback):
    """Keep the prediction of one photograph after chosen epochs, beside its drawing.

    Writes `reference.png` (0 or 255) and `epoch_0002.png` and so on (the probability times 255), both uint8 of the size
    of the photograph.

    Args:
        example: the photograph and its bool (height, width) drawing.
        recipe: with the epochs, counted from 1, in `snapshots`.
        folder: for the pictures.
    """

    def __init__(self, example: tuple[Photograph, BoolArray], recipe: Recipe, folder: Path) -> None:
        self.photograph, self.reference = example
        self.recipe, self.folder = recipe, folder

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        epoch = trainer.current_epoch + 1
        if not trainer.is_global_zero or epoch not in self.recipe.snapshots:
            return
        probability = predict(module.result(), self.photograph, self.recipe, device=module.device)
        self.folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(self.reference.astype(np.uint8) * 255).save(self.folder / "reference.png")
        shown = np.round(probability * 255).astype(np.uint8)
        Image.fromarray(shown).save(self.folder / f"epoch_{epoch:04d}.png")
