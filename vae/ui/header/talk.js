// The links of a talk: one a line, and before each what is to be said.

const LINE = /^(.*?)\s*(?:https?:\/\/\S*?)?(\?\S+)$/;

/**
 * @param text a line: an address of this page or its query alone, after the caption, if there is one
 * @returns {{links: {caption: string, search: string}[], unread: number}} and how many lines hold no link
 */
export function readLinks(text) {
  const lines = text.split('\n').map(line => line.trim()).filter(Boolean);
  const links = lines.map(line => LINE.exec(line)).filter(Boolean).map(([, caption, search]) => ({caption: caption.replace(/\s*[:|]$/, ''), search}));
  return {links, unread: lines.length - links.length};
}

/** The number of the one after so many steps; it ends at both ends. */
export const stepped = (number, step, count) => Math.min(Math.max(number + step, 0), count - 1);
