"""Each network is the one that was published: its parameters to the digit, its sizes, its gradients."""

from itertools import pairwise

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from venule import networks  # noqa: E402
from venule.errors import RecipeError  # noqa: E402
from venule.networks.blocks import CBAM  # noqa: E402
from venule.training.export import export_onnx  # noqa: E402

COUNTS = {
    "cbam-unet": (935_523, 938_467),
    "cmp-unet": (34_546_369, 34_568_769),
    "cmp-unet-gu": (9_071_770, 9_094_170),
    "compact": (486_129, 487_569),
    "deformable-encoder-unet": (32_886_721, 32_898_497),
    "du-net": (34_729_921, 34_741_697),
    "sa-unet": (537_299, 538_707),
    "unet": (31_039_425, 31_047_105),
    "unet-3": (537_201, 538_609),
    "w-net": (68_482, 69_538),
}
SMALL = [4, 8]  # widths of every network, as a list: so they come from a recipe
WITHOUT_CHANCE = {name: {"dropout": 0} for name in ("cbam-unet", "cmp-unet", "cmp-unet-gu", "unet-3")} | {
    "sa-unet": {"keep": 1}
}
every_network = pytest.mark.parametrize("name", networks.NETWORKS)


def make_small(name, *, chance=True, widths=SMALL, **arguments):
    torch.manual_seed(1)
    return networks.create(name, widths=widths, **({} if chance else WITHOUT_CHANCE.get(name, {})), **arguments)


def learn_once(network, x):
    """The sum of squares of all logits, after its gradients reached the parameters."""
    logits = network(x)
    passes = logits if isinstance(logits, tuple) else (logits,)
    assert all(each.shape == (len(x), 1, *x.shape[2:]) for each in passes)
    loss = sum(each.float().square().mean() for each in passes)
    loss.backward()
    return float(loss.detach())


def biases_that_normalisation_takes_out(network):
    """Names of the biases of convolutions that nothing but batch normalisation follows."""
    for name, block in network.named_modules():
        if isinstance(block, nn.Sequential):
            layers = [layer for layer in block if not (isinstance(layer, nn.Dropout) and layer.p == 0)]
            for layer, following in pairwise(layers):
                if isinstance(layer, nn.Conv2d) and layer.bias is not None and isinstance(following, nn.BatchNorm2d):
                    yield next(f"{name}.{key}.bias" for key, each in block.named_children() if each is layer)


@every_network
def test_parameters_are_those_of_the_publication(name):
    with torch.device("meta"):
        counted = networks.count_parameters(networks.create(name))
        work = networks.multiply_adds(networks.create(name))
    assert (counted.trainable, counted.total) == COUNTS[name]
    listed = networks.NETWORKS[name]
    assert (listed.trainable, listed.total, listed.multiply_adds) == (*COUNTS[name], work)


@every_network
def test_every_parameter_learns_and_the_output_has_the_size_of_the_input(name):
    # Not narrower: attention would have a single hidden channel, which chance may put where its ReLU is always 0.
    network = make_small(name, widths=(32, 64)).train()
    learn_once(network, torch.randn(4, 3, 16, 24))
    largest = {key: 0.0 if p.grad is None else float(p.grad.abs().max()) for key, p in network.named_parameters()}
    for key in biases_that_normalisation_takes_out(network):
        assert largest.pop(key) < 1e-5
    assert [key for key, gradient in largest.items() if gradient < 1e-9] == []


@every_network
def test_a_size_that_does_not_fit_is_refused_with_the_size_that_does(name):
    network = make_small(name).eval()
    m = network.multiple
    with pytest.raises(ValueError, match=f"pad it to {4 * m}x{6 * m}"):
        network(torch.zeros(1, 3, 3 * m + 1, 6 * m))


@every_network
def test_the_same_seed_gives_the_same_training(name):
    runs = []
    for _ in range(2):
        network = make_small(name).train()
        runs.append((learn_once(network, torch.randn(2, 3, 32, 32)), network.state_dict()))
    (first, weights), (second, others) = runs
    assert first == second
    assert all(torch.equal(a, b) for a, b in zip(weights.values(), others.values(), strict=True))


@every_network
def test_channels_last_and_half_precision_change_rounding_alone(name):
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    network = make_small(name, chance=False).train()
    expected = learn_once(network, x)
    gradients = [p.grad for p in network.parameters()]

    last = make_small(name, chance=False).train().to(memory_format=torch.channels_last)
    assert learn_once(last, x.contiguous(memory_format=torch.channels_last)) == pytest.approx(expected, rel=1e-4)

    half = make_small(name, chance=False).train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert learn_once(half, x) == pytest.approx(expected, rel=0.1)
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    apart = torch.cat([(p.grad - g).flatten() for p, g in zip(half.parameters(), gradients, strict=True)]).norm()
    assert apart < 0.25 * norm


