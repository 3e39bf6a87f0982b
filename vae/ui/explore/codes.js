// The codes of all images with their places on the maps. Once they are here the page knows by itself what lies between
// images, and asks no server for an empty place, nor for another map.

import {readFile} from '../kit/js/decoder/file.js';
import {bufferOf} from '../kit/js/files.js';

/** @param fetched (file) -> promise of its ArrayBuffer */
export function createCodes({fetched = bufferOf} = {}) {
  let file = null;
  let held = null; // {header, tensors} of that file
  let loading = null;

  return {
    open({codes}) {
      file = codes ?? null;
      held = null;
    },
    /** Fetch those of the model; where they do not come, the server knows them, and they may come the next time. */
    async load() {
      const wanted = file;
      if (!wanted || held || loading === wanted) return;
      loading = wanted;
      try {
        const found = readFile(await fetched(wanted));
        if (file === wanted) held = found;
      } catch (error) {
        console.warn(`${wanted}: ${error.message}`);
      } finally {
        if (loading === wanted) loading = null;
      }
    },
    here: () => held !== null,
    /** Where all images lie on a map, x and y in turn, or their values of one latent, "z3"; null: ask the server. */
    coordinates(projection) {
      if (!held) return null;
      const {codes, ...maps} = held.tensors;
      if (!/^z\d+$/.test(projection)) return maps[projection] ?? null;
      const count = Object.values(maps)[0].length / 2;
      const dims = codes.length / count;
      return Float32Array.from({length: count}, (_, row) => codes[row * dims + Number(projection.slice(1))]);
    },
    /** An empty place of a map as the server answers it, {z, neighbours: rows, distance, far}, or null: ask the server. */
    place(projection, x, y) {
      const points = held?.tensors[projection];
      if (!points) return null;
      const {neighbours, far} = held.header;
      const {z, rows, distances, distance} = between([x, y], points, held.tensors.codes, neighbours);
      return {z, neighbours: rows, distance, far: distances[0] > far[projection]};
    },
  };
}

/**
 * The code of an empty place, as vae/latent/neighbours.py mixes it from those of its neighbours.
 *
 * @param place [x, y] on the map
 * @param points the map's coordinates, x and y in turn
 * @param codes those of all points, one after the other
 * @param most how many neighbours are mixed
 * @return {z, rows: the nearest first, distances on the map, distance of z from the nearest code}
 */
export function between([x, y], points, codes, most) {
  const count = points.length / 2;
  const dims = codes.length / count;
  const near = []; // [row, distance], the nearest first
  for (let row = 0; row < count; row++) {
    const away = Math.hypot(points[2 * row] - x, points[2 * row + 1] - y);
    if (Number.isNaN(away) || (near.length === most && away >= near[most - 1][1])) continue;
    const place = near.findIndex(other => away < other[1]);
    near.splice(place < 0 ? near.length : place, 0, [row, away]);
    near.length = Math.min(near.length, most);
  }
  const weights = near.map(([, away]) => 1 / Math.max(away, 1e-9));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mixed = Array.from({length: dims}, (_, dim) => near.reduce((sum, [row], i) => sum + weights[i] * codes[row * dims + dim], 0) / total);
  let least = Infinity;
  for (let row = 0; row < count; row++) {
    let square = 0;
    for (let dim = 0; dim < dims; dim++) square += (codes[row * dims + dim] - mixed[dim]) ** 2;
    least = Math.min(least, square);
  }
  return {z: [...Float32Array.from(mixed)], rows: near.map(([row]) => row), distances: near.map(([, away]) => away), distance: Math.sqrt(least)};
}
