"""The widgets, as somebody who clicks through them meets them. They need a Qt, and no screen."""

import csv
import json
import shutil

import numpy as np
import pytest

napari = pytest.importorskip("napari", reason="needs the extra napari")

import venule  # noqa: E402
from venule.measurement import Scale  # noqa: E402
from venule.models import model_folder  # noqa: E402


@pytest.fixture
def widget(qt, viewer, layer):
    from venule.napari.segment_widget import SegmentWidget

    made = SegmentWidget(viewer)
    yield made
    made.close()


@pytest.fixture
def measuring(qt, viewer):
    from venule.napari.measure_widget import MeasureWidget

    made = MeasureWidget(viewer)
    yield made
    made.close()


@pytest.fixture
def press(wait):
    """Press a button, and wait until its work is done."""

    def pressed(button):
        button.native.click()
        wait(lambda: button.enabled)

    return pressed


@pytest.fixture
def find(widget, press):
    return lambda: press(widget.start)


def test_the_vessels_lie_on_their_photograph(viewer, layer, phantom, widget, find):
    widget.fov.value = True
    find()
    found = venule.segment(phantom.image)
    assert [one.name for one in viewer.layers] == ["eye", "eye_vessels", "eye_probability", "eye_fov"]
    assert np.array_equal(viewer.layers["eye_vessels"].data, found.vessels)
    assert np.array_equal(viewer.layers["eye_probability"].data, found.probability)
    assert np.array_equal(viewer.layers["eye_fov"].data, found.fov)
    for one in viewer.layers:
        assert np.array_equal(one.scale, layer.scale)
        assert np.array_equal(one.translate, layer.translate)
    assert viewer.layers.selection.active is viewer.layers["eye_vessels"]


def test_the_viewer_goes_on_while_vessels_are_found(widget, find, qt):
    from qtpy.QtCore import QTimer

    ticks, timer = [], QTimer()
    timer.timeout.connect(lambda: ticks.append(widget.start.enabled))
    timer.start(2)
    find()
    timer.stop()
    assert ticks.count(False) >= 3  # the button is off for as long


def test_the_threshold_is_at_first_the_models_and_follows_it(widget):
    for model in ("drive", "general"):
        widget.model.value = model
        card = json.loads((model_folder(model) / "card.json").read_text())
        assert widget.threshold.value == pytest.approx(card["threshold"])


def test_the_threshold_moves_without_the_network(viewer, phantom, widget, find, monkeypatch):
    find()
    monkeypatch.setattr("venule.napari.segment_widget.SegmentPhotograph", None)  # nobody may run it
    widget.threshold.value = 0.2
    expected = venule.segment(phantom.image, threshold=0.2).vessels
    assert np.array_equal(viewer.layers["eye_vessels"].data, expected)
    assert widget.message.value.endswith("(threshold 0.20).")
    widget.reset.native.click()
    assert np.array_equal(viewer.layers["eye_vessels"].data, venule.segment(phantom.image).vessels)


def test_the_threshold_leaves_what_was_painted(viewer, widget, find):
    find()
    labels = viewer.layers["eye_vessels"]
    before = labels.data.copy()
    labels.paint((250, 100), 1)  # with the brush of the layer
    labels.fill((0, 0), 1)  # and with its bucket, everything that is no vessel
    painted = labels.data != before
    assert painted.any()
    widget.threshold.value = 0.9
    assert labels.data[painted].all()
    assert not labels.data[before > 0].all()


def test_the_threshold_leaves_the_vessels_of_another_model_and_photograph(viewer, phantom, widget, find):
    find()
    before = viewer.layers["eye_vessels"].data.copy()
    widget.model.value = "drive"
    widget.threshold.value = 0.9
    assert np.array_equal(viewer.layers["eye_vessels"].data, before)
    widget.model.value = "general"
    viewer.add_image(phantom.image, name="other")
    widget.reset_choices()
    widget.photograph.value = viewer.layers["other"]
    widget.threshold.value = 0.9
    assert np.array_equal(viewer.layers["eye_vessels"].data, before)


def test_finding_again_keeps_the_vessels_that_were_corrected(viewer, widget, find):
    find()
    viewer.layers["eye_vessels"].data[:] = 0
    find()
    assert not viewer.layers["eye_vessels"].data.any()
    assert viewer.layers["eye_vessels [1]"].data.any()


def test_the_probability_and_the_field_of_view_are_offered_as_no_photograph(viewer, widget, measuring, find):
    widget.fov.value = True
    find()
    for one in (widget, measuring):
        one.reset_choices()
    assert [one.name for one in widget.photograph.choices] == ["eye"]
    assert [one.name for one in measuring.vessels.choices] == ["eye_vessels"]


