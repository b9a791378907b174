"""The widget that measures vessels."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from magicgui.widgets import CheckBox, ComboBox, Container, FloatSpinBox, Label, PushButton, Table
from napari.layers import Image, Labels
from napari.utils.notifications import show_error, show_info, show_warning
from numpy.typing import NDArray
from qtpy.QtWidgets import QFileDialog, QStyledItemDelegate

from venule.errors import VenuleError
from venule.measurement import Measured, Quality, Scale, assess_quality, measure
from venule.napari.editable_map import EDITABLE, EditableMap, drawn_map, photograph_of
from venule.napari.layers import graph_layers
from venule.napari.measurement_table import COLUMNS, Row, measurement_rows, write_table
from venule.napari.viewer import add_layer, in_background, layers_of, photograph_behind, placement_of
from venule.vessel_map import VesselMap
from venule.workflows.analyse import describe

if TYPE_CHECKING:
    import napari

# What the widget calls a scale, and the argument of `Scale`.
UNKNOWN = "unknown"
SCALES = {
    UNKNOWN: "",
    "micrometres per pixel": "um_per_pixel",
    "field of view in degrees": "field_degrees",
    "disc diameter in µm": "disc_um",
}
USUAL = {"um_per_pixel": 5.0, "field_degrees": 45.0, "disc_um": 1800.0}


@dataclass(frozen=True, eq=False)
class _Result:
    found: VesselMap
    measured: Measured
    quality: Quality


class MeasureWidget(Container):
    """Measures a layer of vessels and shows the values with their 95 % intervals, or the reason for a missing value.

    Args:
        viewer: the viewer.
    """

    def __init__(self, viewer: "napari.viewer.Viewer") -> None:
        super().__init__(labels=False)
        self._viewer = viewer
        self._measured: Measured | None = None
        self._name = ""
        self._from_file = False  # whether the shown scale is from the file
        self.vessels = ComboBox(label="vessels", choices=self._drawings)
        self.photograph = ComboBox(label="photograph", choices=self._photographs)
        self.known = ComboBox(label="scale", choices=tuple(SCALES))
        self.size = FloatSpinBox(label="value", min=0.001, max=10000, step=0.001, value=5.0)
        self.centrelines = CheckBox(text="add centreline layers", value=True)
        self.measure_button = PushButton(text="Measure")
        self.message = Label(value="")
        self.table = Table(value=_table([]))
        self.export = PushButton(text="Export as CSV...", enabled=False)
        form = Container(widgets=[self.vessels, self.photograph, self.known, self.size])
        form.margins = (0, 0, 0, 0)
        rest = [self.centrelines, self.measure_button, self.message, self.table, self.export]
        self.extend([form, *rest])
        self.message.native.setWordWrap(True)
        self.table.read_only = True
        self.table.native.setItemDelegate(QStyledItemDelegate())  # that of magicgui writes 17680 as 17680.000
        self.table.native.verticalHeader().hide()
        self.table.native.setMinimumHeight(240)
        self.size.visible = False
        self.vessels.changed.connect(self._follow)
        self.photograph.changed.connect(self._follow)
        self.known.changed.connect(self._choose_scale)
        self.measure_button.changed.connect(self._measure)
        self.export.changed.connect(self._ask_and_export)
        self._follow()

    def export_to(self, path: Path) -> None:
        """Write what the table shows as CSV.

        Args:
            path: of the file.
        """
        if self._measured is None:
            show_warning("Measure vessels first")
            return
        try:
            write_table(path, self._measured)
        except VenuleError as error:
            show_error(str(error))
        else:
            show_info(f"Saved the measurements of {self._name} to {path}")

    def _drawings(self, _: Any) -> list[Labels]:
        return layers_of(self._viewer, Labels)

    def _photographs(self, _: Any) -> list[Image]:
        return layers_of(self._viewer, Image)

    def _follow(self) -> None:
        """Show the choice of photograph only for vessels that no model found; set the scale of the photograph's file.

        The scale of one file is never kept for another photograph.
        """
        vessels = self.vessels.value
        self.photograph.visible = vessels is not None and EDITABLE not in vessels.metadata
        photograph = self._photograph()
        said = photograph.metadata if photograph is not None else {}
        given = next((shown for shown, name in SCALES.items() if said.get(name)), None)
        if given:
            self.known.value = given
            self.size.value = said[SCALES[given]]
        elif self._from_file:
            self.known.value = UNKNOWN
        self._from_file = given is not None

    def _photograph(self) -> Any:
        vessels = self.vessels.value
        behind = photograph_behind(self._viewer, vessels) if vessels is not None else None
        return behind if behind is not None else self.photograph.value

    def _choose_scale(self) -> None:
        self.size.visible = bool(SCALES[self.known.value])
        self.size.value = USUAL.get(SCALES[self.known.value], self.size.value)

    def _scale(self) -> Scale:
        name = SCALES[self.known.value]
        return Scale(**{name: self.size.value}) if name else Scale()

    def _measure(self) -> None:
        vessels, photograph = self.vessels.value, self._photograph()
        if vessels is None:
            show_warning("There is no layer of vessels: find vessels first, or open a NAME_vessels.png")
            return
        editable = vessels.metadata.get(EDITABLE)
        if editable is None and photograph is None:
            show_warning(f"Open the photograph of {vessels.name} as well")
            return
        self.measure_button.enabled = False
        self.message.value = f"Measuring {vessels.name} ..."
        in_background(
            partial(_measured, np.array(vessels.data), editable, photograph, self._scale()),
            doing=f"measuring {vessels.name}",
            done=partial(self._show, vessels),
            ended=self._end,
        )

    def _show(self, vessels: Any, result: _Result) -> None:
        self._measured, self._name = result.measured, vessels.name
        self.table.value = _table(measurement_rows(result.measured))
        self.table.native.resizeColumnsToContents()
        self.export.enabled = True
        self.message.value = _sentence(vessels.name, result)
        if self.centrelines.value:
            name = vessels.name.removesuffix("_vessels")
            for layer in graph_layers(describe(result.measured), name=name):
                add_layer(self._viewer, layer, placed=placement_of(vessels))
            self._viewer.layers.selection.active = vessels

    def _end(self) -> None:
        self.measure_button.enabled = True
        if self.message.value.startswith("Measuring"):
            self.message.value = ""

    def _ask_and_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(None, "Export", f"{self._name}.csv", "Tables (*.csv)")
        if chosen:
            self.export_to(Path(chosen))


def _measured(labels: NDArray[Any], editable: EditableMap | None, photograph: Any, scale: Scale) -> _Result:
    found = editable.to_measure(labels) if editable else drawn_map(labels, photograph_of(photograph))
    return _Result(found, measure(found, scale=scale), assess_quality(found))


def _table(rows: list[Row]) -> dict[str, Any]:
    return {"data": rows, "index": range(1, len(rows) + 1), "columns": COLUMNS}


def _sentence(name: str, result: _Result) -> str:
    how = f"as found by the model {result.found.model}" if result.found.model else "as a drawing"
    score = result.quality.score
    quality = "" if score is None else f" Quality of the photograph: {score:.2f}."
    wrong = f" {', '.join(result.quality.reasons)}." if result.quality.reasons else ""
    return f"{name}: measured {how}.{quality}{wrong}"
