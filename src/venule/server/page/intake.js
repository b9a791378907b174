// Takes photographs that are chosen, dropped or pasted, and the examples; assigns maps to photographs by their names.

import { $ } from "./dom.js";
import { addToList } from "./list.js";
import { again, next } from "./queue.js";
import { photographs } from "./state.js";
import { t } from "./texts.js";

const MAP = /^(.*)_(arteries|veins)\.\w+$/i; // the name of a map of arteries or veins
const EXAMPLES = ["phantom-right", "phantom-left"];

export function takePhotographs() {
  for (const input of [$("choose"), $("camera")]) {
    input.addEventListener("change", () => {
      take([...input.files]);
      input.value = ""; // so that the same file can be chosen again
    });
  }
  takeDrops();
  addEventListener("paste", (event) => take([...event.clipboardData.files]));
  $("examples").addEventListener("click", takeExamples);
}

function takeDrops() {
  const drop = $("drop");
  let depth = 0; // of nested elements under the dragged file
  const over = (change) => drop.classList.toggle("over", (depth = Math.max(0, depth + change)) > 0);
  addEventListener("dragenter", (event) => {
    event.preventDefault();
    over(1);
  });
  addEventListener("dragleave", () => over(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    over(-depth);
    take([...event.dataTransfer.files]);
  });
}

async function takeExamples() {
  const names = EXAMPLES.flatMap((name) => [`${name}.jpg`, `${name}_arteries.png`, `${name}_veins.png`]);
  take(await Promise.all(names.map(async (name) => {
    const answer = await fetch(`page/examples/${name}`);
    return new File([await answer.blob()], name);
  })));
}

// Take photographs, and the maps of these or of earlier photographs.
function take(files) {
  const maps = files.filter((file) => MAP.test(file.name));
  for (const file of files.filter((one) => !maps.includes(one))) addToList(file);
  $("refused-maps").textContent = maps.map(giveMap).filter(Boolean).join(" ");
  next();
}

// Give a map to its photograph; or else the reason why not.
function giveMap(map) {
  const [, stem, kind] = map.name.match(MAP);
  const its = photographs.filter((one) => one.stem.toLowerCase() === stem.toLowerCase());
  if (its.length !== 1) return t(its.length ? "ambiguous" : "unmatched", { name: map.name });
  its[0].maps[kind.toLowerCase()] = map;
  if (its[0].state !== "waiting") again(its[0]);
  return "";
}
