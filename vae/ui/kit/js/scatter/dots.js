// Dots, written straight into pixels: ten thousand blended discs or a million plain squares take a few milliseconds.

const PHASES = 4; // positions of a disc's centre within a pixel, along each axis
const OPACITY = 0.8;
const SAMPLES = 4; // per pixel and axis, for the coverage at the rim

/** How much of each pixel of a square a disc covers whose centre lies at (cx, cy) in it. */
function coverage(side, radius, cx, cy) {
  const mask = new Float32Array(side * side);
  for (let row = 0; row < side * SAMPLES; row++) {
    for (let column = 0; column < side * SAMPLES; column++) {
      const x = (column + 0.5) / SAMPLES - cx;
      const y = (row + 0.5) / SAMPLES - cy;
      if (x * x + y * y > radius * radius) continue;
      mask[Math.floor(row / SAMPLES) * side + Math.floor(column / SAMPLES)] += OPACITY / (SAMPLES * SAMPLES);
    }
  }
  return mask;
}

/** The masks of a disc of that diameter in pixels, one for every phase of its centre. */
export function disc(diameter) {
  const reach = Math.ceil(diameter / 2);
  const side = 2 * reach + 1;
  const centre = phase => reach + (phase + 0.5) / PHASES;
  const masks = Array.from({length: PHASES * PHASES}, (_, phase) =>
    coverage(side, diameter / 2, centre(phase % PHASES), centre(Math.floor(phase / PHASES))),
  );
  return {reach, side, masks};
}

/**
 * Blend a disc for each visible point over an ImageData; what leaves it is cut off.
 *
 * @param points {x, y, hidden} in data units; one whose place is not a number leaves nothing
 * @param toPixel {x: [scale, offset], y: [scale, offset]}
 * @param codes the number of each point's colour
 * @param palette three bytes a colour
 */
export function blend({width, height, data}, {reach, side, masks}, {x, y, hidden}, toPixel, codes, palette) {
  const [scaleX, offsetX] = toPixel.x;
  const [scaleY, offsetY] = toPixel.y;
  for (let i = 0; i < x.length; i++) {
    if (hidden[i]) continue;
    const px = x[i] * scaleX + offsetX;
    const py = y[i] * scaleY + offsetY;
    const left = Math.floor(px);
    const top = Math.floor(py);
    if (!(left + reach >= 0 && top + reach >= 0 && left - reach < width && top - reach < height)) continue;
    const mask = masks[Math.floor((px - left) * PHASES) + PHASES * Math.floor((py - top) * PHASES)];
    const at = 3 * codes[i];
    const [red, green, blue] = [palette[at], palette[at + 1], palette[at + 2]];
    for (let row = Math.max(0, reach - top); row < Math.min(side, height + reach - top); row++) {
      for (let column = Math.max(0, reach - left); column < Math.min(side, width + reach - left); column++) {
        const cover = mask[row * side + column];
        if (cover === 0) continue;
        const pixel = 4 * ((top - reach + row) * width + left - reach + column);
        const under = (data[pixel + 3] / 255) * (1 - cover);
        const sum = cover + under;
        data[pixel] = (red * cover + data[pixel] * under) / sum;
        data[pixel + 1] = (green * cover + data[pixel + 1] * under) / sum;
        data[pixel + 2] = (blue * cover + data[pixel + 2] * under) / sum;
        data[pixel + 3] = 255 * sum;
      }
    }
  }
}

/** Lay an opaque square of `side` pixels for each visible point over an ImageData; the parameters are those of `blend`. */
export function stamp({width, height, data}, side, {x, y, hidden}, toPixel, codes, palette) {
  const pixels = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  const bytes = Uint8Array.from({length: (4 * palette.length) / 3}, (_, i) => (i % 4 === 3 ? 255 : palette[3 * (i >> 2) + (i % 4)]));
  const inks = new Uint32Array(bytes.buffer);
  const [scaleX, offsetX] = toPixel.x;
  const [scaleY, offsetY] = toPixel.y;
  const half = side / 2 - 0.5;
  for (let i = 0; i < x.length; i++) {
    if (hidden[i]) continue;
    const left = Math.floor(x[i] * scaleX + offsetX - half);
    const top = Math.floor(y[i] * scaleY + offsetY - half);
    if (!(left >= 0 && top >= 0 && left + side <= width && top + side <= height)) continue; // one that is cut is left out
    const ink = inks[codes[i]];
    for (let row = top; row < top + side; row++) {
      const start = row * width + left;
      for (let pixel = start; pixel < start + side; pixel++) pixels[pixel] = ink;
    }
  }
}
