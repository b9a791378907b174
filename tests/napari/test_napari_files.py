"""Files that become layers, and layers that become files."""

import json

import cv2
import numpy as np
import pandas
import pytest
from PIL import Image

npe2 = pytest.importorskip("npe2", reason="needs the extra napari")

import venule  # noqa: E402
from venule.errors import MaskError, OutputError, PhotographError  # noqa: E402
from venule.napari.editable_map import drawn_map  # noqa: E402
from venule.napari.files import read_photograph  # noqa: E402
from venule.photograph import photograph_from_array  # noqa: E402
from venule.workflows.analyse import describe  # noqa: E402
from venule.workflows.measure import MeasurePhotograph, measure_files  # noqa: E402


def read(path):
    return npe2.read([str(path)], stack=False, plugin_name="venule")


def test_a_photograph_taken_with_a_turned_camera_is_opened_upright(plugins, tmp_path, phantom):
    path = tmp_path / "eye.jpg"
    lying = Image.fromarray(np.rot90(phantom.image[:400]))  # counter-clockwise: to be turned clockwise
    exif = lying.getexif()
    exif[0x0112] = 6
    lying.save(path, exif=exif, quality=95)
    [(pixels, about, kind)] = read(path)
    assert (kind, about["name"], about["rgb"], pixels.shape) == ("image", "eye", True, (400, 512, 3))
    assert np.abs(pixels.astype(int) - phantom.image[:400]).mean() < 5


def test_a_photograph_of_sixteen_bits_keeps_its_highest_eight(tmp_path, phantom):
    path = tmp_path / "eye.png"
    cv2.imwrite(str(path), phantom.image[..., ::-1].astype(np.uint16) << 4)  # 12 bits, of which Pillow leaves 4
    [(pixels, _, _)] = read_photograph(str(path))
    assert np.array_equal(pixels, phantom.image)


def test_dicom_is_opened_with_the_scale_and_the_eye_that_it_says(viewer, tmp_path, phantom):
    path = write_dicom(tmp_path / "eye.dcm", phantom.image)
    [layer] = viewer.open(path, plugin="venule")
    assert np.array_equal(layer.data, phantom.image)
    assert layer.metadata == {"um_per_pixel": pytest.approx(7.5), "laterality": "R"}


def test_dicom_that_is_no_photograph_of_a_retina_is_left_to_others(plugins, tmp_path, phantom):
    path = write_dicom(tmp_path / "ct.dcm", phantom.image, Modality="CT", SOPClassUID="1.2.840.10008.5.1.4.1.1.2")
    with pytest.raises(ValueError, match="refused the file"):
        read(path)


def test_a_damaged_photograph_is_told_apart_from_one_that_is_not_read(plugins, tmp_path):
    path = tmp_path / "eye.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 and no more")
    with pytest.raises(PhotographError, match=r"eye\.jpg .* copy the file again"):
        read(path)


def test_a_stack_of_files_is_left_to_napari(plugins, tmp_path, phantom):
    paths = [str(tmp_path / f"{number}.jpg") for number in range(2)]
    for path in paths:
        Image.fromarray(phantom.image).save(path)
    with pytest.raises(ValueError, match="refused the file"):
        npe2.read(paths, stack=True, plugin_name="venule")


def test_a_vessel_map_is_opened_as_labels_of_one_kind(viewer, tmp_path, phantom):
    path = tmp_path / "eye_vessels.png"
    Image.fromarray(phantom.vessels.astype(np.uint8) * 255).save(path)
    [layer] = viewer.open(path, plugin="venule")
    assert (type(layer).__name__, layer.name) == ("Labels", "eye_vessels")
    assert np.array_equal(layer.data, phantom.vessels)


def test_a_picture_that_is_no_vessel_map_is_not_opened_as_one(plugins, tmp_path):
    path = tmp_path / "eye_vessels.png"
    Image.fromarray(np.eye(100, dtype=np.uint8) * 2).save(path)
    with pytest.raises(MaskError, match="is no mask: its 2 values are 0, 2"):
        read(path)


def test_a_graph_is_opened_with_the_length_and_calibre_of_its_segments(viewer, tmp_path, phantom):
    drawn = cross(phantom.vessels.shape, length=200, width=7)
    measured = venule.measure(drawn_map(drawn.astype(np.uint8), photograph_from_array(phantom.image)))
    path = tmp_path / "eye_graph.json"
    path.write_text(json.dumps(describe(measured)))
    lines, nodes, *_ = viewer.open(path, plugin="venule")
    assert [layer.name for layer in (lines, nodes)] == ["eye_centrelines", "eye_nodes"]
    assert sorted(nodes.features["kind"]) == ["crossing", "end", "end", "end", "end"]
    [crossing] = nodes.data[nodes.features["kind"] == "crossing"]
    assert crossing == pytest.approx((256, 256), abs=1)
    assert lines.features["length_px"].to_numpy() == pytest.approx([100] * 4, abs=4)
    assert lines.features["calibre_mean_px"].to_numpy() == pytest.approx([7] * 4, abs=0.4)
    assert len(lines.data) == 4


def test_a_graph_shows_the_disc_and_the_fovea_where_they_were_found(viewer, tmp_path, phantom):
    done = MeasurePhotograph()("eye.png", png(phantom.image), "eye")
    path = tmp_path / "eye_graph.json"
    path.write_bytes(done.outputs["_graph.json"])
    *_, marks = viewer.open(path, plugin="venule")
    disc, fovea = (shape.mean(axis=0) for shape in marks.data)
    assert list(marks.features["landmark"]) == ["disc", "fovea"]
    assert disc == pytest.approx(phantom.disc_centre, abs=phantom.disc_diameter / 3)
    assert fovea == pytest.approx(phantom.fovea, abs=phantom.disc_diameter / 2)


