// The page: photographs come in, each is sent to the service of this machine, and what it has seen is shown.

import { ask } from "./api.js";
import { maskOf, overlayOf, reportOf, save, segmentationOf, tableOf } from "./downloads.js";
import { calibreScale, LEVELS, Look } from "./look.js";
import { factsOf, figure, qualityOf, showMeasurements } from "./measurements.js";
import { loadTexts, t, word } from "./texts.js";
import { Pane, STEP, View } from "./viewer.js";

const $ = (id) => document.getElementById(id);
const AT_ONCE = 2; // photographs that are sent at a time
const MAP = /^(.*)_(arteries|veins)\.\w+$/i; // what a map of arteries or veins is called
const LAYERS = ["photograph", "vessels", "kinds", "skeleton", "calibre", "confidence", "fov"];
const ALIKE = 1.1; // times the smaller field of view, up to which lengths in pixels can be compared
const EXAMPLES = ["phantom-right", "phantom-left"];

const photographs = []; // { file, maps, state, look, item, ... } in the order of the list
let selected = null;
let compared = null; // the photograph beside it; null: none
const shown = {
  layers: { photograph: true, vessels: true, kinds: true, skeleton: false, calibre: false, confidence: false, fov: true },
  opacity: 0.75,
  level: null, // of the threshold, in 1/256; null: the model's own
  calibres: null, // what the colours of calibres stand for
};
const view = new View();
let panes = [];

await loadTexts();
start();

function start() {
  panes = [new Pane($("canvas-1"), view, shown), new Pane($("canvas-2"), view, shown)];
  view.onchange = () => ($("zoom").textContent = t("zoom-value", { percent: Math.round(100 * view.zoom) }));
  view.onchange();
  for (const input of [$("choose"), $("camera")]) {
    input.addEventListener("change", () => {
      take([...input.files]);
      input.value = ""; // so that the same may be chosen again
    });
  }
  takeDrops();
  $("examples").addEventListener("click", takeExamples);
  $("zoom-in").addEventListener("click", () => view.zoomBy(STEP));
  $("zoom-out").addEventListener("click", () => view.zoomBy(1 / STEP));
  $("zoom-fit").addEventListener("click", () => view.fit());
  $("compare").addEventListener("click", () => compareWith(compared ? null : done().find((one) => one !== selected)));
  $("other").addEventListener("change", () => compareWith(photographs[$("other").value]));
  makeLayers();
  $("opacity").addEventListener("input", () => {
    shown.opacity = $("opacity").value / 100;
    refresh();
  });
  $("threshold").addEventListener("input", () => setLevel(Number($("threshold").value)));
  $("threshold-own").addEventListener("click", ownThreshold);
  $("measure-again").addEventListener("click", measureAgain);
  $("region").append(...["", ...regions()].map((one) => option(one, one ? word("regions", one) : t("whole"))));
  $("region").addEventListener("change", refreshMeasurements);
  $("scale").append(...["", "field", "um_per_pixel", "disc_um"].map((one) => option(one, t(`scale-${one || "none"}`))));
  $("scale").addEventListener("change", changeScale);
  $("scale-value").addEventListener("change", measureAgain);
  makeDownloads();
  $("theme").addEventListener("click", changeTheme);
  loadModels();
  refresh();
}

async function loadModels() {
  try {
    const models = await ask("v1/models");
    $("model").append(...models.map(({ name, summary }) => Object.assign(option(name, name), { title: summary })));
    $("model").value = models.some(({ name }) => name === "general") ? "general" : models[0].name;
    $("model").addEventListener("change", measureAgain);
  } catch (problem) {
    say(problem.message);
  }
}

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}

function regions() {
  return ["zone_b", "zone_c", "superior", "inferior", "temporal", "nasal", "etdrs_centre",
    ...["inner", "outer"].flatMap((ring) => ["temporal", "inferior", "nasal", "superior"].map((side) => `etdrs_${ring}_${side}`))];
}

// --- photographs come in

