// What runs in the worker: networks by a name of the page's choice, and pictures of codes.

import {createNetwork, readGraph} from './graph.js';
import {readFile} from './file.js';
import {paint} from './pixels.js';

/**
 * Serve a worker's scope. It is sent {id, act, …} and answers {id, …} or {id, error}:
 *
 * - load {name, buffer, limits} -> {cost, input, output, likelihood, nodes: [{op, settings, shape, cost}]}
 * - decode {name, z: Float32Array of n codes, reader, values: numbers} -> {pixels: Uint8ClampedArray of n RGBA pictures,
 *   seconds, readings: Float32Array, what the network `reader` says of them, one after the other, values: of each number
 *   that was asked for a Float32Array of n such values, channels last}
 * - forget {name} -> {}
 */
export function serve(scope) {
  const networks = new Map();
  const acts = {
    load({name, buffer, limits}) {
      const {header, tensors} = readFile(buffer);
      const graph = readGraph(header.graph, limits);
      const shape = graph.shapes[graph.shapes.length - 1];
      networks.set(name, {run: createNetwork(graph, tensors), shape, likelihood: header.likelihood, size: graph.shapes[0][0]});
      const nodes = graph.nodes.map(({op, settings}, i) => ({op, settings, shape: graph.shapes[i + 1], cost: graph.costs[i]}));
      return {cost: graph.cost, input: graph.shapes[0], output: shape, likelihood: header.likelihood ?? null, nodes};
    },
    decode({name, z, reader, values: numbers = []}) {
      const began = performance.now();
      const {run, shape: [channels, height, width], likelihood, size} = networks.get(name);
      const count = z.length / size;
      const pixels = new Uint8ClampedArray(4 * count * height * width);
      const readings = [];
      const values = numbers.map(() => []);
      for (let i = 0; i < count; i++) {
        const picture = pixels.subarray(4 * i * height * width, 4 * (i + 1) * height * width);
        const made = run(z.subarray(i * size, (i + 1) * size));
        paint(made.at(-1), channels, likelihood, picture);
        if (reader) readings.push(...networks.get(reader).run(seen(picture, channels)).at(-1));
        numbers.forEach((number, k) => values[k].push(made[number].slice()));
      }
      return {pixels, readings: Float32Array.from(readings), values: values.map(joined), seconds: (performance.now() - began) / 1000};
    },
    forget({name}) {
      networks.delete(name);
      return {};
    },
  };

  scope.onmessage = ({data}) => {
    try {
      const answer = acts[data.act](data);
      const arrays = answer.pixels ? [answer.pixels, answer.readings, ...answer.values] : [];
      scope.postMessage({id: data.id, ...answer}, arrays.map(({buffer}) => buffer));
    } catch (error) {
      scope.postMessage({id: data.id, error: String(error.message ?? error)});
    }
  };
}

/** Arrays of one length, one after the other. */
function joined(parts) {
  const all = new Float32Array(parts.length * parts[0].length);
  parts.forEach((part, i) => all.set(part, i * part.length));
  return all;
}

/** A picture as a reader takes it: in [0, 1], channels last, from the very pixels that are shown. */
function seen(rgba, channels) {
  const pixels = rgba.length / 4;
  const x = new Float32Array(pixels * channels);
  for (let i = 0; i < pixels; i++) for (let c = 0; c < channels; c++) x[i * channels + c] = rgba[4 * i + c] / 255;
  return x;
}
