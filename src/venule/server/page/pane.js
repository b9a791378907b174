// A pane shows a photograph with its layers. The panes of one view zoom and move together.

import { outline } from "./regions.js";

const FARTHEST = 1, NEAREST = 40;
export const STEP = 1.25;

// `zoom` is 1 when the whole photograph fits; `x` and `y` (0 to 1) are the point in the middle.
export class View {
  zoom = 1;
  x = 0.5;
  y = 0.5;
  panes = [];

  changed() {
    const half = 0.5 / this.zoom;
    this.x = Math.min(1 - half, Math.max(half, this.x));
    this.y = Math.min(1 - half, Math.max(half, this.y));
    for (const pane of this.panes) pane.draw();
    this.onchange?.();
  }

  zoomBy(factor, x = this.x, y = this.y) {
    const zoom = Math.min(NEAREST, Math.max(FARTHEST, this.zoom * factor));
    const part = 1 - this.zoom / zoom;
    this.x += (x - this.x) * part; // the point under the pointer stays there
    this.y += (y - this.y) * part;
    this.zoom = zoom;
    this.changed();
  }

  fit() {
    Object.assign(this, { zoom: 1, x: 0.5, y: 0.5 });
    this.changed();
  }
}

export class Pane {
  constructor(canvas, view, shown) {
    Object.assign(this, { canvas, view, shown, look: null, pointers: new Map() });
    view.panes.push(this);
    new ResizeObserver(() => this.resize()).observe(canvas);
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("dblclick", () => (view.zoom > 1 ? view.fit() : view.zoomBy(4)));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  show(look) {
    this.look = look;
    this.draw();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = Math.min(2, devicePixelRatio);
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    this.paint();
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  // Pixels of the canvas per pixel of the photograph.
  get scale() {
    const { width, height } = this.look;
    return Math.min(this.canvas.width / width, this.canvas.height / height) * this.view.zoom;
  }

  paint() {
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.look) return;
    const { scale, view, look } = this;
    context.setTransform(
      scale, 0, 0, scale,
      this.canvas.width / 2 - view.x * look.width * scale, this.canvas.height / 2 - view.y * look.height * scale,
    );
    context.imageSmoothingEnabled = scale < 4; // at higher zoom, show single pixels
    context.imageSmoothingQuality = "high";
    drawLook(context, look, this.shown, scale);
  }

  // The position of the pointer in the photograph, 0 to 1.
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const ratio = this.canvas.width / box.width;
    return [
      this.view.x + ((event.clientX - box.left - box.width / 2) * ratio) / (this.scale * this.look.width),
      this.view.y + ((event.clientY - box.top - box.height / 2) * ratio) / (this.scale * this.look.height),
    ];
  }

  wheel(event) {
    if (!this.look) return;
    event.preventDefault();
    this.view.zoomBy(Math.exp(-event.deltaY / 300), ...this.place(event));
  }

  down(event) {
    if (!this.look) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  move(event) {
    if (!this.pointers.has(event.pointerId)) return;
    const before = [...this.pointers.values()];
    const [x, y] = this.pointers.get(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    const ratio = this.canvas.width / this.canvas.clientWidth / before.length;
    this.view.x -= ((event.clientX - x) * ratio) / (this.scale * this.look.width);
    this.view.y -= ((event.clientY - y) * ratio) / (this.scale * this.look.height);
    const after = [...this.pointers.values()];
    if (after.length === 2) this.view.zoomBy(apart(after) / Math.max(1, apart(before)), ...this.place(event));
    else this.view.changed();
  }

  key(event) {
    const part = 0.1 / this.view.zoom;
    const steps = { ArrowLeft: [-part, 0], ArrowRight: [part, 0], ArrowUp: [0, -part], ArrowDown: [0, part] };
    if (steps[event.key]) {
      this.view.x += steps[event.key][0];
      this.view.y += steps[event.key][1];
      this.view.changed();
    } else if (event.key === "+" || event.key === "=") this.view.zoomBy(STEP);
    else if (event.key === "-") this.view.zoomBy(1 / STEP);
    else if (event.key === "0") this.view.fit();
    else return;
    event.preventDefault();
  }
}

function apart([[a, b], [c, d]]) {
  return Math.hypot(a - c, b - d);
}

// Draw a photograph with its layers, in pixels of the photograph.
export function drawLook(context, look, shown, scale) {
  const { layers, level } = shown;
  if (layers.photograph) context.drawImage(look.picture, 0, 0);
  else {
    context.fillStyle = "#000";
    context.fillRect(0, 0, look.width, look.height);
  }
  context.globalAlpha = shown.opacity;
  if (layers.confidence) context.drawImage(look.confidence(), 0, 0);
  if (layers.vessels) context.drawImage(look.mask(level, layers.kinds), 0, 0);
  context.lineCap = context.lineJoin = "round";
  if (layers.calibre) context.drawImage(look.widths(shown.calibres), 0, 0);
  if (layers.skeleton) {
    context.strokeStyle = "#fff";
    context.lineWidth = 1.6 / scale;
    context.stroke(look.centrelines);
    context.lineWidth = 6 / scale;
    for (const [kind, colour] of [["end", "#f0e442"], ["branching", "#ff7a1a"], ["crossing", "#56b4e9"]]) {
      context.strokeStyle = colour;
      context.stroke(look.nodes[kind]);
    }
  }
  context.globalAlpha = 1;
  if (layers.fov) context.drawImage(look.outside(), 0, 0);
  if (layers.landmarks) {
    for (const [colour, width] of [["#000", 4], ["#fff", 1.6]]) { // seen on bright and on dark
      context.strokeStyle = colour;
      context.lineWidth = width / scale;
      context.stroke(look.landmarks(12 / scale));
      context.setLineDash([8 / scale, 6 / scale]);
      context.stroke(outline(look.answer.graph, shown.region));
      context.setLineDash([]);
    }
  }
}
