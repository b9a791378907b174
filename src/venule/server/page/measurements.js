// The measurements of one photograph, or of two beside one another, as tables.

import { t, word, words } from "./texts.js";

const KEY = ["vessel_density", "calibre_median", "tortuosity_distance", "branchings", "box_dimension"];

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
  const headings = [t("measurement"), ...looks.flatMap((look) => (looks.length > 1 ? [look.answer.name] : [t("value"), t("interval")]))];
  for (const heading of headings) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = heading;
    head.append(cell);
  }
  const body = made.createTBody();
  for (const name of names) {
    const row = body.insertRow();
    const cell = document.createElement("th");
    cell.scope = "row";
    cell.textContent = word("measurements", name);
    row.append(cell);
    for (const look of looks) fill(row, find(look, name, region), looks.length > 1);
  }
  return made;
}

function find(look, name, region) {
  return look.answer.measurements.find((one) => one.name === name && one.region === region);
}

function fill(row, one, both) {
  const cell = row.insertCell();
  if (!one || one.value === null) {
    cell.className = "reason";
    cell.colSpan = both ? 1 : 2;
    cell.textContent = word("reasons", one?.reason ?? "");
    return;
  }
  const unit = word("units", one.unit);
  cell.textContent = number(one.value, digitsOf(one.value, unit)) + (unit ? ` ${unit}` : "");
  const digits = digitsOf(one.value, unit);
  const interval = one.lower === null || one.upper === null ? "" : `${number(one.lower, digits)} – ${number(one.upper, digits)}`;
  if (!both) {
    Object.assign(row.insertCell(), { className: "interval", textContent: interval });
  } else if (interval) {
    const small = document.createElement("small");
    small.textContent = interval;
    cell.append(small);
  }
}

// How many digits after the point show three in all; of a count none.
function digitsOf(value, unit) {
  if (!unit && Number.isInteger(value)) return 0;
  return Math.min(6, Math.abs(value) >= 100 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1))));
}

function number(value, digits) {
  return value.toFixed(digits);
}
