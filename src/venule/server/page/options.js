// The options of a request: model, threshold and scale.

import { ask } from "./api.js";
import { $, option, say } from "./dom.js";
import { LEVELS } from "./look.js";
import { shown } from "./state.js";
import { t } from "./texts.js";

const SCALES = { field: 45, um_per_pixel: "", disc_um: 1800 }; // kinds of scale, with their usual values

// `onchange` is called when another model or scale is chosen.
export function makeOptions(onchange) {
  $("scale").append(...["", ...Object.keys(SCALES)].map((one) => option(one, t(`scale-${one || "none"}`))));
  $("scale").addEventListener("change", () => changeScale(onchange));
  $("scale-value").addEventListener("change", onchange);
  loadModels(onchange);
}

// The options of a measurement as a query.
export function query() {
  const asked = segmentQuery(shown.measuredLevel);
  const value = $("scale-value").value;
  if ($("scale").value && value) asked.set($("scale").value, value);
  return asked.toString();
}

// The options of a segmentation. `level` of the threshold; null: that of the model.
export function segmentQuery(level) {
  const asked = new URLSearchParams();
  if ($("model").value) asked.set("model", $("model").value);
  if (level) asked.set("threshold", level / LEVELS);
  return asked;
}

async function loadModels(onchange) {
  try {
    const models = await ask("v1/models");
    $("model").append(...models.map(({ name, summary }) => Object.assign(option(name, name), { title: summary })));
    $("model").value = models.some(({ name }) => name === "general") ? "general" : models[0].name;
    $("model").addEventListener("change", onchange);
  } catch (problem) {
    say(problem.message);
  }
}

function changeScale(onchange) {
  const kind = $("scale").value;
  $("scale-field").hidden = !kind;
  $("scale-value").value = SCALES[kind] ?? "";
  if (kind !== "um_per_pixel") onchange();
  else $("scale-value").focus(); // there is no usual value
}
