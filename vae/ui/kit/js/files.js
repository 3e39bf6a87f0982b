// Files of the page: the server's, at their addresses there, or those that an exported page brings along.

const brought = new Map(); // file -> Blob

/** Hold a file of this page, which asks no server for it. */
export const bring = (file, blob) => brought.set(file, blob);

/** The blob of a file that this page brings along, or undefined. */
export const blobOf = file => brought.get(file);

/** Where a file can be had. */
export function addressOf(file) {
  const blob = blobOf(file);
  if (blob) return URL.createObjectURL(blob);
  const {root, api_prefix: prefix} = window.gradio_config;
  return `${root}${prefix || ''}/file=${file}`;
}
