"""The blocks that networks are built of, usable alone; those of one network only are in its file."""

from collections.abc import Callable, Iterable, Sequence
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# The standard deviation of a standard normal distribution that is cut off at -2 and 2.
_CUT = 0.87962566103423978
_BLOCK = 7  # pixels; the side of what DropBlock drops


def convolution_pair(
    incoming: int, outgoing: int, *, norm: bool = True, dilations: tuple[int, int] = (1, 1)
) -> nn.Sequential:
    """Twice convolution 3x3 'same' -> batch normalisation -> ReLU (Ronneberger et al. 2015).

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """
    layers: list[nn.Module] = []
    for channels, dilation in zip((incoming, outgoing), dilations, strict=True):
        layers.append(nn.Conv2d(channels, outgoing, 3, padding=dilation, dilation=dilation))
        if norm:
            layers.append(nn.BatchNorm2d(outgoing))
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


def convolution(
    incoming: int,
    outgoing: int,
    kernel: int | tuple[int, int] = 3,
    *,
    dilation: int = 1,
    groups: int = 1,
    bias: bool = True,
) -> nn.Sequential:
    """Convolution 'same' -> batch normalisation -> ReLU; `kernel` is its side, or (height, width), odd.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """
    layer = nn.Conv2d(incoming, outgoing, kernel, padding="same", dilation=dilation, groups=groups, bias=bias)
    return nn.Sequential(layer, nn.BatchNorm2d(outgoing), nn.ReLU(inplace=True))


def dropped_convolution(incoming: int, outgoing: int, drop: Callable[[], nn.Module]) -> nn.Sequential:
    """Convolution 3x3 'same' -> dropout -> batch normalisation -> ReLU, as in SA-UNet (Guo et al. 2020).

    `drop` builds the dropout.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """
    return nn.Sequential(
        nn.Conv2d(incoming, outgoing, 3, padding=1), drop(), nn.BatchNorm2d(outgoing), nn.ReLU(inplace=True)
    )


def dropped_pair(incoming: int, outgoing: int, drop: Callable[[], nn.Module]) -> nn.Sequential:
    """Twice `dropped_convolution`."""
    return nn.Sequential(*dropped_convolution(incoming, outgoing, drop), *dropped_convolution(outgoing, outgoing, drop))


