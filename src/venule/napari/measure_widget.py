"""The widget that measures vessels."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from magicgui.widgets import CheckBox, ComboBox, FloatSpinBox, PushButton, Table
from napari.layers import Labels
from napari.utils.notifications import show_error, show_info, show_warning
from numpy.typing import NDArray
from pandas import DataFrame
from qtpy.QtWidgets import QFileDialog, QStyledItemDelegate

from venule.errors import VenuleError
from venule.measurement import BY_NAME, Measured, Quality, Scale, assess_quality, measure
from venule.napari.editable_map import EDITABLE, EditableMap, drawn_map, photograph_of
from venule.napari.files import write_file
from venule.napari.layers import graph_layers
from venule.napari.viewer import Panel, add_layer, photograph_behind
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
COLUMNS = ("measurement", "value", "lower", "upper", "unit", "region", "reason", "meaning")


class MeasureWidget(Panel):
    """Measures a layer of vessels and shows the values with their 95 % intervals, or the reason for a missing value."""

    def __init__(self, viewer: "napari.viewer.Viewer") -> None:
        super().__init__(viewer, "Measure")
        self._name = ""  # of the measured layer
        self._from_file = False  # whether the shown scale is from the file
        self.vessels = self._choice_of("vessels", Labels)
        self.known = ComboBox(label="scale", choices=tuple(SCALES))
        self.size = FloatSpinBox(label="value", min=0.001, max=10000, step=0.001, value=5.0)
        self.centrelines = CheckBox(text="add centreline layers", value=True)
        self._rows = DataFrame(columns=COLUMNS)
        self.table = Table(value=self._rows)
        self.export = PushButton(text="Export as CSV...", enabled=False)
        self._add_form(self.vessels, self.photograph, self.known, self.size)
        self.extend([self.centrelines, self.start, self.message, self.table, self.export])
        self.table.read_only = True
        self.table.native.setItemDelegate(QStyledItemDelegate())  # that of magicgui writes 17680 as 17680.000
        self.table.native.verticalHeader().hide()
        self.table.native.setMinimumHeight(240)
        self.size.visible = False
        self.vessels.changed.connect(self._follow)
        self.photograph.changed.connect(self._follow)
        self.known.changed.connect(self._choose_scale)
        self.start.changed.connect(self._measure)
        self.export.changed.connect(self._ask_and_export)
        self._follow()

    def export_to(self, path: Path) -> None:
        """Write what the table shows as CSV."""
        if not len(self._rows):
            show_warning("Measure vessels first")
            return
        try:
            write_file(path, self._rows.to_csv(index=False).encode())
        except VenuleError as error:
            show_error(str(error))
        else:
            show_info(f"Saved the measurements of {self._name} to {path}")

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

    def _measure(self) -> None:
        vessels, photograph = self.vessels.value, self._photograph()
        if vessels is None:
            show_warning("There is no layer of vessels: find vessels first, or open a NAME_vessels.png")
            return
        editable = vessels.metadata.get(EDITABLE)
        if editable is None and photograph is None:
            show_warning(f"Open the photograph of {vessels.name} as well")
            return
        name = SCALES[self.known.value]
        scale = {name: self.size.value} if name else {}
        self._in_background(
            partial(_measured, np.array(vessels.data), editable, photograph, scale),
            doing=f"Measuring {vessels.name}",
            done=partial(self._show, vessels),
        )

    def _show(self, vessels: Any, result: tuple[str, Measured, Quality]) -> None:
        model, measured, quality = result
        self._rows, self._name = _table(measured), vessels.name
        self.table.value = self._rows
        self.table.native.resizeColumnsToContents()
        self.export.enabled = True
        how = f"as found by the model {model}" if model else "as a drawing"
        score = "" if quality.score is None else f" Quality of the photograph: {quality.score:.2f}."
        wrong = f" {', '.join(quality.reasons)}." if quality.reasons else ""
        self.message.value = f"{vessels.name}: measured {how}.{score}{wrong}"
        if self.centrelines.value:
            for layer in graph_layers(describe(measured), name=vessels.name.removesuffix("_vessels")):
                add_layer(self._viewer, layer, placed=vessels)
            self._viewer.layers.selection.active = vessels

    def _ask_and_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(None, "Export", f"{self._name}.csv", "Tables (*.csv)")
        if chosen:
            self.export_to(Path(chosen))


def _measured(
    labels: NDArray[Any], editable: EditableMap | None, photograph: Any, scale: dict[str, float]
) -> tuple[str, Measured, Quality]:
    """The model that found the vessels, their measurements, and the quality of the photograph."""
    found = editable.to_measure(labels) if editable else drawn_map(labels, photograph_of(photograph))
    measured = measure(found, scale=Scale(**scale))
    return found.model, measured, assess_quality(found, measured)


def _table(measured: Measured) -> DataFrame:
    """A row for each measurement: first those of the whole field of view, then those of its regions.

    Lengths are in micrometres or degrees where the scale is known, else in pixels of the photograph.
    """
    rows = []
    for _, unit, one in sorted(measured.in_best_units(), key=lambda row: bool(row[2].region)):
        shown = ("" if number is None else _four_digits(number) for number in (one.value, one.lower, one.upper))
        rows.append((one.name, *shown, unit, one.region, one.reason, BY_NAME[one.name].meaning))
    return DataFrame(rows, columns=COLUMNS)


def _four_digits(number: float) -> str:
    """Four significant digits without an exponent, which spreadsheets misread."""
    return f"{number:.0f}" if abs(number) >= 1000 else f"{number:.4g}"
