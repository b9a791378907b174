"""The widget that finds vessels."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import CheckBox, ComboBox, FileEdit, FloatSlider, PushButton
from napari.layers import Labels
from napari.utils.notifications import show_error, show_warning

from venule.errors import MaskError, ModelError
from venule.measurement import measure
from venule.models import Card, model_folder, read_card, shipped_models
from venule.napari.editable_map import EDITABLE, EditableMap, photograph_of
from venule.napari.layers import LayerData, fov_layer, graph_layers, probability_layer, vessels_layer
from venule.napari.viewer import PHOTOGRAPH_ID, Panel, add_layer, layers_of, open_photographs, photograph_behind
from venule.vessel_map import VesselMap
from venule.workflows import SegmentPhotograph
from venule.workflows.analyse import describe

if TYPE_CHECKING:
    import napari

OWN = "own model"
STEP = 0.01  # of the slider


class SegmentWidget(Panel):
    """Finds the vessels of a photograph, and changes their threshold.

    The threshold acts at once on the newest vessels of the chosen photograph and model, without running the network
    again. Corrections stay.
    """

    def __init__(self, viewer: "napari.viewer.Viewer") -> None:
        super().__init__(viewer, "Find vessels")
        self._card: Card | None = None
        self.opening = PushButton(text="Open photographs...")
        self.model = ComboBox(label="model", choices=(*shipped_models("vessels"), OWN), value="general")
        self.folder = FileEdit(label="model folder", mode="d", nullable=True, value=None)
        self.threshold = FloatSlider(label="threshold", min=STEP, max=1 - STEP, step=STEP, readout=False)
        self.reset = PushButton(text="Reset threshold")
        self.flips = CheckBox(text="average over four mirror images (slower)")
        self.probability = CheckBox(text="add probability layer", value=True)
        self.fov = CheckBox(text="add field of view layer")
        self.centrelines = CheckBox(text="add centreline layers")
        self.append(self.opening)
        self._add_form(self.photograph, self.model, self.folder, self.threshold)
        layers = [self.probability, self.fov, self.centrelines]
        self.extend([self.reset, self.flips, *layers, self.start, self.message])
        self.folder.visible = False
        self.opening.changed.connect(open_photographs)
        self.photograph.changed.connect(self._follow)
        self.model.changed.connect(self._choose_model)
        self.folder.changed.connect(self._choose_model)
        self.threshold.changed.connect(self._move_threshold)
        self.reset.changed.connect(self._reset_threshold)
        self.start.changed.connect(self._find)
        self._choose_model()

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
        decided = layer.metadata[EDITABLE].found if layer is not None else self._card
        if decided:
            with self.threshold.changed.blocked():
                self.threshold.value = min(max(decided.threshold, STEP), 1 - STEP)
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
            work = SegmentPhotograph(str(model), self._threshold(), self.flips.value)
            shown = {name for name in ("probability", "fov", "centrelines") if getattr(self, name).value}
            self._in_background(
                partial(_found_layers, photograph, work, shown),
                doing=f"Finding the vessels of {photograph.name}",
                done=partial(self._show, photograph),
            )

    def _show(self, photograph: Any, layers: list[LayerData]) -> None:
        vessels, *_ = [add_layer(self._viewer, layer, placed=photograph) for layer in layers]
        vessels.metadata[PHOTOGRAPH_ID] = photograph.unique_id
        self._viewer.layers.selection.active = vessels
        self.message.value = _sentence(vessels.name, vessels.metadata[EDITABLE].found)


def _found_layers(photograph: Any, work: SegmentPhotograph, shown: set[str]) -> list[LayerData]:
    """The layer of the vessels, and above it the other layers that were chosen."""
    name = photograph.name
    found = work.find(photograph_of(photograph))
    layers = [vessels_layer(found.vessels, name=f"{name}_vessels", editable=EditableMap.of(found))]
    if "probability" in shown:
        layers.append(probability_layer(found.probability, name=f"{name}_probability"))
    if "fov" in shown:
        layers.append(fov_layer(found.fov, name=f"{name}_fov"))
    if "centrelines" in shown:
        lines = measure(replace(found, model=""))  # as a drawing: the same lines, without the time for intervals
        layers += graph_layers(describe(lines), name=name)
    return layers


def _sentence(name: str, found: VesselMap) -> str:
    return f"{name}: vessels cover {found.vessel_share:.1%} of the field of view (threshold {found.threshold:.2f})."
