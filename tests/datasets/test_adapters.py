import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from venule.datasets import open_dataset, read_drawing, read_record
from venule.datasets.copies import check_dataset
from venule.datasets.known import KNOWN, known_set
from venule.errors import DatasetError, EvaluationError, MaskError, PhotographError
from venule.workflows.evaluate import evaluate_dataset


@pytest.mark.parametrize(
    ("name", "train", "test"), [("drive", 20, 20), ("chase_db1", 20, 8), ("hrf", 15, 30), ("fives", 600, 200)]
)
def test_each_set_is_recognised_and_split_as_published(make_copy, name, train, test):
    dataset = open_dataset(make_copy(name, images=False))
    assert dataset.name == name
    assert (len(dataset.split("train")), len(dataset.split("test"))) == (train, test)
    assert len({record.name for record in dataset.records}) == train + test
    assert all(record.reference is not None and record.reference.is_file() for record in dataset.records)


@pytest.mark.parametrize("name", KNOWN)
def test_no_person_is_in_two_splits(make_copy, name):
    dataset = open_dataset(make_copy(name, images=False))
    splits: dict[str, set[str | None]] = {}
    for record in dataset.records:
        splits.setdefault(record.subject, set()).add(record.split)
    assert all(len(found) == 1 for found in splits.values())


def test_both_eyes_of_a_child_count_as_one_person(make_copy):
    dataset = open_dataset(make_copy("chase_db1", images=False))
    eyes = [record.name for record in dataset.records if record.subject == "10"]
    assert eyes == ["10L", "10R"]
    assert len({record.subject for record in dataset.records}) == 14
    assert [record.name for record in dataset.split("test")][:2] == ["11L", "11R"]


def test_drive_opens_without_its_test_drawings(make_copy):
    folder = make_copy("drive", images=False)
    for place in ("1st_manual", "2nd_manual"):
        for path in (folder / "test" / place).iterdir():
            path.unlink()
    test = open_dataset(folder).split("test")
    assert [record.name for record in test] == [f"{number:02d}" for number in range(1, 21)]
    assert all(record.reference is None and record.second is None and record.fov is not None for record in test)


def test_drive_gives_the_second_observer_where_the_copy_has_one(make_copy):
    records = open_dataset(make_copy("drive", images=False)).records
    assert {record.split for record in records if record.second is not None} == {"test"}


def test_hrf_is_found_whatever_the_case_of_its_names(make_copy):
    folder = make_copy("hrf", images=False)
    for path in sorted((folder / "images").glob("*_dr.jpg")):
        path.rename(path.with_suffix(".JPG"))
    (folder / "manual1" / "01_h.tif").rename(folder / "manual1" / "01_H.TIF")
    records = {record.name: record for record in open_dataset(folder).records}
    assert len(records) == 45
    assert records["01_dr"].photograph.name == "01_dr.JPG"
    assert records["01_h"].reference is not None


def test_stare_is_read_packed_as_it_comes(make_copy):
    record = open_dataset(make_copy("stare")).split("all")[0]
    example = read_record(record)
    assert (record.name, record.split, record.photograph.suffix) == ("im0001", None, ".gz")
    assert example.photograph.image.shape == (605, 700, 3)
    assert example.reference is not None
    assert example.second is not None
    assert example.reference.sum() == 9 * 350


def test_a_copy_with_some_drawings_missing_is_refused_by_name(make_copy):
    folder = make_copy("chase_db1", images=False)
    (folder / "Image_03R_1stHO.png").unlink()
    with pytest.raises(DatasetError, match=r"lacks 1 of the 20 .*Image_03R_1stHO\.png.*venule data check"):
        open_dataset(folder)


def test_a_renamed_copy_is_refused_and_not_opened_empty(make_copy):
    folder = make_copy("drive", images=False)
    for number, path in enumerate(sorted(folder.rglob("*.tif"))):
        path.rename(path.with_name(f"{number}.tif"))
    with pytest.raises(DatasetError, match=r"21_training\.tif.*venule data check"):
        open_dataset(folder)


def test_an_unknown_set_or_split_names_the_known_ones(make_copy, tmp_path):
    with pytest.raises(DatasetError, match="drive, chase_db1, hrf, stare, fives"):
        open_dataset(tmp_path, name="dirve")
    with pytest.raises(DatasetError, match="images/ and vessels/"):
        open_dataset(tmp_path)
    with pytest.raises(DatasetError, match="is not a folder"):
        open_dataset(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="all, test, train"):
        open_dataset(make_copy("hrf", images=False)).split("validation")


