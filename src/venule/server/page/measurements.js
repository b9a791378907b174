// The measurements of one photograph, or of two beside one another, as tables.

import { t, word, words } from "./texts.js";

const KEY = ["vessel_density", "calibre_median", "tortuosity_distance", "branchings", "box_dimension"];

// Of what is in micrometres, so many that nobody reads them.
const IN_MM = new Set(["vessel_length", "vessel_perimeter", "length_density", "avascular_area"]);
const MM = { um: ["mm", 1e-3], um2: ["mm2", 1e-6], "1/um": ["1/mm", 1e3] };

// Fill an element with the tables of some looks, for a region ("" for the whole field of view).
export function showMeasurements(element, looks, region) {
  const tables = [];
  if (!region) tables.push(table(t("key-figures"), KEY, looks, region));
  const shown = region ? [] : Object.entries(words("families"));
  for (const [family, names] of shown) tables.push(folded(family, table(word("family-names", family), names, looks, region)));
  if (region) {
    const names = new Set(looks[0].answer.measurements.filter((one) => one.region === region).map((one) => one.name));
    tables.push(table(word("regions", region), [...names], looks, region));
  }
  const open = new Set([...element.querySelectorAll("details[open]")].map((one) => one.dataset.family));
  element.replaceChildren(...tables);
  for (const one of element.querySelectorAll("details")) one.open = open.has(one.dataset.family);
}

// What is known of a photograph besides its measurements, in one line; `percent` of its field of view is vessel.
export function factsOf(look, percent) {
  const { laterality, scale_from: from, units } = look.answer;
  const { score, flaws } = qualityOf(look);
  const facts = [t("facts-share", { percent }), [t("quality-short", { score }), flaws.join(", ")].filter(Boolean).join(": ")];
  if (laterality) facts.push(word("eyes", laterality));
  for (const [unit, size] of Object.entries(units)) facts.push(t("facts-scale", { value: figure(size, unit), from: word("scales", from) }));
  return facts.join(" · ");
}

export function qualityOf(look) {
  const { quality, quality_reasons: reasons } = look.answer;
  const flaws = reasons ? reasons.split("; ").map((code) => word("flaws", code)) : [];
  return { score: quality === null ? "" : quality.toFixed(2), flaws };
}

function folded(family, content) {
  const details = document.createElement("details");
  details.dataset.family = family;
  const summary = document.createElement("summary");
  summary.textContent = content.caption.textContent;
  content.caption.className = "unseen";
  details.append(summary, content);
  return details;
}

function table(title, names, looks, region) {
  const made = document.createElement("table");
  made.createCaption().textContent = title;
  const head = made.createTHead().insertRow();
  const both = looks.length > 1;
  const headings = [[t("measurement")], ...(both ? looks.map((look) => [look.answer.name, t("interval")]) : [[t("value")], [t("interval")]])];
  for (const [heading, below] of headings) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = heading;
    if (below) cell.append(small(below));
    head.append(cell);
  }
  const body = made.createTBody();
  for (const name of names) {
    const row = body.insertRow();
    const cell = document.createElement("th");
    cell.scope = "row";
    cell.textContent = word("measurements", name);
    row.append(cell);
    for (const look of looks) fill(row, find(look, name, region), both);
  }
  return made;
}

function find(look, name, region) {
  const one = look.answer.measurements.find((each) => each.name === name && each.region === region);
  return one && IN_MM.has(name) && MM[one.unit] ? inMillimetres(one) : one;
}

function inMillimetres(one) {
  const [unit, size] = MM[one.unit];
  const [value, lower, upper] = [one.value, one.lower, one.upper].map((number) => (number === null ? null : number * size));
  return { ...one, unit, value, lower, upper };
}

function fill(row, one, both) {
  const cell = row.insertCell();
  if (!one || one.value === null) {
    cell.className = "reason";
    cell.colSpan = both ? 1 : 2;
    cell.textContent = word("reasons", one?.reason ?? "");
    return;
  }
  cell.textContent = figure(one.value, one.unit);
  const digits = digitsOf(one.value, one.unit);
  const interval = one.lower === null || one.upper === null ? "" : `${number(one.lower, digits)} – ${number(one.upper, digits)}`;
  if (!both) {
    Object.assign(row.insertCell(), { className: "interval", textContent: interval });
  } else if (interval) {
    cell.append(small(interval));
  }
}

function small(text) {
  return Object.assign(document.createElement("small"), { textContent: text });
}

// A number with its unit, as people read it.
export function figure(value, unit) {
  return number(value, digitsOf(value, unit)) + (unit ? `\u00a0${word("units", unit)}` : "");
}

// How many digits after the point show three in all; of a count none.
function digitsOf(value, unit) {
  if (!unit && Number.isInteger(value)) return 0;
  return Math.min(6, Math.abs(value) >= 100 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1))));
}

function number(value, digits) {
  return value.toFixed(digits);
}
