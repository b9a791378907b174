// Find and make elements, and announce messages to screen readers.

export function $(id) {
  return document.getElementById(id);
}

// An element with its properties, among them `className` and `textContent`.
export function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

export function option(value, text) {
  return make("option", { value, textContent: text });
}

// Announce a message to screen readers.
export function say(text) {
  $("said").textContent = text;
}
