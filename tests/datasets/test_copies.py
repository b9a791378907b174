"""What `venule data check` says of the copies of these sets that are found on the web."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from venule.datasets.copies import check_dataset


def kinds(check) -> dict[str, int]:
    return dict(Counter(defect.kind for defect in check.defects))


@pytest.mark.parametrize(
    ("folder", "name", "files", "checksums"),
    [("DRIVE", "drive", 100, 100), ("CHASE_DB1", "chase_db1", 84, 84), ("HRF", "hrf", 135, 132)],
)
def test_the_published_files_are_clean(data, folder, name, files, checksums):
    check = check_dataset(data / folder)
    assert (check.name, sum(check.counts.values()), check.checksums) == (name, files, checksums)
    assert check.defects == ()


@pytest.mark.parametrize("name", ["drive", "chase_db1", "stare"])
def test_a_copy_saved_anew_can_be_used_and_is_noted(make_copy, name):
    check = check_dataset(make_copy(name))
    assert check.name == name
    assert check.is_clean
    assert kinds(check) == ({} if name == "stare" else {"altered": 100 if name == "drive" else 84})


def test_missing_files_are_named_each(make_copy):
    folder = make_copy("drive")
    gone = [folder / "training/images/23_training.tif", folder / "test/mask/07_test_mask.gif"]
    for path in gone:
        path.unlink()
    check = check_dataset(folder)
    assert {defect.path for defect in check.defects if defect.kind == "missing"} == set(gone)
    assert not check.is_clean


def test_drive_without_test_drawings_is_whole_but_without_training_drawings_is_not(make_copy):
    folder = make_copy("drive")
    for place in ("test/1st_manual", "test/2nd_manual"):
        shutil.rmtree(folder / place)
    assert check_dataset(folder).is_clean
    shutil.rmtree(folder / "training/1st_manual")
    (missing,) = (defect for defect in check_dataset(folder).defects if not defect.is_note)
    assert "lacks all 20 train drawings of DRIVE, 21_manual1.gif to 40_manual1.gif" in missing.message


def test_a_training_folder_of_80_is_called_augmented(make_copy):
    folder = make_copy("drive")
    images = folder / "training" / "images"
    for number in range(21, 41):
        for turn in ("flip", "90", "180"):
            shutil.copy(images / f"{number}_training.tif", images / f"{number}_training_{turn}.tif")
    check = check_dataset(folder)
    assert kinds(check)["augmented"] == 61  # the folder, and each of the 60
    (whole,) = (defect for defect in check.defects if defect.path == images)
    assert "holds 80 images; DRIVE has 20 there" in whole.message


def test_a_stray_picture_is_extra_and_not_a_sign_of_augmentation(make_copy):
    folder = make_copy("chase_db1")
    shutil.copy(folder / "Image_01L.jpg", folder / "Image_01L_vessels.jpg")
    (extra,) = (defect for defect in check_dataset(folder).defects if not defect.is_note)
    assert (extra.kind, extra.path) == ("extra", folder / "Image_01L_vessels.jpg")


def test_stare_may_lie_beside_its_undrawn_photographs(make_copy):
    folder = make_copy("stare")
    shutil.copy(folder / "stare-images/im0001.ppm.gz", folder / "stare-images/im0006.ppm.gz")
    assert check_dataset(folder).defects == ()


def test_a_resized_photograph_is_named_with_both_sizes(make_copy):
    folder = make_copy("drive")
    path = folder / "test" / "images" / "07_test.tif"
    Image.open(path).resize((512, 512)).save(path)
    (resized,) = (defect for defect in check_dataset(folder).defects if not defect.is_note)
    assert resized.kind == "wrong-size"
    assert resized.message.startswith(f"{path} is 512x512; DRIVE photographs are 565x584. This copy was resized:")
    assert "venule data get drive" in resized.message


def test_a_file_that_is_broken_or_cut_off_is_unreadable(make_copy):
    folder = make_copy("chase_db1")
    (folder / "Image_05R_1stHO.png").write_bytes(b"<html>not found</html>")
    cut = folder / "Image_06L.jpg"
    cut.write_bytes(cut.read_bytes()[:-2000])
    broken = {defect.path.name: defect.kind for defect in check_dataset(folder).defects if not defect.is_note}
    assert broken == {"Image_05R_1stHO.png": "unreadable", "Image_06L.jpg": "unreadable"}


def test_a_renumbered_copy_is_caught_by_its_content(data, tmp_path):
    """The files of the training and the test folder swapped: every name is right, and every score would be a leak."""
    folder = tmp_path / "DRIVE"
    for split, offset in (("training", -20), ("test", 20)):
        for path in sorted((data / "DRIVE" / split / "images").iterdir()):
            other = {"training": "test", "test": "training"}[split]
            place = folder / other / "images" / f"{int(path.name[:2]) + offset:02d}_{other}.tif"
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
    check = check_dataset(folder)
    renumbered = [defect for defect in check.defects if defect.kind == "renumbered"]
    assert len(renumbered) == 40
    assert "what was published as test/images/01_test.tif" in renumbered[-20].message


def test_an_original_under_a_name_of_its_own_is_called_renumbered(data, tmp_path):
    folder = tmp_path / "HRF"
    for place in ("images", "mask", "manual1"):
        (folder / place).mkdir(parents=True)
    for path in (data / "HRF" / "images").iterdir():
        name = "photo_1.jpg" if path.stem == "01_h" else path.name
        (folder / "images" / name).symlink_to(path)
    found = {defect.path.name: defect for defect in check_dataset(folder).defects}
    assert found["photo_1.jpg"].kind == "renumbered"
    assert "images/01_h.jpg" in found["photo_1.jpg"].message
    assert found["01_h.jpg"].kind == "missing"
    (folder / "images" / "01_h.jpg").symlink_to(data / "HRF" / "images" / "01_h.jpg")
    (second,) = (defect for defect in check_dataset(folder).defects if defect.path.name == "photo_1.jpg")
    assert (second.kind, "second copy of images/01_h.jpg" in second.message) == ("extra", True)


def test_a_plain_folder_is_checked_for_pairs_and_sizes(plain):
    assert check_dataset(plain).defects == ()
    (plain / "fov").mkdir()
    Image.new("L", (300, 281), 255).save(plain / "fov" / "a.png")
    (plain / "vessels" / "b.png").rename(plain / "vessels" / "c.png")
    found = {defect.path.relative_to(plain): defect.kind for defect in check_dataset(plain).defects}
    assert found == {
        Path("fov/a.png"): "wrong-size",
        Path("vessels/b.png"): "missing",
        Path("vessels/c.png"): "extra",
    }


def test_a_plain_folder_with_labels_for_drawings_is_not_clean(plain):
    Image.open(plain / "vessels" / "a.png").point(lambda value: value // 2).save(plain / "vessels" / "a.png")
    (plain / "images" / "b.png").write_bytes(b"")
    assert {defect.path.name: defect.kind for defect in check_dataset(plain).defects} == {
        "a.png": "unreadable",
        "b.png": "unreadable",
    }


def test_a_drawing_that_no_network_can_be_trained_on_is_found_before_the_training(plain):
    """All that reads a data set refuses them, so the check must say it."""
    for name, value in (("a", 0), ("b", 255)):
        Image.new("L", (300, 280), value).save(plain / "vessels" / f"{name}.png")
    assert {defect.path.name: defect.kind for defect in check_dataset(plain).defects} == {
        "a.png": "empty",
        "b.png": "inverted",
    }
