"""Blocks, each against its formula."""

from itertools import product

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from venule.networks.blocks import CBAM, CFFA, ChannelAttention, DropBlock, TransposedConvolution  # noqa: E402
from venule.networks.cmp_unet import MSCAF, PFF, QueryAttention  # noqa: E402
from venule.networks.deformable import ConvOffset2D, resample  # noqa: E402


def sum_bilinearly(x, offsets):
    """x(p) = sum over q of g(q_x, p_x) g(q_y, p_y) x(q), g(a, b) = max(0, 1 - |a - b|), written out."""
    height, width = x.shape[-2:]
    out = np.zeros_like(x)
    for n, c, row, column in np.ndindex(x.shape):
        y = min(max(row + offsets[n, c, row, column, 0], 0), height - 1)
        z = min(max(column + offsets[n, c, row, column, 1], 0), width - 1)
        for r, s in product(range(height), range(width)):
            out[n, c, row, column] += max(0, 1 - abs(r - y)) * max(0, 1 - abs(s - z)) * x[n, c, r, s]
    return out


def test_a_pixel_between_four_is_their_bilinear_mean():
    x = torch.tensor([[[[1.0, 4.0], [8.0, 2.0]]]])
    offsets = torch.tensor([0.7, 0.3]).expand(1, 1, 2, 2, 2)
    assert float(resample(x, offsets)[0, 0, 0, 0]) == pytest.approx(4.91)


def test_whole_offsets_are_shifts_and_the_border_repeats():
    x = torch.randn(2, 3, 5, 7)
    down_right = torch.tensor([1.0, -2.0]).expand(2, 3, 5, 7, 2)
    rows, columns = torch.arange(1, 6).clamp(max=4), torch.arange(-2, 5).clamp(min=0)
    torch.testing.assert_close(resample(x, down_right), x[:, :, rows][..., columns])
    far = torch.tensor([100.0, -100.0]).expand(2, 3, 5, 7, 2)
    torch.testing.assert_close(resample(x, far), x[:, :, -1:, :1].expand_as(x))


@pytest.mark.parametrize("layout", ["planar", "interleaved"])
def test_no_offset_changes_nothing(layout):
    block = ConvOffset2D(3, offset_layout=layout)
    torch.nn.init.zeros_(block.offset.weight)
    x = torch.randn(2, 3, 9, 9)
    torch.testing.assert_close(block(x), x)


@pytest.mark.parametrize("layout", ["planar", "interleaved"])
def test_every_pixel_of_every_channel_is_read_where_its_own_offset_says(layout):
    torch.manual_seed(0)
    block = ConvOffset2D(3, offset_layout=layout)
    torch.nn.init.normal_(block.offset.weight, std=0.5)  # offsets of several pixels, over the border, too
    x = torch.randn(2, 3, 6, 6)
    with torch.no_grad():
        planes, got = block.offset(x).numpy(), block(x).numpy()
    offsets = np.zeros((2, 3, 6, 6, 2))
    for n, c, row, column, axis in np.ndindex(offsets.shape):
        if layout == "planar":
            offsets[n, c, row, column, axis] = planes[n, 2 * c + axis, row, column]
        else:  # the 2 x 36 numbers of a channel in one line: dy, dx of the first pixel, dy, dx of the second, ...
            offsets[n, c, row, column, axis] = planes[n, 2 * c : 2 * c + 2].ravel()[2 * (6 * row + column) + axis]
    np.testing.assert_allclose(got, sum_bilinearly(x.numpy().astype(float), offsets), atol=1e-4)


def test_interleaved_offsets_refuse_what_is_not_square_and_name_the_square():
    with pytest.raises(ValueError, match="pad it to 8x8"):
        ConvOffset2D(2, offset_layout="interleaved")(torch.zeros(1, 2, 6, 8))
    with pytest.raises(ValueError, match="planar"):
        ConvOffset2D(2, offset_layout="planer")