def test_centrelines_are_those_of_a_measurement(viewer, phantom, widget, find):
    widget.centrelines.value = True
    find()
    graph = venule.measure(venule.segment(phantom.image)).graph
    assert len(viewer.layers["eye_centrelines"].data) == len(graph.segments)
    assert len(viewer.layers["eye_nodes"].data) == len(graph.nodes)
    find()
    assert "eye_centrelines [1]" not in viewer.layers  # the old ones make room


def test_a_picture_that_is_no_fundus_photograph_is_told_so_without_a_traceback(viewer, widget, find, told):
    letter = np.full((400, 300), 255, np.uint8)
    letter[50:350:12, 40:260] = 0
    viewer.add_image(letter, name="letter")
    widget.reset_choices()
    widget.photograph.value = viewer.layers["letter"]
    find()
    [said] = told()
    assert said.message.startswith("layer 'letter': the photograph does not look like a fundus photograph")
    assert (str(said.severity), hasattr(said, "exception")) == ("error", False)
    assert [one.name for one in viewer.layers] == ["eye", "letter"]
    assert widget.message.value == ""


def test_without_a_photograph_the_widget_says_what_to_open(viewer, widget, told):
    viewer.layers.clear()
    widget.reset_choices()
    widget.start.native.click()
    [said] = told()
    assert "open one" in said.message
    assert widget.start.enabled


def test_a_model_of_ones_own_is_taken_from_its_folder(viewer, widget, find, tmp_path):
    folder = shutil.copytree(model_folder("drive"), tmp_path / "mine")
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, "name": "mine", "threshold": 0.625}))
    widget.model.value = widget.model.choices[-1]
    widget.folder.value = folder
    assert widget.threshold.value == pytest.approx(0.625, abs=0.01)
    find()
    found = viewer.layers["eye_vessels"].metadata["venule"].found
    assert (found.model, found.threshold) == ("mine", 0.625)  # to the last digit, though the slider has two


def test_a_folder_without_a_model_is_named(widget, tmp_path):
    widget.model.value = widget.model.choices[-1]
    widget.folder.value = tmp_path
    assert widget.message.value == f"{tmp_path} has no card.json: a model is a folder with model.onnx and card.json"


def test_photographs_of_every_format_can_be_opened_and_what_cannot_is_told(viewer, qt, tmp_path, phantom, told):
    from PIL import Image

    from venule.napari.viewer import open_into

    paths = [tmp_path / name for name in ("a.tif", "b.png", "c.webp")]
    for path in paths:
        Image.fromarray(phantom.image).save(path)
    (tmp_path / "notes.txt").write_text("no photograph")
    open_into(viewer, [*map(str, paths), str(tmp_path / "notes.txt"), str(tmp_path / "gone.tif")])
    assert [one.name for one in viewer.layers] == ["a", "b", "c"]
    assert ["notes.txt is not an image" in said.message or "gone.tif" in said.message for said in told()] == [
        True,
        True,
    ]


def test_the_table_has_every_measurement_with_its_interval_or_reason(viewer, phantom, widget, find, measuring, press):
    find()
    measuring.reset_choices()
    press(measuring.start)
    expected = venule.measure(venule.segment(phantom.image))
    rows = [dict(zip(measuring.table.column_headers, row, strict=True)) for row in measuring.table.data.to_list()]
    assert len(rows) == len(expected.measurements)
    by_name = {(row["measurement"], row["region"] or ""): row for row in rows}
    for value in expected.measurements:
        row = by_name[value.name, value.region]
        assert (row["reason"] or "") == value.reason
        for shown, number in (("value", value.value), ("lower", value.lower), ("upper", value.upper)):
            assert float(row[shown] or "nan") == pytest.approx(
                float("nan") if number is None else number, rel=1e-3, nan_ok=True
            )
    assert measuring.message.value.startswith("eye_vessels: measured as found by the model general.")


def test_the_table_can_be_exported(viewer, widget, find, measuring, press, tmp_path):
    find()
    measuring.reset_choices()
    measuring.known.value, measuring.size.value = "micrometres per pixel", 7.5
    press(measuring.start)
    measuring.export_to(tmp_path / "eye.csv")
    with (tmp_path / "eye.csv").open(newline="") as file:
        rows = {row["measurement"]: row for row in csv.DictReader(file) if not row["region"]}
    pixels = venule.measure(viewer.layers["eye_vessels"].metadata["venule"].found)
    assert rows["calibre_p90"]["unit"] == "um"
    assert float(rows["calibre_p90"]["value"]) == pytest.approx(7.5 * pixels["calibre_p90_px"], rel=1e-3)


