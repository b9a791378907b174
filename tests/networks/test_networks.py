"""Each network is the one that was published: its parameters to the digit, its sizes, its gradients."""

import pytest

torch = pytest.importorskip("torch")

from venule import networks  # noqa: E402
from venule.errors import RecipeError  # noqa: E402
from venule.training.export import export_onnx  # noqa: E402

COUNTS = {"unet": (31_039_425, 31_047_105), "w-net": (68_482, 69_538), "compact": (265_708, 266_668)}
SMALL = {"unet": {"widths": (4, 8)}, "w-net": {}, "compact": {"widths": (8, 12, 16)}}


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_parameters_are_those_of_the_publication(name):
    counted = networks.parameters_of(name)
    assert (counted.trainable, counted.total) == COUNTS[name]


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_every_parameter_learns_and_the_output_has_the_size_of_the_input(name):
    network = networks.create(name, **SMALL[name]).train()
    logits = network(torch.randn(2, 3, 48, 64))
    passes = logits if isinstance(logits, tuple) else (logits,)
    assert all(each.shape == (2, 1, 48, 64) for each in passes)
    sum(each.square().mean() for each in passes).backward()
    silent = [key for key, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    # A bias before batch normalisation is taken out again by it, to rounding.
    assert [key for key in silent if not key.endswith("bias")] == []


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_a_size_that_does_not_fit_is_refused_with_the_size_that_does(name):
    network = networks.create(name, **SMALL[name]).eval()
    m = network.multiple
    with pytest.raises(ValueError, match=f"pad it to {4 * m}x{6 * m}"):
        network(torch.zeros(1, 3, 3 * m + 1, 6 * m))


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_the_same_seed_gives_the_same_network(name):
    built = []
    for _ in range(2):
        torch.manual_seed(3)
        built.append(networks.create(name, **SMALL[name]).state_dict())
    assert all(torch.equal(a, b) for a, b in zip(built[0].values(), built[1].values(), strict=True))


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_onnx_says_what_torch_says_at_sizes_that_the_export_did_not_see(name):
    onnxruntime = pytest.importorskip("onnxruntime")
    torch.manual_seed(0)
    network = networks.create(name, **SMALL[name])
    network.train()
    network(torch.randn(2, 3, 64, 64))  # running statistics that are not the initial ones
    network.eval()
    session = onnxruntime.InferenceSession(export_onnx(network), providers=["CPUExecutionProvider"])
    x = torch.randn(2, 3, 7 * network.multiple, 11 * network.multiple)
    with torch.no_grad():
        expected = torch.sigmoid(network(x)).numpy()
    assert abs(session.run(None, {"photograph": x.numpy()})[0] - expected).max() < 1e-4


def test_a_misspelt_network_is_answered_with_the_right_name():
    with pytest.raises(RecipeError, match=r"did you mean 'unet'.*known: compact, unet, w-net"):
        networks.create("unett")
    with pytest.raises(RecipeError, match="depth"):
        networks.create("unet", depth=3)