def test_a_plain_folder_pairs_by_name_and_finds_the_field_of_view(plain):
    (plain / "vessels" / "b.png").rename(plain / "vessels" / "B.PNG")
    a, b = open_dataset(plain).records
    example = read_record(a)
    assert (a.name, b.name, b.reference) == ("a", "b", plain / "vessels" / "B.PNG")
    assert example.photograph.fov.diameter == pytest.approx(2 * 0.47 * 280, rel=0.02)
    assert example.reference is not None
    assert example.reference[140, 150]
    assert example.second is None


def test_a_plain_folder_uses_the_field_of_view_that_it_gives(plain):
    mask = np.zeros((280, 300), np.uint8)
    rows, columns = np.mgrid[:280, :300]
    mask[(rows - 140) ** 2 + (columns - 150) ** 2 <= 100**2] = 255
    (plain / "fov").mkdir()
    Image.fromarray(mask).save(plain / "fov" / "a.gif")
    example = read_record(open_dataset(plain).records[0])
    assert np.array_equal(example.photograph.fov.mask, mask > 0)
    assert example.photograph.fov.diameter == pytest.approx(200, abs=2)


def test_a_plain_folder_is_split_by_its_own_file(plain):
    (plain / "splits.json").write_text(json.dumps({"train": ["b"], "test": ["a"]}))
    assert [record.name for record in open_dataset(plain).split("train")] == ["b"]


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ('{"train": ["c"]}', "no photograph of this name"),
        ('{"train": ["a"], "test": ["a"]}', "both 'train' and 'test'"),
        ('["a"]', "must list the photographs of each split.*it is no list of names in quotes"),
        ("{", "must list the photographs of each split.*line 1, column 2 is no JSON"),
        ('{"train": [NaN, 1e999]}', "train is no list of names in quotes"),
        ('{"train": "a"}', "train is no list of names in quotes"),
        ('{"train": ["a"], "train": ["b"]}', "names a split twice"),  # JSON keeps the last, and a is in no split
    ],
)
def test_a_splits_file_that_would_leak_or_lose_photographs_is_refused(plain, splits, message):
    (plain / "splits.json").write_text(splits)
    with pytest.raises(DatasetError, match=message):
        open_dataset(plain)


def test_a_splits_file_from_windows_is_read(plain):
    (plain / "splits.json").write_text('{"train": ["b"], "test": ["a"]}', encoding="utf-8-sig")
    assert [record.name for record in open_dataset(plain).split("test")] == ["a"]
    (plain / "splits.json").write_text('{"train": ["ä"]}', encoding="latin-1")
    with pytest.raises(DatasetError, match="not saved as UTF-8"):
        open_dataset(plain)


def test_no_photograph_is_passed_over_for_its_ending(plain):
    for name, suffix in (("c", "webp"), ("d", "jfif"), ("e", "ppm.gz")):
        photograph = plain / "images" / f"{name}.{suffix.removesuffix('.gz')}"
        Image.open(plain / "images" / "a.png").save(photograph, "JPEG" if suffix == "jfif" else None)
        if suffix.endswith("gz"):
            Path(f"{photograph}.gz").write_bytes(gzip.compress(photograph.read_bytes()))
            photograph.unlink()
        (plain / "vessels" / f"{name}.png").write_bytes((plain / "vessels" / "a.png").read_bytes())
    records = open_dataset(plain).records
    assert [record.name for record in records] == ["a", "b", "c", "d", "e"]
    assert all(read_record(record).reference is not None for record in records)


def test_two_photographs_of_a_published_set_that_differ_by_case_are_both_named(make_copy):
    folder = make_copy("hrf", images=False)
    (folder / "images" / "01_h.JPG").write_bytes(b"another one")
    with pytest.raises(DatasetError, match=r"01_h\.JPG and .*01_h\.jpg differ by case alone"):
        open_dataset(folder)


def test_a_pipe_or_a_link_to_nothing_in_a_data_set_is_missing_and_nothing_waits_for_it(make_copy):
    folder = make_copy("drive", images=False)
    for name, replace in (("21", os.mkfifo), ("22", lambda path: path.symlink_to("nowhere"))):
        path = folder / "training" / "images" / f"{name}_training.tif"
        path.unlink()
        replace(path)
    with pytest.raises(DatasetError, match=r"lacks 2 of the 20 files .*21_training\.tif"):
        open_dataset(folder)


def test_a_photograph_without_a_retina_is_named(plain):
    Image.new("RGB", (300, 280)).save(plain / "images" / "b.png")
    with pytest.raises(PhotographError, match=r"images/b\.png: the photograph is all black"):
        read_record(open_dataset(plain).records[1])


@pytest.mark.parametrize(("value", "said"), [(0, "is empty"), (255, "is inverted: 100%")])
def test_no_network_is_trained_or_scored_on_an_empty_or_inverted_drawing(plain, value, said):
    Image.new("L", (300, 280), value).save(plain / "vessels" / "b.png")
    with pytest.raises(MaskError, match=rf"vessels/b\.png {said}"):
        read_record(open_dataset(plain).records[1])


