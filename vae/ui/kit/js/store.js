// What the parts of the page share, such as the chosen model. One module, hence one store.

const listeners = {};

/** The state that all tabs share; plain values only, so that it fits into an address. */
export const shared = {model: null, comparing: false, training: false, learning: false, renewed: null};

/** Call `listener` with the new value whenever `key` of the shared state changes. */
export function watch(key, listener) {
  (listeners[key] ??= new Set()).add(listener);
  return () => listeners[key].delete(listener);
}

/** Change the shared state; the one who changes it is not told. */
export function change(key, value, except = null) {
  if (shared[key] === value) return;
  shared[key] = value;
  for (const listener of listeners[key] ?? []) if (listener !== except) listener(value);
}
