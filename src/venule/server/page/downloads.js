// What can be taken along: mask, overlay, table, report.

import { ask } from "./api.js";
import { drawLook } from "./viewer.js";

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// 255 where there is vessel at the threshold that is shown, 0 elsewhere.
export function maskOf(look, level) {
  const canvas = look.paint(null, (out) => {
    for (let i = 0; i < out.length; i++) out[i] = look.isVessel(i, level) ? 0xffffffff : 0xff000000;
  });
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// The photograph with the layers that are shown, at its own size; black outside the field of view, where names stand.
export function overlayOf(look, shown) {
  const canvas = Object.assign(document.createElement("canvas"), { width: look.width, height: look.height });
  const layers = { ...shown.layers, fov: true };
  drawLook(canvas.getContext("2d"), look, { ...shown, layers }, Math.min(1, 1000 / look.width));
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// A row a photograph, with every column that any of them has.
export function tableOf(looks) {
  const columns = [...new Set(looks.flatMap((look) => Object.keys(look.answer.row)))];
  const rows = looks.map((look) => columns.map((column) => look.answer.row[column]));
  const text = [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
  return new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" });
}

// The report of photographs with their maps.
export async function reportOf(photographs, query) {
  const form = new FormData();
  for (const { file } of photographs) form.append("photographs", file, file.name);
  for (const kind of ["arteries", "veins"]) {
    for (const map of new Set(photographs.map(({ maps }) => maps[kind]).filter(Boolean))) form.append(kind, map, map.name);
  }
  return ask(`v1/report?${query}`, { body: form, type: "blob" });
}

// The vessels of a DICOM photograph as a DICOM Segmentation, which the service makes.
export async function segmentationOf(file, query) {
  const form = new FormData();
  form.append("photograph", file, file.name);
  return ask(`v1/segment?format=dicom-seg&${query}`, { body: form, type: "blob" });
}

function cell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^[=+@\t\r]/.test(text) || /^-[^\d.]/.test(text)) text = `'${text}`; // a spreadsheet would run it
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
