"""What a network is shown: the drawing stays on the photograph, and the numbers are those that segmentation gives."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from venule.datasets.phantoms import make_phantom
from venule.errors import MaskError, RecipeError
from venule.photograph import FieldOfView
from venule.photograph.working import normalise
from venule.training.augmentation import Light, add_lesions, cut_crop, vary_camera
from venule.training.losses import dice_loss, vessel_loss
from venule.training.recipe import Augmentation, DataSource, Recipe
from venule.training.samples import Crops, Sample, find_photographs, hold_out, prepare
from venule.training.threshold import best_threshold, dice_curve, expected_threshold, odds_exponent

STILL = Augmentation(rotation=0, scale=(1, 1), horizontal_flip=False, gain=0, offset=0)


def varied(image, fov, settings, *, rng):
    """What the network is shown of a whole photograph."""
    rows, columns = np.nonzero(fov)
    places = np.stack(np.meshgrid(*(np.linspace(-1, 1, side) for side in fov.shape[::-1])), axis=-1).astype(np.float32)
    return vary_camera(image, fov, places, (image[rows, columns], places[rows, columns]), settings, rng=rng)


@pytest.mark.parametrize("seed", range(5))
def test_photograph_drawing_and_field_of_view_are_cut_alike(seed):
    rng = np.random.default_rng(seed)
    drawing = np.asarray(rng.random((90, 110)) > 0.7, np.uint8) * 255
    image = np.repeat(drawing[..., None], 3, axis=2)  # the photograph shows its own drawing
    settings = Augmentation(scale=(0.6, 1.6))
    layers = (image, drawing, np.full_like(drawing, 255))
    cut, target, fov, _ = cut_crop([layers], settings, centre=np.array([40.0, 60.0]), crop=48, rng=rng)
    assert cut.shape == (48, 48, 3)
    assert (cut[..., 1] == target).all()
    assert fov[24, 24] == 255


def test_a_small_crop_comes_from_the_reduced_photograph_and_says_where_it_lies():
    sides = np.indices((400, 400)).astype(np.uint8)  # wraps at 256, where the crops do not go
    image, full = np.stack([*sides, sides[0]], axis=-1), np.full((400, 400), 255, np.uint8)
    layers = (image, full, full)
    reduced = (image[::2, ::2], full[::2, ::2], full[::2, ::2])
    settings = STILL.model_copy(update={"scale": (0.5, 0.5)})
    rng = np.random.default_rng(0)
    cut, _, _, places = cut_crop([layers, reduced], settings, centre=np.array([100.0, 120.0]), crop=60, rng=rng)
    np.testing.assert_allclose(np.diff(cut[..., 1].astype(int), axis=1), 2)
    rows, columns = (places[..., axis] * 200 + 199.5 for axis in (1, 0))
    np.testing.assert_allclose(cut[..., 0], rows, atol=1)
    np.testing.assert_allclose(cut[..., 1], columns, atol=1)


def test_light_that_falls_off_is_dark_on_one_side_of_the_photograph_not_of_each_crop():
    settings = STILL.model_copy(update={"wide": 1.0})
    rng = np.random.default_rng(2)
    fallen = [light for light in (Light.draw(settings, rng) for _ in range(200)) if light.least < 0.1]
    assert 20 < len(fallen) < 80, "half of 200 fall off, and some of them that far"
    grey = np.full((50, 50, 3), 180, np.uint8)
    ends = np.stack(np.meshgrid(np.linspace(-1, 1, 50), np.linspace(-1, 1, 50)), axis=-1).astype(np.float32)
    for light in fallen:
        shown = replace(light, vignette=0.0, haze=0.0, gains=np.ones(3)).shine(grey, ends)
        along = ends @ light.direction
        assert shown[along < np.quantile(along, 0.05)].max() < shown[along > np.quantile(along, 0.95)].min()


def test_lesions_leave_the_drawn_vessels_to_be_seen():
    rng = np.random.default_rng(0)
    drawing = np.zeros((200, 200), np.uint8)
    drawing[:, 90:110] = 255
    image = np.full((200, 200, 3), 120, np.uint8)
    image[:, 90:110] = 60
    changed = [add_lesions(image, drawing, rng) for _ in range(30)]
    assert np.mean([np.abs(one.astype(int) - image)[drawing == 0].max() for one in changed]) > 30
    for one in changed:
        assert one[:, 90:110].mean() < 80


def test_photographs_without_drawings_are_learned_from_what_another_model_found(tmp_path):
    phantom = make_phantom(3, size=300)
    (tmp_path / "in").mkdir()
    (tmp_path / "found").mkdir()
    Image.fromarray(phantom.image).save(tmp_path / "in" / "ann.png")
    source = DataSource(photographs="in", probabilities="found")
    recipe = Recipe(data=(source,), validation=0)
    with pytest.raises(RecipeError, match=r"ann\.png has no map of probabilities .* venule segment .*in -o"):
        find_photographs(recipe, tmp_path)
    probability = np.where(phantom.vessels, 170, 20).astype(np.uint8)
    Image.fromarray(probability).save(tmp_path / "found" / "ann_probability.png")
    (drawn,) = find_photographs(recipe, tmp_path)
    assert not drawn.as_given, "nothing is scored on what no person drew"
    _, target, area = prepare(drawn, 290).pyramid[0]
    assert set(np.unique(target[area > 127])) >= {20, 170}
    Image.fromarray(probability[:200]).save(tmp_path / "found" / "ann_probability.png")
    with pytest.raises(MaskError, match=r"ann_probability\.png .*300x200.*300x300"):
        prepare(drawn, 290)
    with pytest.raises(ValueError, match="photographs need probabilities"):
        DataSource(photographs="in")


def test_each_flip_swaps_what_its_name_says():
    drawing = np.arange(36, dtype=np.uint8).reshape(6, 6)
    layers = (np.repeat(drawing[..., None], 3, axis=2), drawing, np.full_like(drawing, 255))

    def seen(**flips):
        settings = STILL.model_copy(update=flips)
        rng = np.random.default_rng(0)
        cuts = [cut_crop([layers], settings, centre=np.array([2.5, 2.5]), crop=6, rng=rng)[1] for _ in range(30)]
        return {cut.tobytes() for cut in cuts}

    as_it_is = drawing.tobytes()
    assert seen() == {as_it_is}
    assert seen(horizontal_flip=True) == {as_it_is, drawing[:, ::-1].tobytes()}
    assert seen(vertical_flip=True) == {as_it_is, drawing[::-1].tobytes()}
    assert len(seen(horizontal_flip=True, vertical_flip=True)) == 4


def test_brightness_changes_the_photograph_alone_and_is_not_normalised_away():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 100, (32, 32, 3), np.uint8)
    fov = np.ones((32, 32), bool)
    settings = STILL.model_copy(update={"brightness": 0.2})
    means = [varied(image, fov, settings, rng=rng).mean() for _ in range(200)]
    # The mean of the photograph is 0 after normalisation; 20 % of it is 0.2 mean / deviation.
    bound = 0.2 * image.mean() / image.std()
    assert max(means) == pytest.approx(bound, rel=0.05)
    assert min(means) == pytest.approx(-bound, rel=0.05)


def test_whole_photographs_come_once_a_turn_and_are_not_resampled(own_data):
    recipe = Recipe(working_diameter=140, crop=150, whole=True, augmentation=STILL)
    photographs = [prepare(drawn, 140) for drawn in find_photographs(recipe, own_data)]
    crops = Crops(photographs, recipe, first=6, count=12)
    shown = [crops[k][1].sum().item() for k in range(12)]
    assert sorted(shown[:6]) == sorted(shown[6:])
    assert len(set(shown[:6])) == 6
    assert shown[:6] != shown[6:], "in another order"
    drawn = {p.pyramid[0][1][p.pyramid[0][2] > 127].sum() / 255 for p in photographs}
    assert sorted(shown[:6]) == pytest.approx(sorted(drawn)), "the whole drawing, nothing blurred"
    with pytest.raises(ValueError, match="do not fit into crop 128"):
        Recipe(working_diameter=140, crop=128, whole=True)


def test_a_part_of_the_field_is_shown_as_large_as_the_whole():
    settings = STILL.model_copy(update={"field": 1.0, "smallest_field": 0.5})
    recipe = Recipe(working_diameter=96, crop=112, whole=True, validation=0, augmentation=settings)
    assert recipe.prepared_diameter == 192
    phantom = make_phantom(3, size=400)
    sample = Sample("a", "a", 0, False, lambda: (phantom.photograph, phantom.vessels))
    prepared = prepare(sample, recipe.prepared_diameter)
    crops = Crops([prepared], recipe, first=0, count=40)
    vessel_shares = []
    for number in range(40):
        _, drawing, fov = crops[number]
        inside = fov[0].numpy() > 0
        rows, columns = np.nonzero(inside)
        assert np.hypot(rows - 55.5, columns - 55.5).max() <= 48
        assert inside.sum() > 0.85 * np.pi * 48**2, "a round field, cut at most by the edge of the photograph's"
        vessel_shares.append(drawing[0].numpy()[inside].mean())
    assert np.std(vessel_shares) > 0.005, "of different places"
    with pytest.raises(ValueError, match="whole: true"):
        Recipe(augmentation=settings)


def test_a_crop_that_is_not_varied_is_what_segmentation_sees():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (64, 64, 3), np.uint8)
    fov = np.hypot(*(np.indices((64, 64)) - 31.5)) < 30
    shown = varied(image, fov, STILL, rng=rng)
    np.testing.assert_allclose(shown, normalise(image, fov), atol=2e-4)


def test_a_red_free_photograph_is_shown_in_the_green_channel_alone():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (32, 32, 3), np.uint8)
    fov = np.ones((32, 32), bool)
    shown = varied(image, fov, STILL.model_copy(update={"green_only": 1.0}), rng=rng)
    np.testing.assert_array_equal(shown[0], shown[2])
    np.testing.assert_allclose(shown[0], normalise(image, fov)[1], atol=2e-4)


def test_crop_number_i_is_the_same_however_it_is_asked_for(own_data):
    recipe = Recipe(working_diameter=140, crop=48)
    photographs = [prepare(drawn, 140) for drawn in find_photographs(recipe, own_data)]
    whole = Crops(photographs, recipe, first=0, count=20)
    late = Crops(photographs, recipe, first=15, count=5)
    for a, b in zip(whole[17], late[2], strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(whole[16][0], whole[17][0])


def test_both_eyes_of_a_child_are_held_out_together():
    photographs = [Sample(f"CHASE_DB1/{n}{eye}", f"CHASE_DB1/{n}", 0, True, None) for n in range(10) for eye in "LR"]
    photographs += [Sample(f"phantom/{n}", f"phantom/{n}", 1, False, None) for n in range(5)]
    training, validation = hold_out(photographs, 0.3, seed=1)
    assert len(validation) == 6
    assert not {p.subject for p in training} & {p.subject for p in validation}
    assert sum(p.name.startswith("phantom/") for p in training) == 5


def test_a_copy_at_lower_resolution_is_learned_from_but_never_scored(own_data):
    recipe = Recipe(data=(DataSource(dataset=".", seen_at=(70,)),))
    photographs = find_photographs(recipe, own_data)
    assert len(photographs) == 12
    training, validation = hold_out(photographs, 0.3, seed=0)
    assert all(p.as_given for p in validation)
    assert len(training) == 2 * (6 - len(validation)), "nobody who is held out is trained on, at no resolution"
    (photograph, drawn), (small, redrawn) = (photographs[k].read() for k in (0, 1))
    assert small.fov.diameter == 70
    shrunk = 70 / photograph.fov.diameter
    assert small.image.shape[0] == pytest.approx(np.ptp(np.flatnonzero(photograph.fov.mask.any(1))) * shrunk, abs=2)
    # Lines of three pixels become one and a half: what is drawn of them is drawn whole.
    assert redrawn.mean() == pytest.approx(drawn[photograph.fov.mask].mean(), rel=0.5)


def test_dice_loss_is_the_formula_of_the_study():
    p, t = torch.tensor([0.5, 1.0, 0.0, 0.25]), torch.tensor([1.0, 1.0, 0.0, 0.0])
    assert dice_loss(p, t).item() == pytest.approx(1 - (2 * 1.5 + 1) / (1.75 + 2 + 1))


def test_what_lies_outside_the_field_of_view_teaches_nothing():
    logits = torch.randn(1, 1, 8, 8, requires_grad=True)
    fov = torch.zeros(1, 1, 8, 8)
    fov[..., :4] = 1
    vessel_loss(logits, (torch.rand(1, 1, 8, 8) > 0.5).float(), fov, cross_entropy=1, dice=1).backward()
    assert logits.grad[..., 4:].abs().sum() == 0
    assert logits.grad[..., :4].abs().min() > 0


def seen(side: int, *, diameter: float = 400) -> FieldOfView:
    """A field of view that fills its frame."""
    return FieldOfView(np.ones((side, side), bool), (side / 2, side / 2), diameter)


def test_the_threshold_is_the_one_with_the_best_mean_dice():
    rng = np.random.default_rng(0)
    reference = rng.random((40, 40)) < 0.3
    probability = np.clip(reference * 0.35 + rng.normal(0.2, 0.1, (40, 40)), 0, 1).astype(np.float32)
    curve = dice_curve(probability, reference, seen(40), name="a", source=0)

    def dice(t):
        found = probability >= np.float32(t)
        return 2 * (found & reference).sum() / (found.sum() + reference.sum())

    for threshold in (0.2, 0.37, 0.5):
        assert curve.at(threshold) == pytest.approx(dice(threshold))
    best = best_threshold([curve])
    assert dice(best) == pytest.approx(max(dice(t / 100) for t in range(1, 100)))


def test_calibrated_probabilities_are_cut_at_half_of_the_best_dice():
    rng = np.random.default_rng(0)
    probability = rng.beta(0.4, 1.2, (400, 400)).astype(np.float32)
    reference = rng.random((400, 400)) < probability  # calibrated, by construction
    curve = dice_curve(probability, reference, seen(400), name="a", source=0)
    assert expected_threshold([curve]) == pytest.approx(best_threshold([curve]), abs=0.03)


def test_raised_odds_let_one_threshold_suit_photographs_of_low_resolution():
    rng = np.random.default_rng(0)
    probability = rng.beta(0.4, 1.2, (400, 400)).astype(np.float32)
    reference = rng.random((400, 400)) < probability
    timid = probability / (2 - probability)  # half of the odds
    given = dice_curve(probability, reference, seen(400, diameter=1600), name="a", source=0)
    copies = dice_curve(timid, reference, seen(400), name="a", source=0)
    exponent = odds_exponent([given], [copies], working_diameter=800)
    odds = (800 / 400) ** exponent
    assert odds == pytest.approx(2, rel=0.1)
    raised = timid * odds / (1 + (odds - 1) * timid)
    threshold = best_threshold([given])
    again = dice_curve(raised, reference, seen(400), name="a", source=0)
    assert again.at(threshold) == pytest.approx(given.at(threshold), abs=0.002)
    assert copies.at(threshold) < given.at(threshold) - 0.01


def test_a_network_is_not_used_at_sizes_that_training_does_not_show():
    shown = {"working_diameter": 600, "augmentation": Augmentation(scale=(0.8, 1.5))}
    assert Recipe(used_at=(480, 900), **shown).largest_diameter == 900
    for used_at in ((479, 900), (480, 901), (700, 600)):
        with pytest.raises(ValueError, match="is not within 480 to 900"):
            Recipe(used_at=used_at, **shown)


def test_copies_that_would_not_be_enlarged_are_refused():
    with pytest.raises(ValueError, match="not below the working diameter 540"):
        Recipe(data=(DataSource(dataset=".", seen_at=(600,)),))
