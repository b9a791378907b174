// All texts of the page: those of texts.json, and the labels of the report.

let texts = {};

export async function loadTexts() {
  const [own, labels] = await Promise.all(["page/texts.json", "page/labels.json"].map(load));
  texts = { ...own, ...labels };
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = t(element.dataset.label);
  }
}

async function load(place) {
  return (await fetch(place)).json();
}

// A text of the page, with its {placeholders} filled in.
export function t(key, values = {}) {
  return (texts.page[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// A label from a list such as "measurements", "regions" or "reasons"; without one, the code.
export function word(list, code) {
  return texts[list]?.[code] ?? code;
}

export function words(list) {
  return texts[list];
}
