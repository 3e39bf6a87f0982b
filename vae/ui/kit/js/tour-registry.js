// The parts of the page that a tour plays on, or another tab calls: each offers itself under a name when it is mounted.

const parts = {};

export function offer(name, part) {
  parts[name] = part;
}

/** The part of that name, or undefined while its tab has not been opened. */
export const offered = name => parts[name];
