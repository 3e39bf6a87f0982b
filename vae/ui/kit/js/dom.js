// Elements: how one is made, filled and marked as drawn.

/** A new element: tag, properties, children. Keys with a dash are attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes('-') || key === 'role') element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

/** Mark a part as drawn, or as being redrawn. */
export function ready(element, drawn = true) {
  if (drawn) element.dataset.ready = '1';
  else delete element.dataset.ready;
}

/** Call back once what has been set now is on the screen; a hidden page paints nothing and must not wait. */
export function afterPaint(callback) {
  if (document.hidden) callback();
  else requestAnimationFrame(() => setTimeout(callback));
}

/** The options of a <select>: [value, text] pairs. */
export function options(select, pairs, chosen) {
  select.replaceChildren(...pairs.map(([value, text]) => make('option', {value, textContent: text})));
  if (chosen !== undefined) select.value = chosen;
}
