"""Phantoms must be exact: measurements, demos and pictures are judged by what they say of themselves."""

import json

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from venule.datasets import open_dataset, read_record
from venule.datasets.phantoms import make_phantom, write_phantoms
from venule.errors import OutputError
from venule.photograph import find_fov

SEEDS = range(10)


@pytest.fixture(scope="module")
def phantoms():
    return [make_phantom(seed, size=512) for seed in SEEDS]


def test_the_same_seed_gives_the_same_phantom_and_another_seed_another(phantoms):
    again = make_phantom(3, size=512)
    assert np.array_equal(again.image, phantoms[3].image)
    assert np.array_equal(again.vessels, phantoms[3].vessels)
    assert not np.array_equal(again.vessels, phantoms[2].vessels)


def test_an_eye_is_the_same_at_every_size(phantoms):
    small = make_phantom(3, size=256)
    assert len(small.segments) == len(phantoms[3].segments)
    scale = phantoms[3].fov.diameter / small.fov.diameter
    for one, other in zip(small.segments, phantoms[3].segments, strict=True):
        assert other.calibre == pytest.approx(one.calibre * scale)
        there = (other.centreline - phantoms[3].fov.centre) / scale
        assert there == pytest.approx(one.centreline - small.fov.centre, abs=1e-9)


def test_every_branching_keeps_murrays_law(phantoms):
    branchings = 0
    for phantom in phantoms:
        children = {}
        for segment in phantom.segments:
            children.setdefault(segment.parent, []).append(segment)
        for parent, arms in children.items():
            if parent == -1:
                continue
            branchings += 1
            stem = phantom.segments[parent]
            assert len(arms) == 2
            assert sum(arm.calibre[0] ** 3 for arm in arms) == pytest.approx(stem.calibre[-1] ** 3)
            for arm in arms:
                assert arm.kind == stem.kind
                assert arm.centreline[0] == pytest.approx(stem.centreline[-1])
    assert branchings > 50 * len(phantoms)


def test_no_vessel_widens_downstream(phantoms):
    for phantom in phantoms:
        for segment in phantom.segments:
            assert len(segment.calibre) == len(segment.centreline) >= 2
            assert (np.diff(segment.calibre) <= 0).all()
            assert segment.parent == -1 or segment.calibre[0] < phantom.segments[segment.parent].calibre[-1]


def test_arteries_and_veins_together_are_the_vessels(phantoms):
    for phantom in phantoms:
        assert np.array_equal(phantom.arteries | phantom.veins, phantom.vessels)
        widths = {
            kind: max(s.calibre[0] for s in phantom.segments if s.kind == kind and s.parent == -1)
            for kind in ("artery", "vein")
        }
        assert 1.05 < widths["vein"] / widths["artery"] < 1.7  # about 4/3, trunks vary


def test_the_drawing_is_what_a_disc_as_wide_as_the_vessel_sweeps():
    phantom = make_phantom(5, size=256)
    swept = np.zeros_like(phantom.vessels)
    rows, columns = np.mgrid[-8:9, -8:9]
    for segment in phantom.segments:
        steps = np.linalg.norm(np.diff(segment.centreline, axis=0), axis=1)
        at = np.concatenate([[0], np.cumsum(steps)])
        fine = np.linspace(0, at[-1], int(at[-1] / 0.2) + 2)
        course = [np.interp(fine, at, values) for values in (*segment.centreline.T, segment.calibre)]
        for row, column, calibre in zip(*course, strict=True):
            r, c = rows + round(row), columns + round(column)
            inside = (np.hypot(r - row, c - column) <= calibre / 2) & (r >= 0) & (c >= 0)
            inside &= (r < swept.shape[0]) & (c < swept.shape[1])
            swept[r[inside], c[inside]] = True
    swept &= phantom.fov.mask
    assert np.count_nonzero(swept != phantom.vessels) < 0.01 * np.count_nonzero(swept)


def test_the_area_of_the_drawing_is_length_times_calibre_less_what_overlaps(phantoms):
    for phantom in phantoms:
        strips = sum(
            np.linalg.norm(np.diff(s.centreline, axis=0), axis=1) @ (s.calibre[1:] + s.calibre[:-1]) / 2
            for s in phantom.segments
        )
        drawn = np.count_nonzero(phantom.arteries) + np.count_nonzero(phantom.veins)  # crossings count twice
        assert 0.86 < drawn / strips <= 1.01  # branches start inside their parents, and trunks share the disc