def test_offsets_start_near_zero():
    torch.manual_seed(0)
    assert float(ConvOffset2D(64).offset.weight.detach().std()) == pytest.approx(0.01, rel=0.02)


@pytest.mark.parametrize("keep", [0.82, 0.95])
def test_drop_block_drops_squares_of_seven_and_as_many_as_it_says(keep):
    torch.manual_seed(0)
    kept = DropBlock(keep).train()(torch.ones(16, 32, 48, 48))
    scale = float(kept.max())
    assert float(kept.mean()) == pytest.approx(1, abs=1e-4)
    # Where blocks overlap, more is kept: the chance that no block covers a pixel of the middle.
    gamma = (1 - keep) / 49 * 48 * 48 / (42 * 42)
    middle = (kept[..., 6:-6, 6:-6] > 0).float().mean()
    assert float(middle) == pytest.approx((1 - gamma) ** 49, abs=0.02)
    assert torch.unique(kept).tolist() == pytest.approx([0, scale])
    dropped = (kept == 0).float()  # each dropped pixel lies in a dropped square of seven: opening changes nothing
    inside = -torch.nn.functional.max_pool2d(-dropped, 7, stride=1)
    opened = torch.nn.functional.max_pool2d(torch.nn.functional.pad(inside, (6,) * 4), 7, stride=1)
    assert torch.equal(opened, dropped)


def test_drop_block_keeps_all_when_evaluating_and_takes_maps_smaller_than_a_block():
    x = torch.randn(1, 2, 4, 4)
    assert torch.equal(DropBlock(0.5).eval()(x), x)
    assert DropBlock(0.5).train()(x).isfinite().all()
    with pytest.raises(ValueError, match="keep"):
        DropBlock(0)


def test_transposed_convolution_doubles_the_size_as_keras_same_does():
    block = TransposedConvolution(1, 1)
    torch.nn.init.ones_(block.convolution.weight)
    torch.nn.init.zeros_(block.convolution.bias)
    point = torch.zeros(1, 1, 3, 3)
    point[..., 2, 2] = 1  # Keras puts the kernel's corner at twice the place and cuts what lies beyond
    expected = torch.zeros(1, 1, 6, 6)
    expected[..., 4:, 4:] = 1
    torch.testing.assert_close(block(point), expected)


def test_the_query_of_a_channel_sees_what_adaptive_pooling_sees():
    block = QueryAttention(8)  # 3 x 3 places, in bins that overlap
    seen = []
    block.query.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    x = torch.randn(2, 8, 10, 7)
    block(x)
    peak = torch.nn.functional.adaptive_max_pool2d(x, 3).flatten(2)
    mean = torch.nn.functional.adaptive_avg_pool2d(x, 3).flatten(2)
    torch.testing.assert_close(seen[0], torch.cat([peak, mean], dim=2))


@pytest.mark.parametrize("channels", [4, 8, 64])
def test_attention_weighs_between_nothing_and_all(channels):
    x = torch.randn(2, channels, 12, 10)
    for block in (ChannelAttention(channels), CBAM(channels), QueryAttention(channels)):
        share = (block(x) / x).detach()
        assert float(share.min()) >= 0
        assert float(share.max()) <= 1 + 1e-6


def test_fusions_give_the_channels_they_promise():
    x = torch.randn(2, 6, 16, 12)
    assert CFFA(6, 10)(x).shape == (2, 10, 16, 12)
    assert MSCAF(6, 8)(x).shape == (2, 8, 16, 12)
    pyramid = PFF((256, 128, 64, 32), 32)
    assert [level[0].out_channels for level in pyramid.levels] == [4, 4, 8, 16]
    levels = [torch.randn(2, c, 2 * 2**i, 3 * 2**i) for i, c in enumerate((256, 128, 64, 32))]
    assert pyramid(levels).shape == (2, 32, 16, 24)