def test_the_graph_of_a_photograph_without_vessels_opens_nothing(viewer, tmp_path):
    path = tmp_path / "eye_graph.json"
    path.write_text(json.dumps({"disc": None, "fovea": None, "nodes": [], "segments": []}))
    assert viewer.open(path, plugin="venule") == []


@pytest.mark.parametrize("content", ["{", "[]", '{"nodes": [], "edges": []}', ""])
def test_another_programs_graph_is_left_to_others(plugins, tmp_path, content):
    path = tmp_path / "roads_graph.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="refused the file"):
        read(path)


def test_corrected_vessels_that_are_saved_measure_the_same_as_the_layer(viewer, tmp_path, phantom):
    photographs, maps = tmp_path / "photographs", tmp_path / "corrected"
    photographs.mkdir()
    maps.mkdir()
    (photographs / "eye.png").write_bytes(png(phantom.image))
    labels = viewer.add_labels(phantom.vessels.astype(np.uint8), name="eye_vessels")
    labels.data[200:206, 100:400] = 1  # painted by hand
    labels.data[300:360, 300:360] = 0

    assert labels.save(str(maps / "eye_vessels.png"), plugin="venule") == [str(maps / "eye_vessels.png")]

    saved = np.array(Image.open(maps / "eye_vessels.png"))
    assert set(np.unique(saved)) == {0, 255}
    assert np.array_equal(saved > 0, labels.data > 0)
    measure_files([photographs], tmp_path / "out", work=MeasurePhotograph(vessels=maps))
    row = pandas.read_csv(tmp_path / "out" / "results.csv").iloc[0]
    here = venule.measure(drawn_map(labels.data, photograph_from_array(phantom.image))).row()
    assert row["reasons"] == here.pop("reasons")
    numbers = {name: np.nan if value is None else value for name, value in here.items()}
    assert row[list(numbers)].to_dict() == pytest.approx(numbers, nan_ok=True)
    assert row["vessel_density"] > 0


def test_labels_of_several_cells_are_not_made_into_one_vessel_map(viewer, tmp_path):
    cells = viewer.add_labels(square_cells(3), name="cells")
    with pytest.raises(OutputError, match=r"'cells' holds 3 labels, .* save it as \.tif with napari's own writer"):
        cells.save(str(tmp_path / "cells.png"), plugin="venule")
    assert not list(tmp_path.iterdir())


def test_napari_still_saves_labels_that_are_no_png(viewer, tmp_path):
    cells = viewer.add_labels(square_cells(3), name="cells")
    cells.save(str(tmp_path / "cells.tif"))
    assert set(np.unique(cv2.imread(str(tmp_path / "cells.tif"), cv2.IMREAD_UNCHANGED))) == {0, 1, 2, 3}


def test_a_stack_of_labels_is_no_vessel_map(viewer, tmp_path):
    stack = viewer.add_labels(np.zeros((3, 100, 120), np.uint8), name="stack")
    with pytest.raises(OutputError, match="3 dimensions"):
        stack.save(str(tmp_path / "stack.png"), plugin="venule")


def test_a_folder_that_cannot_be_written_to_is_named(viewer, tmp_path, phantom):
    (tmp_path / "file").write_text("")
    labels = viewer.add_labels(phantom.vessels.astype(np.uint8))
    with pytest.raises(OutputError, match="cannot write"):
        labels.save(str(tmp_path / "file" / "eye.png"), plugin="venule")


@pytest.mark.parametrize(("key", "cut"), [("round_phantom", False), ("cut_phantom", True)])
def test_sample_data_is_a_photograph_with_its_exact_vessels(viewer, key, cut):
    photograph, exact = viewer.open_sample("venule", key)
    assert (photograph.rgb, photograph.visible, exact.visible) == (True, True, False)
    assert photograph.data.shape[:2] == exact.data.shape
    assert (photograph.data.shape[0] < photograph.data.shape[1]) is cut
    found = venule.segment(photograph.data).vessels
    shared = np.count_nonzero(found & (exact.data > 0))
    assert 2 * shared / (np.count_nonzero(found) + np.count_nonzero(exact.data)) > 0.6  # Dice


def png(pixels):
    return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()


def cross(shape, *, length, width):
    """Two straight vessels of a length and width that cross at (256, 256)."""
    drawn = np.zeros(shape, bool)
    half, side = length // 2, width // 2
    drawn[256 - side : 257 + side, 256 - half : 257 + half] = True
    drawn[256 - half : 257 + half, 256 - side : 257 + side] = True
    return drawn


def square_cells(count):
    """Labels that are no vessel map."""
    cells = np.zeros((100, 120), np.int32)
    for label in range(1, count + 1):
        cells[10 * label : 10 * label + 6, 10:30] = label
    return cells


def write_dicom(path, pixels, **changes):
    """An Ophthalmic Photography object of a right eye, 7.5 micrometres to a pixel."""
    pytest.importorskip("pydicom", reason="needs the extra dicom")
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, OphthalmicPhotography8BitImageStorage, generate_uid

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    about = {
        "SOPClassUID": OphthalmicPhotography8BitImageStorage, "SOPInstanceUID": generate_uid(None), "Modality": "OP",
        "BurnedInAnnotation": "NO", "ImageLaterality": "R", "PixelSpacing": [0.0075, 0.0075], "SamplesPerPixel": 3,
        "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0, "Rows": pixels.shape[0],
        "Columns": pixels.shape[1], "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0,
        "PixelData": pixels.tobytes(),
    }  # fmt: skip
    for name, value in (about | changes).items():
        setattr(dataset, name, value)
    dataset.save_as(path, enforce_file_format=True)
    return path
