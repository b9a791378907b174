"""The widget that finds vessels."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import CheckBox, ComboBox, Container, FileEdit, FloatSlider, Label, PushButton
from napari.layers import Image, Labels
from napari.utils.notifications import show_error, show_warning

from venule.errors import MaskError, ModelError
from venule.measurement import measure
from venule.models import Card, model_folder, read_card, shipped_models
from venule.napari.editable_map import EDITABLE, EditableMap, photograph_of
from venule.napari.layers import LayerData, fov_layer, graph_layers, probability_layer, vessels_layer
from venule.napari.open_photographs import open_photographs
from venule.napari.viewer import PHOTOGRAPH_ID, add_layer, in_background, layers_of, photograph_behind, placement_of
from venule.vessel_map import VesselMap
from venule.workflows import SegmentPhotograph
from venule.workflows.analyse import describe

if TYPE_CHECKING:
    import napari

OWN = "own model"
STEP = 0.01  # of the slider


@dataclass(frozen=True)
class _Wanted:
    """The choices at the moment when the button was pressed."""

    model: str | Path
    threshold: float
    flips: bool
    probability: bool
    fov: bool
    centrelines: bool


class SegmentWidget(Container):
    """Finds the vessels of a photograph, and changes their threshold.

    The threshold acts at once on the newest vessels of the chosen photograph and model, without running the network
    again. Corrections stay.

    Args:
        viewer: the viewer.
    """

    def __init__(self, viewer: "napari.viewer.Viewer") -> None:
        super().__init__(labels=False)
        self._viewer = viewer
        self._card: Card | None = None
        self.opening = PushButton(text="Open photographs...")
        self.photograph = ComboBox(label="photograph", choices=self._photographs)
        self.model = ComboBox(label="model", choices=(*shipped_models(), OWN), value="general")
        self.folder = FileEdit(label="model folder", mode="d", nullable=True, value=None)
        self.threshold = FloatSlider(label="threshold", min=STEP, max=1 - STEP, step=STEP, readout=False)
        self.reset = PushButton(text="Reset threshold")
        self.flips = CheckBox(text="average over four mirror images (slower)")
        self.probability = CheckBox(text="add probability layer", value=True)
        self.fov = CheckBox(text="add field of view layer")
        self.centrelines = CheckBox(text="add centreline layers")
        self.find = PushButton(text="Find vessels")
        self.message = Label(value="")
        form = Container(widgets=[self.photograph, self.model, self.folder, self.threshold])
        form.margins = (0, 0, 0, 0)
        options = [self.reset, self.flips, self.probability, self.fov, self.centrelines, self.find, self.message]
        self.extend([self.opening, form, *options])
        self.message.native.setWordWrap(True)
        self.folder.visible = False
        self.opening.changed.connect(open_photographs)
        self.photograph.changed.connect(self._follow)
        self.model.changed.connect(self._choose_model)
        self.folder.changed.connect(self._choose_model)
        self.threshold.changed.connect(self._move_threshold)
        self.reset.changed.connect(self._reset_threshold)
        self.find.changed.connect(self._find)
        self._choose_model()

    def _photographs(self, _: Any) -> list[Image]:
        return layers_of(self._viewer, Image)

    def _choose_model(self) -> None:
        self.folder.visible = self.model.value == OWN
        self._card = None
        try:
            model = self._chosen_model()
            self._card = read_card(model_folder(model)) if model else None
        except ModelError as error:
            self.message.value = str(error)
            return
        self.message.value = self._card.summary if self._card else "Choose the folder of your model."
        self._follow()

    def _chosen_model(self) -> str | Path | None:
        return self.folder.value if self.model.value == OWN else str(self.model.value)

    def _follow(self) -> None:
        """Show the threshold of the newest vessels of the chosen photograph and model, or else that of the model."""
        layer = self._newest()
        if layer is not None:
            self._show_threshold(layer.metadata[EDITABLE].found.threshold)
        elif self._card:
            self._show_threshold(self._card.threshold)

    def _show_threshold(self, threshold: float) -> None:
        with self.threshold.changed.blocked():
            self.threshold.value = min(max(threshold, STEP), 1 - STEP)
        self._name_threshold()

    def _name_threshold(self) -> None:
        """Show the number in the label: the style of napari leaves no room beside the slider."""
        self.threshold.label = f"threshold {self.threshold.value:.2f}"

    def _threshold(self) -> float:
        """The value of the slider; the exact threshold of the model where the slider is at the nearest step."""
        shown = float(self.threshold.value)
        return self._card.threshold if self._card and abs(shown - self._card.threshold) < STEP / 2 else shown

    def _reset_threshold(self) -> None:
        if self._card:
            self.threshold.value = self._card.threshold

    def _move_threshold(self) -> None:
        self._name_threshold()
        layer = self._newest()
        if layer is None:
            return
        try:
            editable = layer.metadata[EDITABLE].at(self._threshold(), layer.data)
        except MaskError as error:
            show_error(str(error))
            return
        layer.metadata[EDITABLE] = editable
        layer.data = editable.shown.astype(layer.data.dtype)
        self.message.value = _sentence(layer.name, editable.found)

    def _newest(self) -> Any:
        """The newest layer of vessels that was found in the chosen photograph by the chosen model."""
        found = [layer for layer in layers_of(self._viewer, Labels) if EDITABLE in layer.metadata]
        model = self._card.name if self._card else None
        for layer in reversed(found):
            behind = photograph_behind(self._viewer, layer)
            if behind is self.photograph.value and layer.metadata[EDITABLE].found.model == model:
                return layer
        return None

    def _find(self) -> None:
        photograph, model = self.photograph.value, self._chosen_model()
        if photograph is None:
            show_warning("There is no photograph: open one, or File > Open Sample > venule")
        elif model is None:
            show_warning("Choose the folder of your model first")
        else:
            wanted = _Wanted(
                model,
                self._threshold(),
                self.flips.value,
                self.probability.value,
                self.fov.value,
                self.centrelines.value,
            )
            self.find.enabled = False
            self.message.value = f"Finding the vessels of {photograph.name} ..."
            in_background(
                partial(_found_layers, photograph, wanted),
                doing=f"finding the vessels of {photograph.name}",
                done=partial(self._show, photograph),
                ended=self._end,
            )

    def _show(self, photograph: Any, layers: list[LayerData]) -> None:
        placed = placement_of(photograph)
        vessels, *_ = [add_layer(self._viewer, layer, placed=placed) for layer in layers]
        vessels.metadata[PHOTOGRAPH_ID] = photograph.unique_id
        self._viewer.layers.selection.active = vessels
        self.message.value = _sentence(vessels.name, vessels.metadata[EDITABLE].found)

    def _end(self) -> None:
        self.find.enabled = True
        if self.message.value.startswith("Finding"):
            self.message.value = ""


def _found_layers(photograph: Any, wanted: _Wanted) -> list[LayerData]:
    """The layer of the vessels, and above it the other layers that were chosen."""
    name = photograph.name
    found = SegmentPhotograph(str(wanted.model), wanted.threshold, wanted.flips).find(photograph_of(photograph))
    layers = [vessels_layer(found.vessels, name=f"{name}_vessels", editable=EditableMap.of(found))]
    if wanted.probability:
        layers.append(probability_layer(found.probability, name=f"{name}_probability"))
    if wanted.fov:
        layers.append(fov_layer(found.fov, name=f"{name}_fov"))
    if wanted.centrelines:
        lines = measure(replace(found, model=""))  # as a drawing: the same lines, without the time for intervals
        layers += graph_layers(describe(lines), name=name)
    return layers


def _sentence(name: str, found: VesselMap) -> str:
    return f"{name}: vessels cover {found.vessel_share:.1%} of the field of view (threshold {found.threshold:.2f})."
