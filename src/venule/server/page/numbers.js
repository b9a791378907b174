// Numbers and facts of a photograph, as people read them; numbers by the same rules as report/tables.py.

import { t, word, words } from "./texts.js";

const FINEST = 6; // decimals; smaller numbers have an exponent

// A measurement with its unit.
export function valueText({ name, value, unit }) {
  return withUnit(numberText(value, isCount(name)), unit);
}

// The interval of a measurement; that of a count is widened to whole numbers.
export function intervalText({ name, lower, upper }) {
  const ends = isCount(name) ? [Math.floor(lower), Math.ceil(upper)] : [lower, upper];
  return ends.map((end) => numberText(end, isCount(name))).join(" – ");
}

// A number to three significant digits, or whole if it is longer; a count without decimals.
export function numberText(value, whole = false) {
  if (whole) return grouped(value, 0);
  const short = Number(value.toPrecision(3)); // 9.996 is 10.0
  if (short === 0) return "0";
  const digits = 2 - Math.floor(Math.log10(Math.abs(short)));
  if (digits <= FINEST) return grouped(value, Math.max(0, digits));
  return value.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2");
}

export function withUnit(text, unit) {
  return text + (unit ? `\u00a0${word("units", unit)}` : "");
}

function isCount(name) {
  return words("counts").includes(name);
}

// Fixed decimals with commas between thousands. toLocaleString would make 12.0 of 11.95, Python and toFixed 11.9.
function grouped(value, digits) {
  return fixed(value, digits).replace(/\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
}

// toFixed, but of two equally near numbers the even one, as Python has it: 1234.5 is 1234.
function fixed(value, digits) {
  const text = value.toFixed(digits);
  const rest = value.toFixed(60).split(".")[1].slice(digits);
  if (!/^50*$/.test(rest) || /[02468]$/.test(text)) return text;
  const step = 10 ** -digits;
  return (Number(text) - Math.sign(value) * step).toFixed(digits);
}

// Facts of a photograph in one line; vessels cover `percent` of its field of view.
export function factsOf(look, percent) {
  const { laterality, scale_from: from, units } = look.answer;
  const { score, flaws } = qualityOf(look);
  const quality = [t("quality-short", { score }), flaws.join(", ")].filter(Boolean).join(": ");
  const eye = laterality ? [word("eyes", laterality)] : [];
  const scale = ([unit, size]) => t("facts-scale", { value: withUnit(numberText(size), unit), from: word("scales", from) });
  return [t("facts-share", { percent }), quality, ...eye, ...Object.entries(units).map(scale)].join(" · ");
}

export function qualityOf(look) {
  const { quality, quality_reasons: reasons } = look.answer;
  const flaws = reasons ? reasons.split("; ").map((code) => word("flaws", code)) : [];
  return { score: quality === null ? "" : quality.toFixed(2), flaws };
}
