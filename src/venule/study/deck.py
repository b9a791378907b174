"""The figures of the reference study: "Retinal Vessel Segmentation. Image Segmentation: Exploring U-Nets", slides."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DeckDice:
    """Dice of one network, without and with augmentation, on photographs of the "validation" or DRIVE "test" set."""

    original: float | None
    augmented: float
    on: str


DECK = {
    "unet": DeckDice(0.7499, 0.8246, "validation"),
    "deformable-encoder-unet": DeckDice(0.7433, 0.8243, "validation"),
    "du-net": DeckDice(0.7328, 0.8233, "validation"),
    "cbam-unet": DeckDice(None, 0.8227, "test"),
    "cmp-unet": DeckDice(None, 0.8245, "test"),
    "unet-3": DeckDice(None, 0.8229, "test"),
}
BASELINE = "unet"
DEFORMABLE = ("deformable-encoder-unet", "du-net")