function takeDrops() {
  const drop = $("drop");
  let depth = 0;
  const over = (change) => drop.classList.toggle("over", (depth = Math.max(0, depth + change)) > 0);
  addEventListener("dragenter", (event) => { event.preventDefault(); over(1); });
  addEventListener("dragleave", () => over(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    over(-depth);
    take([...event.dataTransfer.files]);
  });
  addEventListener("paste", (event) => take([...event.clipboardData.files]));
}

async function takeExamples() {
  const files = await Promise.all(EXAMPLES.flatMap((name) => [`${name}.jpg`, `${name}_arteries.png`, `${name}_veins.png`]).map(
    async (name) => new File([await (await fetch(`page/examples/${name}`)).blob()], name),
  ));
  take(files);
}

// Photographs, and the maps among them that are called after one, which may have come before.
function take(files) {
  const maps = files.filter((file) => MAP.test(file.name));
  for (const file of files.filter((one) => !maps.includes(one))) add(file, {});
  for (const map of maps) {
    const [, stem, kind] = map.name.match(MAP);
    const its = photographs.filter(({ file }) => stemOf(file).toLowerCase() === stem.toLowerCase());
    if (!its.length) say(t("unmatched", { name: map.name }));
    for (const one of its) {
      one.maps[kind.toLowerCase()] = map;
      if (one.state !== "waiting") again(one);
    }
  }
  document.body.dataset.state = photographs.length ? "full" : "empty";
  next();
}

function stemOf(file) {
  return file.name.replace(/\.\w+$/, "");
}

function add(file, maps) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "entry" });
  const picture = Object.assign(document.createElement("canvas"), { width: 96, height: 96 });
  picture.setAttribute("aria-hidden", "true");
  const name = Object.assign(document.createElement("span"), { className: "name", textContent: file.name });
  const said = Object.assign(document.createElement("span"), { className: "said" });
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", t("progress", { name: file.name }));
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "remove", textContent: "×" });
  remove.setAttribute("aria-label", t("remove", { name: file.name }));
  button.append(picture, name, said);
  item.append(button, bar, remove);
  const one = { file, maps, item, said, bar, picture, button, look: null, state: "waiting" };
  button.addEventListener("click", () => choose(one));
  remove.addEventListener("click", () => drop(one));
  photographs.push(one);
  $("list").append(item);
  tell(one, "waiting");
}

function drop(one) {
  one.stop?.abort();
  const place = photographs.indexOf(one);
  photographs.splice(place, 1);
  one.item.remove();
  if (compared === one) compared = null;
  if (selected === one) {
    selected = null;
    compared = null;
    choose(done()[0] ?? null);
  }
  document.body.dataset.state = photographs.length ? "full" : "empty";
  ($("list").querySelectorAll(".entry")[Math.min(place, photographs.length - 1)] ?? $("choose")).focus();
  refresh();
}

// --- each is sent to the service

function next() {
  const working = photographs.filter((one) => one.state === "working").length;
  for (const one of photographs.filter((each) => each.state === "waiting").slice(0, AT_ONCE - working)) work(one);
}

async function work(one) {
  const { signal } = (one.stop = new AbortController());
  one.query = query();
  tell(one, "working", t("sending", { percent: 0 }), 0);
  const form = new FormData();
  form.append("photograph", one.file, one.file.name);
  for (const [kind, map] of Object.entries(one.maps)) form.append(kind, map, map.name);
  try {
    const answer = await ask(`v1/look?${one.query}`, {
      body: form,
      signal,
      progress: (share) => (share < 1 ? tell(one, "working", t("sending", { percent: Math.round(100 * share) }), share) : tell(one, "working", t("looking"))),
      waits: (seconds) => tell(one, "working", t("busy", { seconds })),
    });
    const look = await Look.of(answer);
    if (signal.aborted) return; // it is asked for anew
    one.look = look;
    const { score, flaws } = qualityOf(one.look);
    tell(one, "done", flaws.length ? flaws.join(", ") : t("quality-short", { score }));
    say(t("is-done", { name: one.file.name }));
    drawThumbnail(one);
    if (!selected || selected === one || !selected.look) choose(one);
    else if (compared === one) compareWith(one);
  } catch (problem) {
    if (signal.aborted) return;
    tell(one, "failed", problem.message);
    one.button.title = problem.detail ?? "";
    say(t("has-failed", { name: one.file.name, why: problem.message }));
  } finally {
    refresh();
    next();
  }
}