class TransposedConvolution(nn.Module):
    """Transposed convolution 3x3 with stride 2 that doubles the size as Keras' 'same' does: last row, column dropped.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, 2H, 2W)
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        super().__init__()
        self.convolution = nn.ConvTranspose2d(incoming, outgoing, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        doubled: Tensor = self.convolution(x)
        return doubled[..., :-1, :-1]


class UShape(nn.Module):
    """Encoder and decoder joined by concatenation: what U-Nets have in common.

    Args:
        encoder: one block for each level, from full resolution down.
        bridge: the block at the bottom; None: the encoder's last block is at the bottom.
        up: what doubles the size, from the bottom up.
        decoder: the blocks after it, from the bottom up.
        head: from the decoder's last block to logits.

    Shape:
        (N, C, H, W) -> (N, 1, H, W) logits; H and W are multiples of 2 ** len(up).
    """

    def __init__(
        self,
        encoder: Sequence[nn.Module],
        bridge: nn.Module | None,
        up: Sequence[nn.Module],
        decoder: Sequence[nn.Module],
        head: nn.Module,
    ) -> None:
        super().__init__()
        self.multiple = 2 ** len(up)
        self.encoder, self.bridge = nn.ModuleList(encoder), bridge
        self.up, self.decoder, self.head = nn.ModuleList(up), nn.ModuleList(decoder), head

    def forward(self, x: Tensor) -> Tensor:
        check_multiple(x, self.multiple)
        features = encode(x, [*self.encoder, *([] if self.bridge is None else [self.bridge])])
        logits: Tensor = self.head(decode(features, self.up, self.decoder)[-1])
        return logits


def encode(x: Tensor, blocks: Iterable[nn.Module]) -> list[Tensor]:
    """The output of each block, from full resolution down, with max pooling 2x2 between them."""
    features: list[Tensor] = []
    for block in blocks:
        features.append(block(F.max_pool2d(features[-1], 2) if features else x))
    return features


def decode(features: list[Tensor], up: Iterable[nn.Module], blocks: Iterable[nn.Module]) -> list[Tensor]:
    """The output of each block, from the coarsest to full resolution: upsample, concatenate [up, skip], run the block.

    `features` are those of `encode`; `up` and `blocks` are in order from the bottom up.
    """
    *skips, x = features
    decoded: list[Tensor] = []
    for double, block, skip in zip(up, blocks, reversed(skips), strict=True):
        x = block(torch.cat([double(x), skip], dim=1))
        decoded.append(x)
    return decoded


def check_multiple(x: Tensor, multiple: int) -> None:
    """Raise ValueError, which names the next size up, where height or width is no multiple of a number."""
    if torch.compiler.is_exporting():  # sizes are symbols there
        return
    height, width = x.shape[-2:]
    if height % multiple or width % multiple:
        up = [-(-n // multiple) * multiple for n in (height, width)]
        raise ValueError(
            f"input is {height}x{width}; this network halves it and needs multiples of {multiple}: "
            f"pad it to {up[0]}x{up[1]}"
        )


class ChannelAttention(nn.Module):
    """Weigh channels by what they hold on average and at most (Woo et al. 2018, CBAM).

    Args:
        channels: C, of the feature map.
        ratio: how far the shared layers narrow, to one channel at least.

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, channels: int, *, ratio: int = 8) -> None:
        super().__init__()
        narrow = max(1, channels // ratio)
        self.shared = nn.Sequential(nn.Conv2d(channels, narrow, 1), nn.ReLU(), nn.Conv2d(narrow, channels, 1))
        self.initialise()

    def initialise(self) -> None:
        """Draw he_normal kernels; biases are zero."""
        for parameter in self.shared.parameters():
            (he_normal if parameter.ndim == 4 else nn.init.zeros_)(parameter)

    def forward(self, x: Tensor) -> Tensor:
        mean, peak = x.mean((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
        return x * torch.sigmoid(self.shared(mean) + self.shared(peak))


class SpatialAttention(nn.Module):
    """Weigh places by the mean and the peak over channels around them (Woo et al. 2018, CBAM).

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.initialise()

    def initialise(self) -> None:
        """Draw a he_normal kernel."""
        he_normal(self.convolution.weight)

    def forward(self, x: Tensor) -> Tensor:
        summary = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], dim=1)
        return x * torch.sigmoid(self.convolution(summary))


class CBAM(nn.Module):
    """Channel attention, then spatial attention (Woo et al. 2018).

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channel, self.spatial = ChannelAttention(channels), SpatialAttention()

    def forward(self, x: Tensor) -> Tensor:
        weighed: Tensor = self.spatial(self.channel(x))
        return weighed


def he_normal(weight: Tensor) -> None:
    """Fill a kernel in place as Keras' he_normal does (He et al. 2015).

    A normal distribution cut off at two standard deviations, widened so that its variance is still 2 / fan_in.
    """
    deviation = sqrt(2 / weight[0].numel()) / _CUT
    nn.init.trunc_normal_(weight, std=deviation, a=-2 * deviation, b=2 * deviation)


class DropBlock(nn.Module):
    """Drop square blocks of each channel while training (Ghiasi et al. 2018; as in SA-UNet, Guo et al. 2020).

    What is left is scaled up so that the sum of a constant map stays. Maps smaller than a block are dropped in
    blocks of their shorter side.

    Args:
        keep: probability that a pixel is kept, where blocks do not overlap.

    Shape:
        (N, C, H, W) -> (N, C, H, W)
    """

    def __init__(self, keep: float) -> None:
        super().__init__()
        if not 0 < keep <= 1:
            raise ValueError(f"keep must be above 0 and at most 1; got {keep}")
        self.keep = keep

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.keep == 1:
            return x
        height, width = x.shape[-2:]
        block = min(_BLOCK, height, width)
        corners = (height - block + 1, width - block + 1)  # where a block's upper left corner can lie
        gamma = (1 - self.keep) / block**2 * (height * width) / (corners[0] * corners[1])
        seeds = (torch.rand(*x.shape[:2], *corners, device=x.device) < gamma).float()
        kept = 1 - F.max_pool2d(F.pad(seeds, (block - 1,) * 4), block, stride=1)
        kept = kept * (kept.numel() / kept.sum().clamp(min=1))
        return x * kept.to(x.dtype)


class CFFA(nn.Module):
    """Coarse-fine feature aggregation: thin and wide views beside each other (Gu et al. 2023, CMP-UNet).

    `groups` are those of the 7x7 convolution.

    Shape:
        (N, incoming, H, W) -> (N, outgoing, H, W)
    """

    def __init__(self, incoming: int, outgoing: int, *, groups: int = 1, bias: bool = True) -> None:
        super().__init__()
        self.fine = nn.Sequential(
            *convolution(incoming, outgoing, (3, 1), bias=bias), *convolution(outgoing, outgoing, (1, 3), bias=bias)
        )
        self.coarse = nn.Sequential(
            *convolution(incoming, outgoing, 7, groups=groups, bias=bias),
            *convolution(outgoing, outgoing, 1, bias=bias),
        )
        self.fuse = convolution(2 * outgoing, outgoing, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        fused: Tensor = self.fuse(torch.cat([self.fine(x), self.coarse(x)], dim=1))
        return fused
