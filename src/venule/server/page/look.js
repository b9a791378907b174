// The results for a photograph, ready to be drawn: the pixels of each layer, and the mask at any threshold.

// As `venule.vessel_map` has them.
export const VESSEL = [64, 224, 255], ARTERY = [255, 96, 96], VEIN = [64, 120, 255], BOTH = [224, 64, 255], UNSURE = [192, 192, 192];
export const LEVELS = 256; // steps of the probability

// Viridis, the colours of the calibre.
export const SCALE = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];

let made = 0;

// A unit of length that all these results have; without one, pixels.
export function commonUnit(looks) {
  return ["um", "deg"].find((one) => looks.every((look) => look.answer.units[one])) ?? "px";
}

// The colour scale of the calibre, the same for all these results.
export function calibreScale(looks) {
  const unit = commonUnit(looks);
  return {
    unit,
    low: Math.min(...looks.map((look) => look.narrowest * look.sizeOf(unit))),
    high: Math.max(...looks.map((look) => look.widest * look.sizeOf(unit))),
  };
}

export class Look {
  static async of(answer) {
    const look = new Look();
    look.number = ++made; // identifies it
    look.answer = answer;
    look.width = answer.width_px;
    look.height = answer.height_px;
    look.own = answer.threshold;
    look.picture = await bitmap(answer.pictures.photograph, "image/jpeg");
    for (const name of ["probability", "vessels", "fov", "arteries", "veins"]) {
      look[name] = answer.pictures[name] ? await levels(answer.pictures[name], look.width, look.height) : null;
    }
    look.count();
    look.trace();
    answer.pictures = null; // the encoded pictures are no longer needed
    return look;
  }

  // Count the pixels of the field of view at each level, so that the share of vessels is known at once.
  count() {
    this.histogram = new Uint32Array(LEVELS);
    this.inside = this.ownVessels = 0;
    for (let i = 0; i < this.fov.length; i++) {
      if (!this.fov[i]) continue;
      this.inside++;
      this.histogram[this.probability[i]]++;
      if (this.vessels[i]) this.ownVessels++;
    }
  }

  // The share of the field of view that is vessel. `level` null: the threshold of the model.
  share(level) {
    if (level === null) return this.ownVessels / this.inside;
    let count = 0;
    for (let one = level; one < LEVELS; one++) count += this.histogram[one];
    return count / this.inside;
  }

  // The centrelines as paths, in pixels of the photograph, and the calibre at each step.
  trace() {
    this.centrelines = new Path2D();
    this.steps = [];
    for (const { centreline, calibre } of this.answer.graph.segments) {
      centreline.forEach(([row, column], i) => this.centrelines[i ? "lineTo" : "moveTo"](column + 0.5, row + 0.5));
      for (let i = 1; i < centreline.length; i++) this.steps.push([centreline[i - 1], centreline[i], (calibre[i - 1] + calibre[i]) / 2]);
    }
    const widths = this.steps.map(([, , width]) => width).sort((a, b) => a - b);
    this.narrowest = widths[Math.floor(widths.length * 0.02)] ?? 0;
    this.widest = widths[Math.floor(widths.length * 0.98)] ?? 1;
    this.nodes = { end: new Path2D(), branching: new Path2D(), crossing: new Path2D() };
    for (const { row, column, kind } of this.answer.graph.nodes) {
      const path = this.nodes[kind];
      if (!path) continue;
      path.moveTo(column + 0.5, row + 0.5);
      path.lineTo(column + 0.5, row + 0.5);
    }
  }

  // A circle about the optic disc and a cross on the fovea, with arms of some pixels.
  landmarks(arm) {
    const path = new Path2D();
    const { disc, fovea } = this.answer.graph;
    if (disc) path.arc(disc.centre[1] + 0.5, disc.centre[0] + 0.5, disc.diameter / 2, 0, 2 * Math.PI);
    if (fovea) {
      const [row, column] = fovea.centre.map((one) => one + 0.5);
      for (const [x, y] of [[arm, 0], [0, arm]]) {
        path.moveTo(column - x, row - y);
        path.lineTo(column + x, row + y);
      }
    }
    return path;
  }

  isVessel(i, level) {
    return level === null ? this.vessels[i] > 0 : this.probability[i] >= level && this.fov[i] > 0;
  }

