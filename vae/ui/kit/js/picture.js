// Pictures that the page has decoded, as what a canvas and an <img> take.

let canvas = null; // one for all

/** One of several pictures of {pixels: RGBA, width, height} as ImageData. */
export function imageData({pixels, width, height}, index = 0) {
  const size = 4 * width * height;
  return new ImageData(pixels.subarray(index * size, (index + 1) * size), width, height);
}

/** The same as a data URI: a browser decodes it in the frame in which it is set, and it can be copied from the page. */
export function pictureAddress(decoded, index = 0) {
  canvas ??= document.createElement('canvas');
  const {width, height} = decoded;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
  canvas.getContext('2d', {willReadFrequently: true}).putImageData(imageData(decoded, index), 0, 0);
  return canvas.toDataURL();
}
