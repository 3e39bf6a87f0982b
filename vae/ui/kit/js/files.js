// Files of the page: the server's, at their addresses there, or those that an exported page brings along.

import {make} from './dom.js';

const brought = new Map(); // file -> Blob, or a promise of it

/** Hold a file of this page, which asks no server for it. */
export const bring = (file, blob) => brought.set(file, blob);

/** A promise of the blob of a file that this page brings along; undefined for one that the server has. */
export const blobOf = async file => brought.get(file);

/** A promise of where a file can be had. */
export async function addressOf(file) {
  const blob = await blobOf(file);
  if (blob) return URL.createObjectURL(blob);
  const {root, api_prefix: prefix} = window.gradio_config;
  return `${root}${prefix || ''}/file=${file}`;
}

/** A promise of the ArrayBuffer of a file; rejects where it does not come. */
export async function bufferOf(file) {
  const blob = await blobOf(file);
  if (blob) return blob.arrayBuffer();
  const answer = await fetch(await addressOf(file));
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.arrayBuffer();
}

/** Let the browser save what an address of this page's own holds, which then goes. */
export function saveAddress(name, href) {
  make('a', {href, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
