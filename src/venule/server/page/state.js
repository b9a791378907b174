// The shared state: the photographs, which of them are shown, and how.

// In the order of the list. Each has `file`; `stem`, the file name without the ending; `maps` by kind; `state`:
// "waiting", "working", "done" or "failed"; `look`, its latest results, or null; `query`, the options of its request;
// `stop`, which aborts the request; and the elements of its list entry.
export const photographs = [];

// Both have results. `compared` is shown beside `selected`; null: none.
export const seen = { selected: null, compared: null };

export const shown = {
  layers: {
    photograph: true, vessels: true, kinds: true, landmarks: true, skeleton: false, calibre: false, confidence: false,
    fov: true,
  },
  opacity: 0.75,
  level: null, // of the threshold, in 1/256; null: that of the measurements
  measuredLevel: null, // of the measurements; null: the threshold of the model
  calibres: null, // the colour scale of the calibre
  region: "", // whose outline is drawn; "": none
};

let tell = () => {};

// Set the function that is called after every change.
export function onChange(listener) {
  tell = listener;
}

export function changed() {
  tell();
}

// --- which photographs are shown

export function choose(one) {
  seen.selected = one;
  if (seen.compared === one) seen.compared = null;
  changed();
}

export function compareWith(one) {
  seen.compared = one ?? null;
  changed();
}

// A photograph leaves the list: another one is selected.
export function leave(one) {
  if (seen.compared === one || seen.selected === one) seen.compared = null;
  if (seen.selected === one) seen.selected = withLook()[0] ?? null;
  changed();
}

// The selected photograph, and the one beside it.
export function bothSeen() {
  return [seen.selected, seen.compared].filter(Boolean);
}

export function withLook() {
  return photographs.filter((one) => one.look);
}

// --- how they are shown

export function setLevel(level) {
  shown.level = level;
  changed();
}

// The share of the field of view that is vessel at the shown threshold, in percent.
export function percentOf({ look }) {
  return (100 * look.share(shown.level)).toFixed(1);
}
