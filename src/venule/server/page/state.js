// What the modules of the page share: the photographs, which of them are seen, and how they are shown.

// In the order of the list, which makes them. Each has its `file`, whose name without the ending is its `stem`; `maps`
// by kind; `state`: "waiting", "working", "done" or "failed"; `look`: what the service has last seen in it, null:
// nothing yet; `query`: how it was asked; `stop`: what ends its request; and the elements of its entry.
export const photographs = [];

// Both have a look. `compared` is the one beside the selected; null: none.
export const seen = { selected: null, compared: null };

export const shown = {
  layers: {
    photograph: true, vessels: true, kinds: true, skeleton: false, calibre: false, confidence: false, fov: true,
  },
  opacity: 0.75,
  level: null, // of the threshold, in 1/256; null: that of the measurements
  measuredLevel: null, // at which was measured; null: the model's own
  calibres: null, // what the colours of calibres stand for
};

let tell = () => {};

// What is called whenever something here has changed.
export function onChange(listener) {
  tell = listener;
}

export function changed() {
  tell();
}

// --- which are seen

export function choose(one) {
  seen.selected = one;
  if (seen.compared === one) seen.compared = null;
  changed();
}

export function compareWith(one) {
  seen.compared = one ?? null;
  changed();
}

// One that leaves the list: another takes its place.
export function leave(one) {
  if (seen.compared === one || seen.selected === one) seen.compared = null;
  if (seen.selected === one) seen.selected = withLook()[0] ?? null;
  changed();
}

// The selected, and the one beside it.
export function bothSeen() {
  return [seen.selected, seen.compared].filter(Boolean);
}

export function withLook() {
  return photographs.filter((one) => one.look);
}

// --- and how

export function setLevel(level) {
  shown.level = level;
  changed();
}

// The share of the field of view that is vessel at the threshold that is shown, in percent.
export function percentOf({ look }) {
  return (100 * look.share(shown.level)).toFixed(1);
}
