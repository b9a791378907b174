// The page: photographs come in, each is sent to the service of this machine, and what it has seen is shown.
//
// intake takes them, list shows them, queue sends them as options say; state holds what all share. Whoever changes it
// calls `changed`, upon which everything that is seen is brought up to date: viewer, layers, measurements, downloads.

import { $ } from "./dom.js";
import { makeDownloads, refreshDownloads } from "./downloads.js";
import { takePhotographs } from "./intake.js";
import { makeLayers, refreshLayers } from "./layers.js";
import { refreshList } from "./list.js";
import { makeMeasurements, refreshMeasurements } from "./measurements.js";
import { makeOptions } from "./options.js";
import { measureAgain } from "./queue.js";
import { onChange, seen } from "./state.js";
import { loadTexts } from "./texts.js";
import { makeViewer, refreshViewer } from "./viewer.js";

await loadTexts();
start();

function start() {
  takePhotographs();
  makeOptions(measureAgain);
  makeViewer();
  makeLayers();
  makeMeasurements();
  makeDownloads();
  $("theme").addEventListener("click", changeTheme);
  onChange(refresh);
  refresh();
}

function refresh() {
  for (const id of ["viewer", "panel"]) $(id).hidden = !seen.selected;
  refreshList();
  if (!seen.selected) return;
  refreshViewer();
  refreshLayers();
  refreshMeasurements();
  refreshDownloads();
}

function changeTheme() {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--is-dark").trim() === "1";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}
