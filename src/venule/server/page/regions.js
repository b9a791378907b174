// The outlines of the regions that are measured, as `venule/measurement/regions.py` has them.

const ZONES = { zone_b: [1, 1.5], zone_c: [1, 2.5] }; // radii about the disc, in disc diameters
const ETDRS = { centre: [0, 1 / 3], inner: [1 / 3, 1], outer: [1, 2] }; // about the fovea
const QUARTERS = { temporal: 0, superior: 1, nasal: 2, inferior: 3 }; // of a turn, from the temporal side

// A path around a region, in pixels of the photograph; empty where disc or fovea are not known.
export function outline({ disc, fovea }, region) {
  const path = new Path2D();
  const name = region.replace(/^(arteries|veins)_?/, "");
  if (!disc || !name) return path;
  const about = new Frame(disc, fovea);
  if (ZONES[name]) {
    for (const radius of ZONES[name]) about.ring(path, disc.centre, radius);
  } else if (fovea && name.startsWith("etdrs_")) {
    const [, ring, quarter] = name.split("_");
    const [low, high] = ETDRS[ring];
    if (!quarter) about.ring(path, fovea.centre, high);
    else about.sector(path, fovea.centre, low, high, QUARTERS[quarter] / 4);
  } else if (fovea) {
    about.line(path, name === "superior" || name === "inferior" ? 0 : 0.25);
  }
  return path;
}

// Directions in the photograph: along the line from disc to fovea, and above it.
class Frame {
  constructor(disc, fovea) {
    this.disc = disc;
    const [down, right] = fovea ? [fovea.centre[0] - disc.centre[0], fovea.centre[1] - disc.centre[1]] : [0, 1];
    this.along = Math.atan2(down, right);
    this.up = right >= 0 ? -1 : 1; // turning upwards is against the clock where the fovea is on the right
  }

  // The angle of a share of a turn, from the temporal side upwards.
  angle(turn) {
    return this.along + this.up * 2 * Math.PI * turn;
  }

  ring(path, [row, column], radius) {
    path.moveTo(column + 0.5 + radius * this.disc.diameter, row + 0.5);
    path.arc(column + 0.5, row + 0.5, radius * this.disc.diameter, 0, 2 * Math.PI);
  }

  sector(path, [row, column], low, high, turn) {
    const [start, end] = [this.angle(turn - 1 / 8), this.angle(turn + 1 / 8)];
    const part = new Path2D();
    part.arc(column + 0.5, row + 0.5, high * this.disc.diameter, start, end, this.up < 0);
    part.arc(column + 0.5, row + 0.5, low * this.disc.diameter, end, start, this.up > 0);
    part.closePath();
    path.addPath(part);
  }

  // Through the middle of the disc, far beyond the photograph.
  line(path, turn) {
    const [row, column] = this.disc.centre, far = 50 * this.disc.diameter;
    const [x, y] = [far * Math.cos(this.angle(turn)), far * Math.sin(this.angle(turn))];
    path.moveTo(column + 0.5 - x, row + 0.5 - y);
    path.lineTo(column + 0.5 + x, row + 0.5 + y);
  }
}