def test_centrelines_run_inside_the_drawing(phantoms):
    for phantom in phantoms:
        places = np.rint(np.concatenate([s.centreline for s in phantom.segments])).astype(int)
        near = ndimage.binary_dilation(phantom.vessels, np.ones((3, 3)))  # a thin vessel may pass between two centres
        assert near[places[:, 0], places[:, 1]].all()
        assert phantom.vessels[places[:, 0], places[:, 1]].mean() > 0.98


def test_no_vessel_enters_the_fovea_or_leaves_the_field_of_view(phantoms):
    for phantom in phantoms:
        rows, columns = np.nonzero(phantom.vessels)
        away = np.hypot(rows - phantom.fovea[0], columns - phantom.fovea[1])
        assert 0.25 * phantom.disc_diameter < phantom.avascular_radius < away.min()
        assert not (phantom.vessels & ~phantom.fov.mask).any()


def test_the_layout_is_that_of_an_eye(phantoms):
    for phantom in phantoms:
        degrees = 45 / phantom.fov.diameter
        assert 13 < np.hypot(*np.subtract(phantom.disc_centre, phantom.fovea)) * degrees < 17
        assert 1 / 8 <= phantom.disc_diameter / phantom.fov.diameter <= 1 / 7
    sides = {np.sign(p.disc_centre[1] - p.fovea[1]) for p in phantoms}
    assert sides == {-1, 1}  # left and right eyes


def test_the_vessel_share_is_that_of_real_drawings(phantoms):
    shares = [np.count_nonzero(p.vessels) / np.count_nonzero(p.fov.mask) for p in phantoms]
    assert 0.09 < np.mean(shares) < 0.14  # DRIVE 0.12, CHASE_DB1 0.105, HRF 0.09
    assert min(shares) > 0.06
    assert max(shares) < 0.16


def test_vessels_are_darker_than_what_surrounds_them(phantoms):
    for phantom in phantoms:
        green = phantom.image[..., 1].astype(float)
        beside = ndimage.binary_dilation(phantom.vessels, iterations=5) & phantom.fov.mask
        beside &= ~ndimage.binary_dilation(phantom.vessels, iterations=2)
        assert green[phantom.vessels].mean() < 0.96 * green[beside].mean()


def test_the_field_of_view_is_found_where_the_phantom_says_it_is(phantoms):
    for phantom in phantoms:
        found = find_fov(phantom.image).mask
        assert np.count_nonzero(found & phantom.fov.mask) / np.count_nonzero(found | phantom.fov.mask) > 0.97


def test_a_written_set_opens_as_a_data_set_with_its_truth(tmp_path):
    write_phantoms(tmp_path / "set", count=2, seed=7, size=512)
    dataset = open_dataset(tmp_path / "set")
    assert [record.name for record in dataset.records] == ["phantom_0001", "phantom_0002"]
    example = read_record(dataset.records[0])
    arteries, veins = (
        np.array(Image.open(tmp_path / "set" / kind / "phantom_0001.png")) for kind in ("arteries", "veins")
    )
    assert np.array_equal(example.reference, (arteries | veins) > 127)
    truth = json.loads((tmp_path / "set" / "truth" / "phantom_0001.json").read_text())
    assert truth["fov"]["diameter"] == pytest.approx(example.photograph.fov.diameter, abs=2)
    rows, columns = np.rint(np.concatenate([s["centreline"] for s in truth["segments"]])).astype(int).T
    assert ndimage.binary_dilation(example.reference, np.ones((3, 3)))[rows, columns].all()


def test_the_first_phantoms_of_a_longer_set_stay_the_same(tmp_path):
    write_phantoms(tmp_path / "one", count=1, seed=7, size=128)
    write_phantoms(tmp_path / "two", count=2, seed=7, size=128)
    first = [(tmp_path / name / "images" / "phantom_0001.png").read_bytes() for name in ("one", "two")]
    assert first[0] == first[1]


def test_phantoms_are_never_mixed_into_a_folder_of_photographs(tmp_path):
    (tmp_path / "mine.jpg").write_bytes(b"a photograph")
    with pytest.raises(OutputError, match=r"not empty.*choose a new folder"):
        write_phantoms(tmp_path, count=1, seed=0, size=128)
    with pytest.raises(OutputError, match="is a file"):
        write_phantoms(tmp_path / "mine.jpg", count=1, seed=0, size=128)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.jpg"]


@pytest.mark.parametrize(("seed", "size"), [(-1, 256), (0, 64)])
def test_what_cannot_be_made_is_said_with_its_values(seed, size):
    with pytest.raises(ValueError, match=f"seed={seed}, size={size}"):
        make_phantom(seed, size=size)
