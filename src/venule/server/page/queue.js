// Sends waiting photographs to the service, a few at a time, and keeps the results.

import { ask } from "./api.js";
import { say } from "./dom.js";
import { qualityOf } from "./numbers.js";
import { drawThumbnail, tell } from "./list.js";
import { Look } from "./look.js";
import { query } from "./options.js";
import { changed, choose, photographs, seen, setLevel, shown } from "./state.js";
import { t } from "./texts.js";

const AT_ONCE = 2;

// Send the next waiting photographs.
export function next() {
  const working = photographs.filter((one) => one.state === "working").length;
  for (const one of photographs.filter((each) => each.state === "waiting").slice(0, AT_ONCE - working)) work(one);
}

// Put a photograph back in the queue.
export function again(one) {
  one.stop?.abort();
  tell(one, "waiting");
}

// Measure all photographs again with the current threshold, model and scale.
export function measureAgain() {
  shown.measuredLevel = shown.level ?? shown.measuredLevel;
  askAgain();
}

// Measure all photographs again at the threshold of the model.
export function measureAtOwnThreshold() {
  shown.measuredLevel = null;
  askAgain();
}

function askAgain() {
  setLevel(null);
  for (const one of photographs) {
    if (one.query !== undefined && one.query !== query() && one.state !== "failed") again(one);
  }
  next();
}

async function work(one) {
  const { name } = one.file;
  const { signal } = (one.stop = new AbortController());
  one.query = query();
  tell(one, "working", t("sending", { percent: 0 }), 0);
  try {
    const look = await lookAt(one, signal);
    if (signal.aborted) return; // another request replaces it
    one.look = look;
    const { score, flaws } = qualityOf(look);
    tell(one, "done", flaws.length ? flaws.join(", ") : t("quality-short", { score }));
    say(t("is-done", { name }));
    drawThumbnail(one);
    if (!seen.selected) choose(one);
  } catch (problem) {
    if (signal.aborted) return;
    tell(one, "failed", problem.message);
    one.button.title = problem.detail ?? "";
    say(t("has-failed", { name, why: problem.message }));
  } finally {
    changed();
    next();
  }
}

async function lookAt(one, signal) {
  const body = new FormData();
  body.append("photograph", one.file, one.file.name);
  for (const [kind, map] of Object.entries(one.maps)) body.append(kind, map, map.name);
  let timer;
  const progress = (share) => {
    clearInterval(timer);
    if (share < 1) tell(one, "working", t("sending", { percent: Math.round(100 * share) }), share);
    else timer = tellElapsed(one);
  };
  const waits = (seconds) => {
    clearInterval(timer);
    tell(one, "working", t("busy", { seconds }));
  };
  try {
    return await Look.of(await ask(`v1/look?${one.query}`, { body, signal, progress, waits }));
  } finally {
    clearInterval(timer);
  }
}

// Show each second how long a photograph has been processing; returns the timer.
function tellElapsed(one) {
  const start = performance.now();
  const show = () => tell(one, "working", t("looking", { seconds: Math.floor((performance.now() - start) / 1000) }));
  show();
  return setInterval(show, 1000);
}
