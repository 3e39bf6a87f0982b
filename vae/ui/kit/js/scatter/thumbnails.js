// Sprite sheets: loaded in the background after the first map, so that hovering asks the server for nothing.

import {blobAddress} from '../arrays.js';

const KEPT = 2; // sets of sheets; the two models of a pair share one set when they show the same images
const RETRY = 3000; // ms after a sheet that failed
const sets = new Map();

/** The thumbnails of a model: `draw(canvas, row)` says whether the picture was there. */
export function createThumbnails(overview, call) {
  const {key, columns, per_sheet: perSheet, sheets: count, width, height} = overview.thumbnails;
  let set = sets.get(key);
  sets.delete(key);
  if (!set) set = {sheets: Array(count).fill(null), addresses: []};
  sets.set(key, set);
  while (sets.size > KEPT) {
    const [oldest, old] = sets.entries().next().value;
    old.addresses.forEach(address => URL.revokeObjectURL(address));
    sets.delete(oldest);
  }
  let stopped = false;
  let wanted = 0;

  async function load(number) {
    const address = blobAddress(await call('thumbnails', overview.handle, number));
    set.addresses.push(address);
    const image = new Image();
    image.src = address;
    await image.decode();
    set.sheets[number] = image;
  }

  return {
    /** Load what is missing, one sheet at a time, the one that the pointer waits for first; try again what failed. */
    async loadAll(onSheet, fail) {
      while (!stopped) {
        const missing = set.sheets[wanted] ? set.sheets.indexOf(null) : wanted;
        if (missing < 0) return true;
        try {
          await load(missing);
          onSheet();
        } catch (error) {
          if (stopped) break;
          fail(error);
          await new Promise(resolve => setTimeout(resolve, RETRY));
        }
      }
      return false;
    },
    stop() {
      stopped = true;
    },
    draw(canvas, row) {
      wanted = Math.floor(row / perSheet);
      const image = set.sheets[wanted];
      if (!image) return false;
      const place = row % perSheet;
      const at = [(place % columns) * width, Math.floor(place / columns) * height];
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
      canvas.getContext('2d').drawImage(image, ...at, width, height, 0, 0, width, height);
      return true;
    },
  };
}