# Exports are slow, and tests of trainings and studies export the others, of fewer kinds of blocks.
@pytest.mark.parametrize("name", ["cbam-unet", "cmp-unet", "cmp-unet-gu", "du-net", "sa-unet"])
def test_onnx_says_what_torch_says_at_sizes_that_the_export_did_not_see(name):
    onnxruntime = pytest.importorskip("onnxruntime")
    network = make_small(name, widths=[4] if name == "sa-unet" else SMALL)  # its second level is nothing new
    network.train()
    network(torch.randn(2, 3, 32, 32))  # running statistics that are not the initial ones
    network.eval()
    onnx = export_onnx(network)
    assert b'.py"' not in onnx  # no folder of the machine that it was made on
    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    x = torch.randn(2, 3, 7 * network.multiple, 11 * network.multiple)
    with torch.no_grad():
        expected = torch.sigmoid(network(x)).numpy()
    assert abs(session.run(None, {"photograph": x.numpy()})[0] - expected).max() < 1e-4


@pytest.mark.parametrize("name", ["deformable-encoder-unet", "du-net"])
def test_interleaved_offsets_take_photographs_that_are_not_square(name):
    network = make_small(name, offset_layout="interleaved").eval()
    x = torch.randn(1, 3, 16, 24)
    square = torch.zeros(1, 3, 24, 24)
    square[..., :16, :] = x
    with torch.no_grad():
        assert torch.equal(network(x), network(square)[..., :16, :])


def test_networks_are_as_deep_as_their_widths_are_many():
    for name in networks.NETWORKS:
        network = networks.create(name, widths=(4, 8, 16, 32), channels=1 if name == "unet" else 3).eval()
        side = 2 * network.multiple
        assert network(torch.zeros(1, 1 if name == "unet" else 3, side, side)).shape == (1, 1, side, side)


def test_multiply_adds_are_those_counted_by_hand():
    tiny = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1, stride=2),  # 4 x 4 places x 3 x 9 into 4
        nn.ReLU(),
        nn.ConvTranspose2d(4, 2, 2, stride=2),  # 4 x 4 places x 4 into 2 x 2 x 2
        nn.Conv2d(2, 2, 7, padding=3, groups=2),  # 8 x 8 places x 49 into each of 2
    )
    assert networks.multiply_adds(tiny, size=8) == 16 * 27 * 4 + 16 * 4 * 8 + 64 * 49 * 2
    # At 512x512: a level of w channels at 1/s of the size takes (512 / s)^2 x 9 x (incoming + w) x w, and so on.
    pairs = [(3, 64), (64, 128), (128, 256), (256, 512), (512, 1024)]
    down = sum((512 >> level) ** 2 * 9 * (i + o) * o for level, (i, o) in enumerate(pairs))
    up = sum((512 >> level) ** 2 * (9 * 3 * w * w + 2 * w * w) for level, w in enumerate((64, 128, 256, 512)))
    assert networks.NETWORKS["unet"].multiply_adds == down + up + 512**2 * 64


def test_keras_conventions_draw_the_weights_that_keras_draws():
    network = networks.create("du-net", widths=(16, 32))
    torch.manual_seed(0)
    networks.use_keras_conventions(network)
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            assert (module.momentum, module.eps) == (0.01, 1e-3)
        elif isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            if module.bias is not None:
                assert not module.bias.any()
            if "offset" in name:
                assert float(module.weight.detach().std()) == pytest.approx(0.01, rel=0.1)
            else:  # glorot_uniform: fan of a kernel is its area times incoming plus outgoing channels
                area = module.kernel_size[0] * module.kernel_size[1]
                bound = (6 / (area * (module.in_channels + module.out_channels))) ** 0.5
                assert 0.8 * bound < float(module.weight.detach().abs().max()) <= bound


def test_keras_conventions_leave_attention_its_own_weights():
    attention = CBAM(512)
    torch.manual_seed(0)
    networks.use_keras_conventions(attention)
    narrow = attention.channel.shared[0].weight.detach()
    deviation = (2 / 512) ** 0.5  # he_normal; cut off at two deviations of the uncut distribution
    assert float(narrow.std()) == pytest.approx(deviation, rel=0.02)
    assert float(narrow.abs().max()) <= 2 * deviation / 0.8796 + 1e-6
    assert float(attention.spatial.convolution.weight.detach().std()) == pytest.approx((2 / 98) ** 0.5, rel=0.25)


def test_a_misspelt_network_is_answered_with_the_right_name():
    with pytest.raises(RecipeError, match=r"did you mean 'unet'.*known: cbam-unet, cmp-unet, .*unet-3, w-net"):
        networks.create("unett")
    with pytest.raises(RecipeError, match="depth"):
        networks.create("unet", depth=3)
    with pytest.raises(RecipeError, match="'planar' or 'interleaved'"):
        networks.create("du-net", widths=SMALL, offset_layout="planer")