def test_two_photographs_of_one_name_are_refused(plain):
    (plain / "images" / "a.jpg").write_bytes((plain / "images" / "a.png").read_bytes())
    with pytest.raises(DatasetError, match="same name before the suffix"):
        open_dataset(plain)


def test_drawings_that_match_no_photograph_are_refused(plain):
    for name in ("a", "b"):
        (plain / "vessels" / f"{name}.png").rename(plain / "vessels" / f"{name}_manual.png")
    with pytest.raises(DatasetError, match=r"images/a.jpg belongs to vessels/a.png"):
        open_dataset(plain)


def test_a_drawing_of_another_size_is_named_with_both_sizes(plain):
    Image.new("L", (150, 140)).save(plain / "vessels" / "a.png")
    with pytest.raises(MaskError, match=r"a\.png is 150x140, its photograph .*a\.png 300x280"):
        read_record(open_dataset(plain).records[0])


def test_a_broken_packed_photograph_is_named(make_copy):
    record = open_dataset(make_copy("stare")).records[0]
    whole = record.photograph.read_bytes()
    record.photograph.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match=r"im0001\.ppm\.gz cannot be unpacked"):
        read_record(record)
    record.photograph.write_bytes(whole[:30] + bytes(30) + whole[60:])  # zlib has an error of its own
    with pytest.raises(DatasetError, match=r"im0001\.ppm\.gz cannot be unpacked"):
        read_record(record)
    record.photograph.write_bytes(gzip.compress(b"not an image"))
    with pytest.raises(PhotographError, match=r"im0001\.ppm\.gz"):
        read_record(record)


def test_the_folder_around_a_set_is_answered_with_the_set_inside(make_copy):
    folder = make_copy("drive", images=False)
    with pytest.raises(DatasetError, match=f"did you mean {folder}\\?"):
        open_dataset(folder.parent)


def test_a_mask_of_fives_that_could_be_of_either_split_is_not_scored(make_copy, tmp_path):
    """Both splits number from 1: masks/1_A.png may be that of train/Original/1_A.png or of test/Original/1_A.png."""
    masks = tmp_path / "masks"
    masks.mkdir()
    for name in known_set("fives").splits["train"]:
        (masks / f"{name.removeprefix('train_')}.png").write_bytes(b"")
    with pytest.raises(EvaluationError, match=r"the map of test/Original/10_A\.png and of train/Original/10_A"):
        evaluate_dataset(open_dataset(make_copy("fives", images=False)), split="all", masks=masks)


@pytest.mark.parametrize(("folder", "pairs", "fovs"), [("DRIVE", 20, 40), ("CHASE_DB1", 28, 0), ("HRF", 45, 45)])
def test_the_real_sets_open_whole(data, folder, pairs, fovs):
    dataset = open_dataset(data / folder)
    assert sum(record.reference is not None for record in dataset.records) == pairs
    assert sum(record.fov is not None for record in dataset.records) == fovs
    example = read_record(dataset.split("train")[0])
    assert example.reference is not None
    assert 0.04 < example.reference[example.photograph.fov.mask].mean() < 0.2
    assert example.reference[~example.photograph.fov.mask].mean() < 0.001
    assert np.array_equal(read_drawing(dataset.split("train")[0].reference), example.reference)


def test_a_plain_folder_may_hold_arteries_and_veins_and_landmarks_in_place_of_vessels(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "av").mkdir()
    for name in ("a", "b"):
        Image.new("RGB", (20, 20), (200, 90, 40)).save(tmp_path / "images" / f"{name}.png")
    Image.new("RGB", (20, 20), (255, 0, 0)).save(tmp_path / "av" / "a.png")
    head = "photograph,disc_row,disc_column,fovea_row,fovea_column\n"
    (tmp_path / "points.csv").write_text(head + "a.png,5,6,7.5,8\nb.png,5,6,,\n")
    a, b = open_dataset(tmp_path).records
    assert a.arteries_veins == tmp_path / "av" / "a.png"
    assert (a.disc, a.fovea) == ((5, 6), (7.5, 8))
    assert (b.arteries_veins, b.disc, b.fovea) == (None, (5, 6), None)
    assert not [defect for defect in check_dataset(tmp_path).defects if defect.kind == "missing"], "they are labelled"
    (tmp_path / "points.csv").write_text(head + "a.png,five,6,7,8\n")
    with pytest.raises(DatasetError, match=r"\['five', '6'\] as the disc of a.png: give two numbers"):
        open_dataset(tmp_path)
    (tmp_path / "points.csv").write_text("photograph,x,y\n")
    with pytest.raises(DatasetError, match="has no column 'disc_row'"):
        open_dataset(tmp_path)
