// Requests to the service that this page comes from.

import { t, word } from "./texts.js";

const TRIES = 40; // of a request while the service is busy

let token = new URLSearchParams(location.hash.slice(1)).get("token") ?? sessionStorage.getItem("token") ?? "";
if (location.hash.includes("token=")) {
  sessionStorage.setItem("token", token);
  history.replaceState(null, "", location.pathname);
}

// An error as text for people: that of texts.json, perhaps with the detail that the service sent, or else this detail.
export class Problem extends Error {
  constructor(status, body) {
    const detail = body.detail ?? t("no-answer");
    const text = word("problems", body.code);
    super(text === body.code ? detail : text.replace("{detail}", () => detail));
    this.status = status;
    this.code = body.code ?? "";
    this.detail = body.detail ?? "";
  }
}

// Send a request. `progress` gets the share of the upload that is sent, `waits` the seconds until the next try.
export async function ask(path, { body, type = "json", progress = () => {}, waits = () => {}, signal } = {}) {
  for (let tries = 1; ; tries++) {
    const answer = await send(path, body, type, progress, signal);
    if (answer.status >= 200 && answer.status < 300) return answer.content;
    if (answer.status === 401) {
      await askToken();
      continue;
    }
    const busy = answer.status === 429 || (answer.status === 503 && answer.content.code === "busy");
    if (!busy || tries === TRIES) throw new Problem(answer.status, answer.content);
    const seconds = answer.retryAfter || 2;
    waits(seconds);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  }
}

// XMLHttpRequest, because fetch does not report the progress of an upload.
function send(path, body, type, progress, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Problem(0, { code: "removed" }));
    const request = new XMLHttpRequest();
    request.open(body ? "POST" : "GET", path);
    request.responseType = "blob";
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = async () => {
      const good = request.status >= 200 && request.status < 300;
      let content = request.response;
      if (type === "json" || !good) {
        const text = await content.text();
        try { content = JSON.parse(text); } catch { content = { detail: text }; }
      }
      resolve({ status: request.status, content, retryAfter: Number(request.getResponseHeader("Retry-After")) });
    };
    request.onerror = () => reject(new Problem(0, { code: "no-answer" }));
    request.onabort = () => reject(new Problem(0, { code: "removed" }));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body ?? null);
  });
}

let asking = null; // one dialog, however many requests need the token

function askToken() {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("token");
    const field = document.getElementById("token-value");
    field.value = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      token = field.value.trim();
      sessionStorage.setItem("token", token);
      asking = null;
      resolve();
    }, { once: true });
  });
  return asking;
}