  // The mask at a threshold as a canvas, in the colours of the layer. The last one is cached.
  mask(level, coloured) {
    const key = `${level} ${coloured && this.arteries !== null}`;
    if (this.maskKey === key) return this.maskCanvas;
    const [vessel, artery, vein, both, unsure] = [VESSEL, ARTERY, VEIN, BOTH, UNSURE].map((colour) => pixel(colour));
    this.maskCanvas = this.paint(this.maskCanvas, (out) => {
      const split = coloured && (this.arteries || this.veins);
      for (let i = 0; i < out.length; i++) {
        if (!this.isVessel(i, level)) { out[i] = 0; continue; }
        if (!split) { out[i] = vessel; continue; }
        const a = this.arteries?.[i] > 0, v = this.veins?.[i] > 0;
        out[i] = a && v ? both : a ? artery : v ? vein : unsure;
      }
    });
    this.maskKey = key;
    return this.maskCanvas;
  }

  // The probability: transparent, then violet to yellow.
  confidence() {
    this.confidenceCanvas ??= this.paint(null, (out) => {
      const colours = new Uint32Array(LEVELS);
      for (let level = 8; level < LEVELS; level++) {
        const s = level / 255;
        colours[level] = pixel([Math.min(255, 90 + 240 * s), 255 * s ** 1.6, 200 * (1 - s) ** 1.2 + 40], Math.min(255, 40 + 330 * s));
      }
      for (let i = 0; i < out.length; i++) out[i] = colours[this.probability[i]];
    });
    return this.confidenceCanvas;
  }

  // The vessels coloured by calibre: on a separate canvas, so that overlapping lines do not add up.
  widths(scale) {
    const key = [scale.unit, scale.low, scale.high].join();
    if (this.widthsKey === key) return this.widthsCanvas;
    this.widthsKey = key;
    this.widthsCanvas = Object.assign(document.createElement("canvas"), { width: this.width, height: this.height });
    const context = this.widthsCanvas.getContext("2d");
    context.lineCap = "round";
    for (const [colour, paths] of this.byWidth(scale)) {
      context.strokeStyle = SCALE[colour];
      for (const [width, path] of paths) {
        context.lineWidth = Math.max(width, this.width / 800);
        context.stroke(path);
      }
    }
    return this.widthsCanvas;
  }

  // Paths by colour and whole width, the narrowest first: there are few, however many steps.
  byWidth({ unit, low, high }) {
    const size = this.sizeOf(unit);
    const paths = new Map(SCALE.map((_, colour) => [colour, new Map()]));
    for (const [from, to, width] of this.steps) {
      const place = (width * size - low) / Math.max(1e-9, high - low);
      const of = paths.get(Math.max(0, Math.min(SCALE.length - 1, Math.floor(place * SCALE.length))));
      const whole = Math.max(1, Math.round(width));
      if (!of.has(whole)) of.set(whole, new Path2D());
      of.get(whole).moveTo(from[1] + 0.5, from[0] + 0.5);
      of.get(whole).lineTo(to[1] + 0.5, to[0] + 0.5);
    }
    return paths;
  }

  // The size of a pixel in a unit.
  sizeOf(unit) {
    return unit === "px" ? 1 : this.answer.units[unit];
  }

  // A dark layer outside the field of view.
  outside() {
    this.outsideCanvas ??= this.paint(null, (out) => {
      const dark = pixel([0, 0, 0], 255);
      const edge = pixel([255, 221, 87], 255);
      const reach = Math.max(1, Math.round(this.width / 500));
      for (let i = 0; i < out.length; i++) {
        if (!this.fov[i]) { out[i] = dark; continue; }
        const column = i % this.width, near = reach * this.width;
        const rim = column < reach || column >= this.width - reach || i < near || i >= out.length - near ||
          !this.fov[i - reach] || !this.fov[i + reach] || !this.fov[i - near] || !this.fov[i + near];
        out[i] = rim ? edge : 0;
      }
    });
    return this.outsideCanvas;
  }

  // A canvas of the size of the photograph whose pixels are set as 32-bit numbers: fast enough to follow a slider.
  paint(canvas, set) {
    canvas ??= Object.assign(document.createElement("canvas"), { width: this.width, height: this.height });
    const context = canvas.getContext("2d");
    const image = context.createImageData(this.width, this.height);
    set(new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
    return canvas;
  }
}

function pixel([red, green, blue], opacity = 255) {
  return ((opacity << 24) | (blue << 16) | (green << 8) | red) >>> 0; // little-endian, as all browsers are
}

async function bitmap(text, type) {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type }), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
}

async function levels(text, width, height) {
  const picture = await bitmap(text, "image/png");
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  picture.close();
  const { data } = context.getImageData(0, 0, width, height);
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i];
  return grey;
}
