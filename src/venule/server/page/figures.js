// Numbers and what is known of a photograph, as people read them; numbers as the report writes them.

import { t, word } from "./texts.js";

const FINEST = 6; // digits after the point; smaller numbers have an exponent

// A number with its unit: three digits, or whole where it has more.
export function figure(value, unit) {
  return number(value, digitsOf(value, unit)) + (unit ? `\u00a0${word("units", unit)}` : "");
}

export function number(value, digits) {
  if (digits > FINEST) return value.toExponential(2);
  const grouped = (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return value.toFixed(digits).replace(/\d+/, grouped); // toLocaleString would make 12.0 of 11.95, the report 11.9
}

// How many digits after the point show three in all; of a count none.
export function digitsOf(value, unit) {
  if (!unit && Number.isInteger(value)) return 0;
  const short = Math.abs(Number(value.toPrecision(3))); // 9.996 is 10.0
  return Math.max(0, 2 - Math.floor(Math.log10(short || 1)));
}

// What is known of a photograph besides its measurements, in one line; `percent` of its field of view is vessel.
export function factsOf(look, percent) {
  const { laterality, scale_from: from, units } = look.answer;
  const { score, flaws } = qualityOf(look);
  const quality = [t("quality-short", { score }), flaws.join(", ")].filter(Boolean).join(": ");
  const eye = laterality ? [word("eyes", laterality)] : [];
  const scale = ([unit, size]) => t("facts-scale", { value: figure(size, unit), from: word("scales", from) });
  return [t("facts-share", { percent }), quality, ...eye, ...Object.entries(units).map(scale)].join(" · ");
}

export function qualityOf(look) {
  const { quality, quality_reasons: reasons } = look.answer;
  const flaws = reasons ? reasons.split("; ").map((code) => word("flaws", code)) : [];
  return { score: quality === null ? "" : quality.toFixed(2), flaws };
}
