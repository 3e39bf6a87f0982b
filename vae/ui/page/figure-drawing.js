// Figure 1 from its plan, an SVG without pictures: the page decodes each strip and puts it where it belongs.

import {make} from '../kit/js/dom.js';
import {imageData} from '../kit/js/picture.js';

const END = '</svg>';

/**
 * The figure as a data URI.
 *
 * @param plan {svg, cells: [[row, model, x, y]…], width, height, step}
 * @param strips of each row and model its {file, zs}
 * @param kind svg or png
 * @param decode (file, [z, …]) -> promise of {pixels, width, height}
 */
export async function drawnFigure({svg, cells, width, height, step}, strips, kind, decode) {
  const images = [];
  for (const [row, model, x, y] of cells) {
    const {file, zs} = strips[row][model];
    const strip = stripOf(await decode(file, zs), zs.length, {width, height, step});
    images.push(`<image x="${x}" y="${y}" width="${strip.width}" height="${strip.height}" href="${strip.toDataURL()}"/>\n`);
  }
  const text = svg.replace(END, () => images.join('') + END);
  const bytes = new TextEncoder().encode(text);
  const uri = `data:image/svg+xml;base64,${btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))}`;
  return kind === 'svg' ? uri : rastered(uri);
}

/** Pictures side by side on a canvas, smoothly enlarged. */
function stripOf(pictures, count, {width, height, step}) {
  const canvas = make('canvas', {width: (count - 1) * step + width, height});
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  const one = make('canvas', {width: pictures.width, height: pictures.height});
  for (let i = 0; i < count; i++) {
    one.getContext('2d', {willReadFrequently: true}).putImageData(imageData(pictures, i), 0, 0);
    context.drawImage(one, i * step, 0, width, height);
  }
  return canvas;
}

/** An SVG as a PNG of the size of its view box. */
async function rastered(uri) {
  const picture = new Image();
  picture.src = uri;
  await picture.decode();
  const [, , width, height] = /viewBox="([\d ]+)"/.exec(atob(uri.split(',')[1]))[1].split(' ').map(Number);
  const canvas = make('canvas', {width, height});
  canvas.getContext('2d').drawImage(picture, 0, 0, width, height);
  return canvas.toDataURL();
}
