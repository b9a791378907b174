"""`venule submit`: what is handed in to the DRIVE challenge is right, or is not written."""

import json
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from venule.cli.scores import submit
from venule.errors import VenuleError

APP = typer.Typer()
APP.command()(submit)
NUMBERS = range(1, 21)
ROWS, COLUMNS = np.indices((584, 565))
FOV = np.hypot(ROWS - 292, COLUMNS - 282) < 265
INNER = np.hypot(ROWS - 292, COLUMNS - 282) < 258  # the simple model here takes the dark rim for vessel


def band(number: int) -> np.ndarray:
    """The one vessel of a photograph, and where it lies says which photograph it is."""
    return (np.abs(ROWS - 80 - 20 * number) < 9) & FOV


def save(path: Path, mask: np.ndarray) -> None:
    Image.fromarray(mask.astype(np.uint8) * 255 if mask.dtype == bool else mask).save(path)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The test photographs of a made-up DRIVE, without drawings, and masks for them."""
    folder = tmp_path_factory.mktemp("made")
    for place in ("DRIVE/test/images", "DRIVE/test/mask", "masks"):
        (folder / place).mkdir(parents=True)
    for number in NUMBERS:
        light = np.where(band(number), 60, 120) * FOV
        image = Image.fromarray((light[..., None] * np.array([1.4, 1.0, 0.5])).astype(np.uint8))
        image.save(folder / f"DRIVE/test/images/{number:02d}_test.tif", compression="tiff_deflate")
        save(folder / f"DRIVE/test/mask/{number:02d}_test_mask.gif", FOV)
        save(folder / f"masks/{number:02d}_test.png", band(number))
    return folder


@pytest.fixture
def drive(made) -> Path:
    return made / "DRIVE"


@pytest.fixture
def altered(drive, tmp_path) -> Path:
    """A copy of the set, for a test to do harm to."""
    return shutil.copytree(drive, tmp_path / "DRIVE")


@pytest.fixture
def masks(made, tmp_path) -> Path:
    return shutil.copytree(made / "masks", tmp_path / "mine")


def run(*arguments) -> str:
    """Run the command; errors come through, as `main` prints them."""
    result = CliRunner().invoke(APP, [str(argument) for argument in arguments])
    if isinstance(result.exception, VenuleError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def read(path: Path) -> dict[str, np.ndarray]:
    """What the challenge would see: the masks by name, in order, each checked to be what it takes."""
    found = {}
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        for info in packed.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0), "the day of packing changes the bytes"
            with Image.open(BytesIO(packed.read(info))) as image:
                assert (image.format, image.mode, image.size) == ("PNG", "L", (565, 584))
                found[info.filename] = np.asarray(image)
            assert set(np.unique(found[info.filename])) == {0, 255}
    return found


def test_the_zip_holds_the_vessels_of_each_photograph_under_its_number_and_is_the_same_twice(
    drive, tmp_path, make_model
):
    model = make_model("dark", slope=-6)
    shown = run(drive, "--model", model, "-o", tmp_path / "a.zip")
    assert shown.splitlines() == [f"{tmp_path / 'a.zip'}: 20 masks by model {model} at threshold 0.5"]
    found = read(tmp_path / "a.zip")
    assert list(found) == [f"{number}.png" for number in NUMBERS]
    for number in NUMBERS:
        vessels = found[f"{number}.png"] == 255
        assert not (vessels & ~FOV).any(), "nothing is vessel outside the field of view"
        assert np.sum(vessels & band(number)) > 0.98 * band(number).sum()
        assert not vessels[(np.abs(ROWS - 80 - 20 * number) > 9 + 5) & INNER].any(), "a pixel of this model is 5 wide"
    run(drive, "--model", model, "-o", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("name", ["{}.png", "{:02d}_test_vessels.png", "unet3_{:02d}_test.TIF", "mask_{:02d}.gif"])
def test_masks_of_another_tool_are_packed_as_they_are(drive, tmp_path, name):
    folder = tmp_path / "other"
    folder.mkdir()
    for number in NUMBERS:
        save(folder / name.format(number), band(number))
    (folder / "results.csv").write_text("venule segment leaves it beside its masks")
    run(drive, "--masks", folder, "-o", tmp_path / "a.zip", "--template", "{number:02d}_vessels.png")
    found = read(tmp_path / "a.zip")
    assert list(found) == [f"{number:02d}_vessels.png" for number in NUMBERS]
    for number in NUMBERS:
        assert ((found[f"{number:02d}_vessels.png"] == 255) == band(number)).all()


def test_vessels_outside_the_field_of_view_are_taken_out_and_counted(drive, masks, tmp_path):
    save(masks / "03_test.png", band(3) | (ROWS < 2))
    assert "1130 pixels outside the field of view set to 0" in run(drive, "--masks", masks, "-o", tmp_path / "a.zip")
    assert ((read(tmp_path / "a.zip")["3.png"] == 255) == band(3)).all()


def _remove(path: Path) -> None:
    path.unlink()


def _break(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:300])


def _write(change):
    return lambda path: save(path, change(band(7)))


def _copy(name: str):
    return lambda path: shutil.copy(path, path.with_name(name))


WRONG_MASKS = {
    "missing": (_remove, r"masks for 19 of 20 .* none: 07\..* 07_test\.png"),
    "all missing": (lambda path: [mask.unlink() for mask in path.parent.iterdir()], r"masks for 0 of 20"),
    "extra": (_copy("21_training.png"), r"21_training\.png is extra: .*number 21, .* 1 to 20"),
    "without number": (_copy("mean.png"), r"mean\.png is extra: its name says no number"),
    "twice": (_copy("7.png"), r"07_test\.png and .*7\.png are both number 7"),
    "twice in two formats": (_copy("07_test.tif"), r"07_test\.png and .*07_test\.tif have the same name"),
    "beside its overlay": (_copy("07_test_overlay.png"), r"07_test\.png and .*07_test_overlay\.png are both number 7"),
    "wrong size": (_write(lambda mask: mask[:512, :512]), r"07_test\.png is 512x512, .* 565x584"),
    "turned": (_write(lambda mask: mask.T), r"07_test\.png is 584x565"),
    "grey": (_write(lambda mask: np.where(mask, 255, 3 * FOV).astype(np.uint8)), r"07_test\.png has \d+ .* example 3:"),
    "0 and 1": (_write(lambda mask: mask.astype(np.uint8)), r"07_test\.png has \d+ pixels .* example 1:"),
    "16 bits": (_write(lambda mask: mask.astype(np.uint16) * 65535), r"07_test\.png has \d+ pixels .* example 65535:"),
    "coloured": (
        _write(lambda mask: mask[..., None] * np.array([0, 255, 0], np.uint8)),
        r"07_test\.png has \d+ pixels .* example 150:",
    ),
    "empty": (_write(np.zeros_like), r"07_test\.png is empty"),
    "empty inside": (_write(lambda mask: ~FOV), r"07_test\.png is empty"),
    "inverted": (_write(np.invert), r"07_test\.png is inverted: 9\d% of the field of view"),
    "inverted inside": (_write(lambda mask: ~mask & FOV), r"07_test\.png is inverted: 9\d% of the field of view"),
    "cut off": (_break, r"07_test\.png is truncated or damaged"),
    "no image": (lambda path: path.write_text("not yet"), r"07_test\.png is not an image"),
}


@pytest.mark.parametrize("wrong", WRONG_MASKS)
def test_a_wrong_mask_is_named_and_nothing_is_written(drive, masks, tmp_path, wrong):
    do, message = WRONG_MASKS[wrong]
    do(masks / "07_test.png")
    with pytest.raises(VenuleError, match=message):
        run(drive, "--masks", masks, "-o", tmp_path / "out" / "a.zip")
    assert not (tmp_path / "out").exists()


WRONG_DRIVES = {
    "photograph missing": (lambda path: path.unlink(), r"07_test\.tif is missing"),
    "photograph resized": (
        lambda path: Image.new("RGB", (512, 512)).save(path),
        r"07_test\.tif is 512x512; DRIVE photographs are 565x584",
    ),
    "photograph broken": (_break, r"07_test\.tif begins like an image"),
    "photograph renamed": (lambda path: path.rename(path.with_name("7.tif")), r"07_test\.tif is missing|7\.tif is no"),
    "field of view missing": (lambda path: _fov_of(path).unlink(), r"07_test_mask\.gif is missing"),
    "field of view resized": (lambda path: save(_fov_of(path), FOV[:500]), r"07_test_mask\.gif is 565x500"),
    "field of view black": (lambda path: save(_fov_of(path), FOV & False), r"07_test_mask\.gif is empty"),
    "augmented": (
        lambda path: [shutil.copy(path, path.with_name(f"{number}_test.tif")) for number in range(21, 41)],
        r"holds 40 images; DRIVE has 20 there",
    ),
}


def _fov_of(photograph: Path) -> Path:
    return photograph.parents[1] / "mask" / f"{photograph.stem}_mask.gif"


@pytest.mark.parametrize("wrong", WRONG_DRIVES)
def test_an_altered_copy_of_drive_is_named_and_nothing_is_written(altered, masks, tmp_path, wrong):
    do, message = WRONG_DRIVES[wrong]
    do(altered / "test" / "images" / "07_test.tif")
    with pytest.raises(VenuleError, match=message):
        run(altered, "--masks", masks, "-o", tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_another_set_is_refused(masks, tmp_path):
    (tmp_path / "CHASE").mkdir()
    (tmp_path / "CHASE" / "Image_01L.jpg").touch()
    with pytest.raises(VenuleError, match=r"CHASE is not a copy of DRIVE, but has the layout 'chase_db1'"):
        run(tmp_path / "CHASE", "--masks", masks, "-o", tmp_path / "a.zip")
    with pytest.raises(VenuleError, match="does not have the layout of a known data set"):
        run(masks, "-o", tmp_path / "a.zip")


def test_a_model_that_finds_nothing_or_everything_is_refused_with_the_photograph(drive, tmp_path, make_model):
    with pytest.raises(VenuleError, match=r"01_test\.tif by .*bright is inverted: 9\d% of the field of view"):
        run(drive, "--model", make_model("bright", slope=6), "-o", tmp_path / "a.zip")
    with pytest.raises(VenuleError, match="unknown model 'no-such-model'"):
        run(drive, "--model", "no-such-model", "-o", tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize(
    "template",
    ["mask.png", "out/{number}.png", "..\\{number}.png", "{number}", "{number}.gif", "{name}.png", "{}.png", "{number",
     "{number}{number}.png", "{number.real}.png", "{number:x}.png", "a\n{number}.png", "C:{number}.png"],
)  # fmt: skip
def test_a_template_that_gives_no_names_is_refused(tmp_path, template):
    with pytest.raises(VenuleError, match="gives no names for the masks"):
        run(tmp_path, "--template", template, "-o", tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_what_is_there_is_kept(drive, masks, tmp_path):
    (tmp_path / "a.zip").write_text("handed in yesterday")
    with pytest.raises(VenuleError, match=r"a\.zip exists already"):
        run(drive, "--masks", masks, "-o", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_text() == "handed in yesterday"
    with pytest.raises(VenuleError, match=r"mine does not end in \.zip"):
        run(drive, "--masks", masks, "-o", masks)


def test_test_drawings_are_not_looked_at(altered, masks, tmp_path):
    (altered / "test" / "1st_manual").mkdir()
    (altered / "test" / "1st_manual" / "01_manual1.gif").write_text("no drawing")
    run(altered, "--masks", masks, "-o", tmp_path / "a.zip")
    assert len(read(tmp_path / "a.zip")) == 20


def test_the_help_says_that_the_names_are_not_certain():
    assert "has not been verified" in run("--help")


def test_the_real_photographs_are_packed_and_renumbered_ones_refused(data, tmp_path, make_model):
    model = make_model("dark", slope=-3)
    card = json.loads((model / "card.json").read_text())
    (model / "card.json").write_text(json.dumps(card | {"threshold": 0.95}))
    shown = run(data / "DRIVE", "--model", model, "-o", tmp_path / "a.zip")
    assert "20 masks" in shown
    assert "threshold 0.95" in shown
    assert list(read(tmp_path / "a.zip")) == [f"{number}.png" for number in NUMBERS]
    copy = tmp_path / "DRIVE" / "test"
    (copy / "images").mkdir(parents=True)
    (copy / "mask").symlink_to(data / "DRIVE" / "test" / "mask")
    for number in NUMBERS:
        source = data / "DRIVE" / "test" / "images" / f"{number % 20 + 1:02d}_test.tif"
        (copy / "images" / f"{number:02d}_test.tif").symlink_to(source)
    with pytest.raises(VenuleError, match=r"01_test\.tif contains what was published as test/images/02_test\.tif"):
        run(copy.parent, "-o", tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()
