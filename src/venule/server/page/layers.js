// The choice of layers, their opacity, and the threshold.

import { $, make } from "./dom.js";
import { LEVELS } from "./look.js";
import { measureAgain, measureAtOwnThreshold } from "./queue.js";
import { changed, percentOf, seen, setLevel, shown } from "./state.js";
import { t } from "./texts.js";

export function makeLayers() {
  for (const name of Object.keys(shown.layers)) $("layers").append(layerBox(name));
  $("layers").append(make("p", { className: "hint", id: "kinds-hint", textContent: t("kinds-unknown") }));
  $("opacity").addEventListener("input", () => {
    shown.opacity = $("opacity").value / 100;
    changed();
  });
  $("threshold").addEventListener("input", () => setLevel(Number($("threshold").value)));
  $("threshold-own").addEventListener("click", measureAtOwnThreshold);
  $("measure-again").addEventListener("click", measureAgain);
}

function layerBox(name) {
  const label = make("label");
  const box = make("input", { type: "checkbox", id: `layer-${name}`, checked: shown.layers[name] });
  box.addEventListener("change", () => {
    shown.layers[name] = box.checked;
    changed();
  });
  label.append(box, make("span", { className: `swatch ${name}` }), t(`layer-${name}`));
  return label;
}

export function refreshLayers() {
  const { look } = seen.selected;
  const unknown = !look.arteries && !look.veins;
  $("layer-kinds").disabled = unknown;
  $("layer-kinds").parentElement.title = unknown ? t("kinds-unknown") : "";
  $("kinds-hint").hidden = !unknown;
  $("opacity-value").textContent = `${Math.round(100 * shown.opacity)} %`;
  const percent = percentOf(seen.selected);
  $("share").textContent = seen.compared ? "" : t("share", { percent }); // with two photographs, the captions show it
  refreshThreshold(look);
}

function refreshThreshold(look) {
  const asMeasured = shown.level === null;
  const own = asMeasured && !shown.measuredLevel;
  const value = (asMeasured ? look.own : shown.level / LEVELS).toFixed(2);
  $("threshold").value = shown.level ?? Math.round(look.own * LEVELS);
  $("threshold-value").textContent = own ? t("threshold-is-own", { value }) : value;
  $("threshold").setAttribute("aria-valuetext", $("threshold-value").textContent);
  $("threshold-own").hidden = own;
  $("again").hidden = asMeasured;
}
