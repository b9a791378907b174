// The list of photographs: thumbnail, name, progress, and a button to remove it.

import { $, make, say } from "./dom.js";
import { choose, leave, photographs, seen } from "./state.js";
import { t } from "./texts.js";

export function addToList(file) {
  const { name } = file;
  const item = make("li");
  const button = make("button", { type: "button", className: "entry" });
  const picture = make("canvas", { width: 96, height: 96, ariaHidden: "true" });
  const said = make("span", { className: "said" });
  const bar = make("progress", { ariaLabel: t("progress", { name }) });
  const remove = make("button", { type: "button", className: "remove", textContent: "×" });
  remove.ariaLabel = t("remove", { name });
  button.append(picture, make("span", { className: "name", textContent: name }), said);
  item.append(button, bar, remove);
  const stem = name.replace(/\.\w+$/, "");
  const one = { file, stem, maps: {}, state: "waiting", look: null, item, button, picture, said, bar };
  button.addEventListener("click", () => (one.look ? choose(one) : say(said.textContent)));
  remove.addEventListener("click", () => removeFromList(one));
  photographs.push(one);
  $("list").append(item);
  document.body.dataset.state = "full";
  tell(one, "waiting");
}

function removeFromList(one) {
  one.stop?.abort();
  const place = photographs.indexOf(one);
  photographs.splice(place, 1);
  one.item.remove();
  if (!photographs.length) document.body.dataset.state = "empty";
  leave(one);
  (photographs[Math.min(place, photographs.length - 1)]?.button ?? $("choose")).focus();
}

// Show the state of a photograph. `share` of its upload is sent; null: the progress is unknown.
export function tell(one, state, text = t(state), share = null) {
  one.state = state;
  one.item.dataset.state = state;
  one.said.textContent = text;
  one.bar.hidden = state !== "working";
  if (share === null) one.bar.removeAttribute("value");
  else one.bar.value = share;
}

export function drawThumbnail({ look, picture }) {
  const scale = Math.max(picture.width / look.width, picture.height / look.height);
  const width = look.width * scale, height = look.height * scale;
  const context = picture.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(look.picture, (picture.width - width) / 2, (picture.height - height) / 2, width, height);
}

export function refreshList() {
  for (const one of photographs) one.button.setAttribute("aria-current", String(one === seen.selected));
}