function query(level = shown.measuredLevel) {
  const asked = new URLSearchParams();
  if ($("model").value) asked.set("model", $("model").value);
  if (level) asked.set("threshold", level / LEVELS);
  const value = Number($("scale-value").value);
  if ($("scale").value && value > 0) asked.set($("scale").value, value);
  return asked.toString();
}

// Back to the threshold of the model, also for the measurements.
function ownThreshold() {
  shown.measuredLevel = null;
  setLevel(null);
  measureAgain();
}

// All again, with the threshold, the model and the scale that are chosen now.
function measureAgain() {
  shown.measuredLevel = shown.level ?? shown.measuredLevel ?? null;
  setLevel(null);
  for (const one of photographs) {
    if (one.query !== undefined && one.query !== query() && one.state !== "failed") again(one);
  }
  next();
}

function again(one) {
  one.stop?.abort();
  tell(one, "waiting");
}

function tell(one, state, text = t(state), share = null) {
  one.state = state;
  one.item.dataset.state = state;
  one.said.textContent = text;
  one.bar.hidden = state !== "working";
  if (share === null) one.bar.removeAttribute("value");
  else one.bar.value = share;
}

function say(text) {
  $("said").textContent = text;
}

function drawThumbnail({ look, picture }) {
  const scale = Math.max(picture.width / look.width, picture.height / look.height);
  const width = look.width * scale, height = look.height * scale;
  const context = picture.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(look.picture, (picture.width - width) / 2, (picture.height - height) / 2, width, height);
}

// --- and shown

function done() {
  return photographs.filter((one) => one.look);
}

function choose(one) {
  if (one && !one.look) return say(one.said.textContent);
  selected = one;
  if (compared === one) compared = null;
  refresh();
}

function compareWith(one) {
  compared = one ?? null;
  refresh();
}

function setLevel(level) {
  shown.level = level;
  refresh();
}

function refresh() {
  const look = selected?.look ?? null;
  for (const id of ["viewer", "panel"]) $(id).hidden = !look;
  for (const one of photographs) one.button.setAttribute("aria-current", String(one === selected));
  if (!look) return;
  const others = done().filter((one) => one !== selected);
  $("compare").disabled = !others.length;
  $("compare").setAttribute("aria-pressed", String(compared !== null));
  for (const id of ["second", "other-field"]) $(id).hidden = compared === null;
  $("panes").classList.toggle("two", compared !== null);
  $("other").replaceChildren(...others.map((one) => option(photographs.indexOf(one), one.file.name)));
  if (compared) $("other").value = photographs.indexOf(compared);
  const beside = [selected, compared].filter(Boolean);
  shown.calibres = calibreScale(beside.map((one) => one.look));
  panes.forEach((pane, i) => pane.show(beside[i]?.look ?? null));
  beside.forEach((one, i) => {
    $(`name-${i + 1}`).textContent = one.file.name;
    $(`facts-${i + 1}`).textContent = factsOf(one.look, percentOf(one));
    $(`canvas-${i + 1}`).setAttribute("aria-label", describe(one));
  });
  const own = shown.level === null;
  $("opacity-value").textContent = `${Math.round(100 * shown.opacity)} %`;
  $("threshold").value = shown.level ?? Math.round(look.own * LEVELS);
  const value = (shown.level === null ? look.own : shown.level / LEVELS).toFixed(2);
  $("threshold-value").textContent = own && !shown.measuredLevel ? t("threshold-is-own", { value }) : value;
  $("threshold").setAttribute("aria-valuetext", $("threshold-value").textContent);
  $("threshold-own").hidden = own && !shown.measuredLevel;
  $("share").textContent = compared ? "" : t("share", { percent: percentOf(selected) }); // of two, the captions say it
  $("again").hidden = own;
  $("layer-kinds").disabled = !look.arteries && !look.veins;
  $("layer-kinds").parentElement.title = $("layer-kinds").disabled ? t("kinds-unknown") : "";
  $("kinds-hint").hidden = !$("layer-kinds").disabled;
  $("legend").hidden = !shown.layers.calibre;
  $("legend-name").textContent = t(compared ? "calibre-both" : "calibre");
  $("legend-low").textContent = figure(shown.calibres.low, shown.calibres.unit);
  $("legend-high").textContent = figure(shown.calibres.high, shown.calibres.unit);
  $("save-segmentation").hidden = !look.answer.dicom;
  refreshMeasurements();
}

