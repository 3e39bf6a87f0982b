// Drawings in SVG: an element, and round values for its axes.

/** An SVG element: tag, attributes, children. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Round values inside a range, about one per `apart` pixels, and how many decimals they need. */
export function ticks([low, high], pixels, apart) {
  const rough = ((high - low) * apart) / pixels;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(factor => factor * power >= rough) * power;
  const first = Math.ceil(low / step - 1e-9);
  const values = Array.from({length: Math.floor(high / step + 1e-9) - first + 1}, (_, i) => (first + i) * step);
  return {values, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9))};
}
