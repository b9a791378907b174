"""venule's own network for the CPU: a U-Net on the photograph folded 2x2, and a fine last look at full resolution."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from venule.networks.blocks import check_multiple, convolution_pair
from venule.networks.unet import UNet


class Compact(nn.Module):
    """Fold 2x2 pixels into channels (Shi et al. 2016, pixel shuffle), run a narrow U-Net, unfold, refine.

    At full resolution a convolution spends most of its time moving few channels; folded, the same pixels come as
    four times the channels on a quarter of the places, which is what a CPU is fast at. What folding blurs, the edges
    of vessels a pixel or two wide, two small convolutions mend beside the photograph itself. Channels come in
    sixteens, as the registers of CPUs and the layouts of their libraries do: 24 would cost as much as 32.

    Args:
        widths: channels of the levels, from half resolution down, the last at the bottom.
        dilations: of the two convolutions at the bottom: with (2, 4) each pixel sees 310 pixels across, not 180.
        fine: channels at full resolution: of the two refining convolutions.
        channels: of the input.
        outputs: maps that are found.

    Shape:
        (N, channels, H, W) -> (N, outputs, H, W) logits; H and W are multiples of 2 ** len(widths).

    Example:
        >>> import torch
        >>> Compact((8, 16)).eval()(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 1, 32, 32])
    """

    fold: Tensor

    def __init__(
        self,
        widths: tuple[int, ...] = (16, 32, 64, 128),
        *,
        dilations: tuple[int, int] = (1, 1),
        fine: int = 8,
        channels: int = 3,
        outputs: int = 1,
    ) -> None:
        super().__init__()
        self.multiple = 2 ** len(widths)
        unfolded = fine // 2
        # Pixel unshuffle as a convolution of zeros and ones: the same to the bit, and runtimes are made for it.
        self.register_buffer("fold", torch.eye(4 * channels).view(-1, channels, 2, 2), persistent=False)
        self.folded = UNet(
            widths[:-1], bridge=widths[-1], bridge_norm=True, bridge_dilations=dilations, channels=4 * channels
        )
        self.folded.head = nn.Conv2d(widths[0], 4 * unfolded, 1)
        self.refine = nn.Sequential(convolution_pair(unfolded + channels, fine), nn.Conv2d(fine, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        check_multiple(x, self.multiple)
        unfolded = F.pixel_shuffle(self.folded(F.conv2d(x, self.fold, stride=2)), 2)
        logits: Tensor = self.refine(torch.cat([unfolded, x], dim=1))
        return logits
