// The downloads: mask, overlay, table, report, DICOM Segmentation.

import { ask } from "./api.js";
import { $, make } from "./dom.js";
import { query, segmentQuery } from "./options.js";
import { drawLook } from "./pane.js";
import { seen, shown, withLook } from "./state.js";
import { t } from "./texts.js";

// The content and the file name of each.
const FILES = {
  mask: async ({ stem, look }) => [await maskOf(look, shown.level), `${stem}_vessels.png`],
  overlay: async ({ stem, look }) => [await overlayOf(look), `${stem}_overlay.png`],
  table: async () => [tableOf(withLook().map((one) => one.look)), "measurements.csv"],
  report: async () => [await reportOf(withLook()), "report.html"],
  segmentation: async ({ stem, file }) => [await segmentationOf(file), `${stem}_seg.dcm`],
};

export function makeDownloads() {
  for (const name of Object.keys(FILES)) {
    const button = make("button", { type: "button", id: `save-${name}`, textContent: t(`save-${name}`) });
    button.addEventListener("click", () => download(button, FILES[name]));
    $("downloads").append(button);
  }
}

export function refreshDownloads() {
  $("save-segmentation").hidden = !seen.selected.look.answer.dicom;
}

// Some files come from the service, which may take a while or fail.
async function download(button, makeFile) {
  const tell = (text, values) => ($("downloads-said").textContent = t(text, { name: button.textContent, ...values }));
  button.disabled = true;
  tell("making");
  try {
    save(...(await makeFile(seen.selected)));
    tell("made");
  } catch (problem) {
    tell("not-made", { why: problem.message });
  } finally {
    button.disabled = false;
  }
}

function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// 255 for vessels at the shown threshold, 0 elsewhere.
function maskOf(look, level) {
  const canvas = look.paint(null, (out) => {
    for (let i = 0; i < out.length; i++) out[i] = look.isVessel(i, level) ? 0xffffffff : 0xff000000;
  });
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// The photograph with the shown layers, in full size; black outside the field of view, where names may be printed.
function overlayOf(look) {
  const canvas = make("canvas", { width: look.width, height: look.height });
  const layers = { ...shown.layers, fov: true };
  drawLook(canvas.getContext("2d"), look, { ...shown, layers }, Math.min(1, 1000 / look.width));
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// One row per photograph, with all columns of all photographs.
function tableOf(looks) {
  const columns = [...new Set(looks.flatMap((look) => Object.keys(look.answer.row)))];
  const rows = looks.map((look) => columns.map((column) => look.answer.row[column]));
  const text = [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
  return new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" });
}

// The report of photographs with their maps.
async function reportOf(photographs) {
  const form = new FormData();
  for (const { file } of photographs) form.append("photographs", file, file.name);
  for (const kind of ["arteries", "veins"]) {
    const maps = new Set(photographs.map((one) => one.maps[kind]).filter(Boolean));
    for (const map of maps) form.append(kind, map, map.name);
  }
  return ask(`v1/report?${query()}`, { body: form, type: "blob" });
}

// The vessels of a DICOM photograph at the shown threshold, as a DICOM Segmentation.
async function segmentationOf(file) {
  const form = new FormData();
  form.append("photograph", file, file.name);
  const asked = segmentQuery(shown.level ?? shown.measuredLevel);
  return ask(`v1/segment?format=dicom-seg&${asked}`, { body: form, type: "blob" });
}

function cell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^[=+@\t\r]/.test(text) || /^-[^\d.]/.test(text)) text = `'${text}`; // a spreadsheet would run it
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
