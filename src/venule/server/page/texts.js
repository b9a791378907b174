// All that the page says comes from texts.json, so that it can be translated.

let texts = {};

export async function loadTexts() {
  texts = await (await fetch("page/texts.json")).json();
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = t(element.dataset.label);
  }
}

// A text of the page, with {names} filled in.
export function t(key, values = {}) {
  return (texts.page[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// A word of a list such as "measurements", "regions", "reasons"; the code itself where there is none.
export function word(list, code) {
  return texts[list]?.[code] ?? code;
}

export function words(list) {
  return texts[list];
}
