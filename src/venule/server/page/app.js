// The page. Each photograph is sent to the service, and its results are shown.
//
// intake.js takes photographs, list.js lists them, queue.js sends them with the options of options.js. state.js holds
// the shared state; after a change, `changed` refreshes viewer, layers, measurements and downloads.

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