def test_a_scale_that_no_eye_has_is_told(viewer, widget, find, measuring, press, told):
    find()
    measuring.reset_choices()
    for kind, size in (("field of view in degrees", 0.785), ("micrometres per pixel", 1000.0)):
        measuring.known.value, measuring.size.value = kind, size
        press(measuring.start)
        assert f"{size:g}" in told()[-1].message
        assert not measuring.export.enabled


def test_a_table_that_cannot_be_written_is_told(viewer, widget, find, measuring, press, tmp_path, told):
    find()
    measuring.reset_choices()
    measuring.centrelines.value = False
    press(measuring.start)
    (tmp_path / "file").write_text("")
    measuring.export_to(tmp_path / "file" / "eye.csv")
    assert "cannot write" in told()[-1].message


def test_corrected_vessels_are_measured_as_a_drawing(viewer, widget, find, measuring, press):
    find()
    viewer.layers["eye_vessels"].data[:256] = 0
    measuring.reset_choices()
    press(measuring.start)
    assert measuring.message.value.startswith("eye_vessels: measured as a drawing.")


def test_vessels_from_a_file_are_measured_in_the_photograph_that_is_chosen(viewer, layer, phantom, measuring, press):
    viewer.add_labels(phantom.vessels.astype(np.uint8), name="eye_vessels")
    layer.metadata["field_degrees"] = 45.0
    measuring.reset_choices()
    assert (measuring.known.value, measuring.size.value) == ("field of view in degrees", 45)  # as its file says
    press(measuring.start)
    header = measuring.table.column_headers
    rows = {row[0]: dict(zip(header, row, strict=True)) for row in reversed(measuring.table.data.to_list())}
    from venule.napari.editable_map import drawn_map
    from venule.photograph import photograph_from_array

    drawn = drawn_map(phantom.vessels.astype(np.uint8), photograph_from_array(phantom.image))
    truth = venule.measure(drawn, scale=Scale(field_degrees=45.0)).row()
    assert rows["vessel_length"]["unit"] == "deg"
    assert float(rows["vessel_length"]["value"]) == pytest.approx(truth["vessel_length_deg"], rel=1e-3)


def test_the_scale_of_one_photographs_file_is_not_taken_for_another(viewer, layer, phantom, measuring):
    layer.metadata["um_per_pixel"] = 7.5
    viewer.add_image(phantom.image, name="other")
    viewer.add_labels(phantom.vessels.astype(np.uint8), name="vessels")
    measuring.reset_choices()
    measuring.photograph.value = layer
    assert (measuring.known.value, measuring.size.value) == ("micrometres per pixel", 7.5)
    measuring.photograph.value = viewer.layers["other"]
    assert measuring.known.value == "unknown"
    measuring.known.value, measuring.size.value = "micrometres per pixel", 4.5  # what somebody says is kept
    viewer.add_labels(phantom.vessels.astype(np.uint8), name="more")
    measuring.reset_choices()
    measuring.vessels.value = viewer.layers["more"]
    assert (measuring.known.value, measuring.size.value) == ("micrometres per pixel", 4.5)


def test_vessels_of_another_size_than_the_photograph_are_told(viewer, layer, measuring, press, told):
    viewer.add_labels(np.ones((90, 100), np.uint8), name="other_vessels")
    measuring.reset_choices()
    press(measuring.start)
    [said] = told()
    assert said.message.startswith(
        "the layer of vessels is 100x90, its photograph 512x512: they must have the same size"
    )


def test_both_widgets_open_from_the_menu_and_follow_the_layers(window, phantom, wait, told):
    _, widget = window.window.add_plugin_dock_widget("venule", "Find vessels")
    _, measuring = window.window.add_plugin_dock_widget("venule", "Measure vessels")
    window.add_image(phantom.image, name="eye")
    assert [one.name for one in widget.photograph.choices] == ["eye"]
    widget.start.native.click()
    wait(lambda: "eye_vessels" in window.layers and widget.start.enabled)
    assert [one.name for one in measuring.vessels.choices] == ["eye_vessels"]
    assert told() == []


def test_in_a_window_too_a_refused_picture_is_told_once(window, wait, told):
    _, widget = window.window.add_plugin_dock_widget("venule", "Find vessels")
    window.add_image(np.full((400, 300), 255, np.uint8), name="blank")
    widget.start.native.click()
    wait(lambda: widget.start.enabled)
    assert ["blank" in record.message for record in told()] == [True]
