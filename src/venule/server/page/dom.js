// Elements of the page: found, made, and told to those who listen.

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

// For screen readers, which read it aloud.
export function say(text) {
  $("said").textContent = text;
}
