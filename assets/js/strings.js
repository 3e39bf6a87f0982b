// The strings of the page: a table key -> text, made from Python's when the page is served.

import {texts} from './words.js';

/** The text behind a key, its {placeholders} filled. */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Is there such a string? */
export const has = key => key in texts;

const digits = new Map();

/** A number with so many decimals and a true minus sign. */
export function number(value, decimals = 0) {
  if (!digits.has(decimals)) {
    digits.set(decimals, new Intl.NumberFormat('en', {minimumFractionDigits: decimals, maximumFractionDigits: decimals}));
  }
  const text = digits.get(decimals).format(value);
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text.replace('-', '−');
}

/** Fill every element below `root` that carries data-text. */
export function fill(root) {
  for (const element of root.querySelectorAll('[data-text]')) element.textContent = t(element.dataset.text);
}
