// The dots of a map on a canvas that lies under the plot area, in device pixels.

import {blend, disc, stamp} from './dots.js';

const DISCS = 16_000; // points that are drawn as blended discs; more of them as plain squares
const FEW = 4_000; // points that have room for larger discs
const DIAMETER = {few: 7, many: 5};
const SQUARE = 2;

export function createRaster(canvas) {
  // Kept in main memory, where the dots are blended: a machine without a graphics card does not stall.
  const context = canvas.getContext('2d', {willReadFrequently: true});
  let image = null;
  let dot = null; // the masks of a disc, for the present size

  return {
    /**
     * @param area {left, top, width, height} of the plot in CSS pixels
     * @param view {x, y}: the ranges that it shows
     * @param points {x, y, hidden}
     * @param colours {palette, codes}
     */
    draw(area, view, points, {palette, codes}) {
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [area.width, area.height].map(pixels => Math.max(1, Math.round(pixels * ratio)));
      if (image?.width === width && image.height === height) image.data.fill(0);
      else {
        Object.assign(canvas, {width, height});
        image = context.createImageData(width, height);
      }
      Object.assign(canvas.style, {left: `${area.left}px`, top: `${area.top}px`, width: `${area.width}px`, height: `${area.height}px`});
      const [across, up] = [width / (view.x[1] - view.x[0]), height / (view.y[1] - view.y[0])];
      const toPixel = {x: [across, -view.x[0] * across], y: [-up, view.y[1] * up]};
      const count = points.x.length;
      if (count > DISCS) stamp(image, Math.max(1, Math.round(SQUARE * ratio)), points, toPixel, codes, palette);
      else {
        const diameter = (count > FEW ? DIAMETER.many : DIAMETER.few) * ratio;
        if (dot?.diameter !== diameter) dot = {diameter, ...disc(diameter)};
        blend(image, dot, points, toPixel, codes, palette);
      }
      context.putImageData(image, 0, 0);
      [canvas.dataset.x, canvas.dataset.y] = [view.x.join(' '), view.y.join(' ')];
    },
    /** Draw nothing. */
    clear() {
      canvas.width = 0;
      image = null; // the next drawing gives the canvas its size again
    },
    /** The drawing as the address of a PNG. */
    address: () => canvas.toDataURL(),
  };
}
