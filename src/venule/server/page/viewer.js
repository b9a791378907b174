// The selected photograph, or two side by side: panes, captions, zoom, compare, and the legend of the calibre.

import { $, option } from "./dom.js";
import { factsOf, numberText, withUnit } from "./numbers.js";
import { calibreScale } from "./look.js";
import { Pane, STEP, View } from "./pane.js";
import { bothSeen, compareWith, percentOf, photographs, seen, shown, withLook } from "./state.js";
import { t } from "./texts.js";

const view = new View();
let panes = [];

export function makeViewer() {
  panes = [new Pane($("canvas-1"), view, shown), new Pane($("canvas-2"), view, shown)];
  view.onchange = () => ($("zoom").textContent = t("zoom-value", { percent: Math.round(100 * view.zoom) }));
  view.onchange();
  $("zoom-in").addEventListener("click", () => view.zoomBy(STEP));
  $("zoom-out").addEventListener("click", () => view.zoomBy(1 / STEP));
  $("zoom-fit").addEventListener("click", () => view.fit());
  $("compare").addEventListener("click", () => compareWith(seen.compared ? null : others()[0]));
  $("other").addEventListener("change", () => compareWith(photographs[$("other").value]));
}

export function refreshViewer() {
  const both = bothSeen();
  shown.calibres = calibreScale(both.map((one) => one.look));
  panes.forEach((pane, i) => pane.show(both[i]?.look ?? null));
  both.forEach((one, i) => {
    $(`name-${i + 1}`).textContent = one.file.name;
    $(`facts-${i + 1}`).textContent = factsOf(one.look, percentOf(one));
    $(`canvas-${i + 1}`).setAttribute("aria-label", describe(one));
  });
  refreshCompare();
  refreshLegend();
}

function refreshCompare() {
  const alone = seen.compared === null;
  $("compare").disabled = !others().length;
  $("compare").setAttribute("aria-pressed", String(!alone));
  for (const id of ["second", "other-field"]) $(id).hidden = alone;
  $("panes").classList.toggle("two", !alone);
  $("other").replaceChildren(...others().map((one) => option(photographs.indexOf(one), one.file.name)));
  if (!alone) $("other").value = photographs.indexOf(seen.compared);
}

function refreshLegend() {
  const { unit, low, high } = shown.calibres;
  $("legend").hidden = !shown.layers.calibre;
  $("legend-name").textContent = t(seen.compared ? "calibre-both" : "calibre");
  $("legend-low").textContent = withUnit(numberText(low), unit);
  $("legend-high").textContent = withUnit(numberText(high), unit);
}

// The photographs that the selected one can be compared with.
function others() {
  return withLook().filter((one) => one !== seen.selected);
}

// A description of a pane for screen readers.
function describe(one) {
  const layers = Object.keys(shown.layers).filter((name) => shown.layers[name]).map((name) => t(`layer-${name}`));
  return t("pane", { name: one.file.name, layers: layers.join(", "), percent: percentOf(one) });
}