let measuredKey = "";

function refreshMeasurements() {
  const beside = [selected, compared].filter(Boolean);
  const looks = beside.map((one) => one.look);
  $("quality").replaceChildren(...beside.map((one) => judgement(one, compared !== null)));
  const across = looks.map((look) => look.answer.fov_diameter_px);
  $("unlike").hidden = shown.calibres.unit !== "px" || Math.max(...across) <= ALIKE * Math.min(...across);
  $("unlike").textContent = t("unlike", { across: across.map((pixels) => pixels.toFixed(0)).join(t("and")) });
  const key = [$("region").value, ...looks.map((look) => (look.number ??= Math.random()))].join();
  if (key === measuredKey) return; // a slider moves: the numbers stay
  measuredKey = key;
  showMeasurements($("measured"), looks, $("region").value);
}

// How good a photograph is, for people; with its name where there are two.
function judgement({ file, look }, named) {
  const { score, flaws } = qualityOf(look);
  const said = flaws.length ? t("quality-flaws", { score, flaws: flaws.join(", ") }) : t("quality", { score });
  const className = flaws.length ? "quality flawed" : "quality";
  return Object.assign(document.createElement("p"), { className, textContent: named ? `${file.name}: ${said}` : said });
}

function percentOf({ look }) {
  return (100 * look.share(shown.level)).toFixed(1);
}

function describe(one) {
  const layers = LAYERS.filter((name) => shown.layers[name]).map((name) => t(`layer-${name}`)).join(", ");
  return t("pane", { name: one.file.name, layers, percent: percentOf(one) });
}

function makeLayers() {
  for (const name of LAYERS) {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", id: `layer-${name}`, checked: shown.layers[name] });
    box.addEventListener("change", () => {
      shown.layers[name] = box.checked;
      refresh();
    });
    const swatch = Object.assign(document.createElement("span"), { className: `swatch ${name}` });
    label.append(box, swatch, t(`layer-${name}`));
    $("layers").append(label);
  }
  const hint = Object.assign(document.createElement("p"), { className: "hint", id: "kinds-hint", textContent: t("kinds-unknown") });
  $("layers").append(hint);
}

function makeDownloads() {
  const stem = () => stemOf(selected.file);
  const all = {
    mask: async () => save(await maskOf(selected.look, shown.level), `${stem()}_vessels.png`),
    overlay: async () => save(await overlayOf(selected.look, shown), `${stem()}_overlay.png`),
    table: () => save(tableOf(done().map((one) => one.look)), "measurements.csv"),
    report: async () => save(await reportOf(done(), query()), "report.html"),
    segmentation: async () => {
      const { file } = selected, name = `${stem()}_seg.dcm`;
      save(await segmentationOf(file, query(shown.level ?? shown.measuredLevel)), name);
    },
  };
  for (const [name, make] of Object.entries(all)) {
    const button = Object.assign(document.createElement("button"), { type: "button", id: `save-${name}`, textContent: t(`save-${name}`) });
    button.addEventListener("click", () => takeAlong(button, make));
    $("downloads").append(button);
  }
}

// The service makes some of it, which may take a while, and may fail.
async function takeAlong(button, make) {
  button.disabled = true;
  $("downloads-said").textContent = t("making", { name: button.textContent });
  try {
    await make();
    $("downloads-said").textContent = t("made", { name: button.textContent });
  } catch (problem) {
    $("downloads-said").textContent = t("not-made", { name: button.textContent, why: problem.message });
  } finally {
    button.disabled = false;
  }
}

function changeScale() {
  const kind = $("scale").value;
  $("scale-field").hidden = !kind;
  $("scale-value").value = { field: 45, um_per_pixel: "", disc_um: 1800 }[kind] ?? "";
  if (kind !== "um_per_pixel") measureAgain();
  else $("scale-value").focus();
}

function changeTheme() {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--is-dark").trim() === "1";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}
