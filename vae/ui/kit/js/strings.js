// The strings of the page: a table key -> text, made from Python's when the page is served.

import {language, texts} from './words.js';

const DATA = ['data', 'factor']; // places of names that come with the data

/** The text behind a key, its {placeholders} filled. */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? spoken(values[name], name) : whole));
}

/** A value as it stands in a sentence: a list of names, a sentence of its own ({key, values}), or what it is. */
export function spoken(value, name = '') {
  if (Array.isArray(value)) return value.map(each => (Array.isArray(each) ? `${spoken(each[0], 'factor')} (${each[1]})` : spoken(each, 'factor'))).join(', ');
  if (value?.key) return t(value.key, value.values);
  if (typeof value === 'number' && Math.abs(value) >= 1000 && !Number.isInteger(value)) return number(value, decimalsOf(value));
  return DATA.includes(name) ? named(value) : String(value);
}

/** With so many decimals a number stands as it came. */
const decimalsOf = value => Math.min(20, /\.(\d+)$/.exec(String(value))?.[1].length ?? 3);

/** Is there such a string? */
export const has = key => key in texts;

/** A name that comes with the data: of a data set, a factor, a value or a class; one that is not known stays as it is. */
export const named = name => texts[`name.${name}`] ?? String(name);

/** Several of them, as a label. */
export const namedAll = names => names.map(named).join(' + ');

/** What a map can be coloured by: a factor, or something that is known of every image. */
export const colourNamed = key => texts[`colour.${key}`] ?? named(key);

/** What is known of an image: [factor, value or list of values] pairs as texts. */
export const facts = known => known.map(([name, value]) => `${colourNamed(name)} ${spoken(value, 'factor')}`);

const digits = new Map();

/** A number with so many decimals and a true minus sign. */
export function number(value, decimals = 0) {
  if (!digits.has(decimals)) {
    digits.set(decimals, new Intl.NumberFormat(language, {minimumFractionDigits: decimals, maximumFractionDigits: decimals}));
  }
  const text = digits.get(decimals).format(value);
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text.replace('-', '−');
}

const short = new Intl.NumberFormat(language, {notation: 'compact', maximumSignificantDigits: 2});

/** A large number in two figures: 66K, 4.2M. */
export const compact = value => short.format(value).replace('-', '−');

/** Fill every element below `root` that carries data-text. */
export function fill(root) {
  for (const element of root.querySelectorAll('[data-text]')) element.textContent = t(element.dataset.text);
}
