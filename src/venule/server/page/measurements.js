// The quality and the measurements of the selected photograph, or of two side by side.

import { $, make, option } from "./dom.js";
import { intervalText, numberText, qualityOf, valueText } from "./numbers.js";
import { commonUnit } from "./look.js";
import { bothSeen, changed, seen, shown } from "./state.js";
import { t, word, words } from "./texts.js";

const ALIKE = 1.1; // ratio of the fields of view up to which lengths in pixels can be compared
const LONG = /\d{3},\d{3}|\.\d{5}/; // a number whose interval needs two lines

let tabled = ""; // the region and photographs of the current tables

export function makeMeasurements() {
  const regions = Object.entries(words("regions"));
  $("region").append(option("", t("whole")), ...regions.map(([code, name]) => option(code, name)));
  $("region").addEventListener("change", () => {
    shown.region = $("region").value;
    changed();
  });
}

export function refreshMeasurements() {
  const both = bothSeen();
  const looks = both.map((one) => one.look);
  $("quality").replaceChildren(...both.map(judgement));
  const across = looks.map((look) => look.answer.fov_diameter_px);
  $("unlike").hidden = commonUnit(looks) !== "px" || Math.max(...across) <= ALIKE * Math.min(...across);
  $("unlike").textContent = t("unlike", { across: across.map((pixels) => numberText(pixels, true)).join(t("and")) });
  const region = $("region").value;
  const wanted = [region, ...looks.map((look) => look.number)].join();
  if (wanted === tabled) return; // only a slider moved
  tabled = wanted;
  showTables($("measured"), looks, region);
}

// The quality of a photograph as text; with its name if there are two.
function judgement({ file, look }) {
  const { score, flaws } = qualityOf(look);
  const said = flaws.length ? t("quality-flaws", { score, flaws: flaws.join(", ") }) : t("quality", { score });
  const className = flaws.length ? "quality flawed" : "quality";
  return make("p", { className, textContent: seen.compared ? `${file.name}: ${said}` : said });
}

// Fill an element with tables for a region ("": the whole field of view); open groups stay open.
function showTables(element, looks, region) {
  const open = new Set([...element.querySelectorAll("details[open]")].map((one) => one.dataset.group));
  element.replaceChildren(...(region ? [regionTable(looks, region)] : wholeTables(looks)));
  for (const one of element.querySelectorAll("details")) one.open = open.has(one.dataset.group);
}

function regionTable(looks, region) {
  const names = looks[0].answer.measurements.filter((one) => one.region === region).map((one) => one.name);
  return table(word("regions", region), names, looks, region);
}

function wholeTables(looks) {
  const groups = Object.entries(words("groups"));
  return [
    table(t("main-measurements"), words("main"), looks, ""),
    ...groups.map(([group, names]) => folded(group, table(group, names, looks, ""))),
  ];
}

function folded(group, content) {
  const details = make("details");
  details.dataset.group = group;
  details.append(make("summary", { textContent: content.caption.textContent }), content);
  content.caption.className = "unseen";
  return details;
}

// One row per measurement: value and interval in columns; with two photographs, a column for each.
function table(title, names, looks, region) {
  const made = make("table");
  made.createCaption().textContent = title;
  made.createTHead().insertRow().append(...headings(looks));
  const body = made.createTBody();
  for (const name of names) {
    const label = make("th", { scope: "row", textContent: word("measurements", name) });
    const each = looks.map((look) => find(look, name, region));
    body.insertRow().append(label, ...(looks.length > 1 ? each.map(cellOfBoth) : cellsOfOne(each[0])));
  }
  return made;
}

function find(look, name, region) {
  return look.answer.measurements.find((one) => one.name === name && one.region === region);
}

function headings(looks) {
  const heading = (textContent) => make("th", { scope: "col", textContent });
  if (looks.length === 1) return [t("measurement"), t("value"), t("interval")].map(heading);
  const named = looks.map((look) => heading(look.answer.name));
  for (const one of named) one.append(small(t("interval")));
  return [heading(t("measurement")), ...named];
}

function cellsOfOne(one) {
  if (!isMeasured(one)) return [reasonCell(one, 2)];
  return [make("td", { textContent: valueText(one) }), fill(make("td", { className: "interval" }), one)];
}

function cellOfBoth(one) {
  if (!isMeasured(one)) return reasonCell(one, 1);
  const cell = make("td", { textContent: valueText(one) });
  if (hasInterval(one)) cell.append(fill(small(""), one));
  return cell;
}

function isMeasured(one) {
  return one !== undefined && one.value !== null;
}

function reasonCell(one, colSpan) {
  return make("td", { className: "reason", colSpan, textContent: word("reasons", one?.reason ?? "") });
}

function hasInterval({ lower, upper }) {
  return lower !== null && upper !== null;
}

// Write the interval of a measurement, if there is one, into an element.
function fill(element, one) {
  if (!hasInterval(one)) return element;
  element.textContent = intervalText(one);
  element.classList.toggle("long", LONG.test(element.textContent));
  return element;
}

function small(text) {
  return make("small", { textContent: text });
}
