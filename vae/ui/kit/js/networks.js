// Networks that the page runs by itself, in a worker, so that drawing never waits for them. Whoever cannot have one here
// asks the server.

import {GRAPH_LIMITS} from './constants.js';
import {bufferOf} from './files.js';
import {SOURCE} from './worker-source.js';

const PATIENCE = 15_000; // ms for an answer of the worker, after which it is taken for dead
const MOST = 8; // networks that it holds
const PIECE = 15_000_000; // multiply-adds in one go, for which a newer z may have to wait: some 2 ms of one core, 8 without SIMD

/** No network runs here: the worker died or could not begin, or the file did not come whole. */
export class Unavailable extends Error {}

/**
 * @param begin () -> a worker that `decoder/worker.js` serves
 * @param fetched (file) -> promise of its ArrayBuffer
 */
export function createNetworks({begin = blobWorker, fetched = bufferOf} = {}) {
  const loaded = new Map(); // file -> promise of what is known of it, the one used last at the end
  const waiting = new Map(); // number of a question -> {resolve, reject, timer}
  const mourners = new Set();
  let worker = null;
  let dead = false;
  let asked = 0;

  function died() {
    if (dead) return;
    dead = true;
    worker?.terminate();
    for (const {reject, timer} of waiting.values()) {
      clearTimeout(timer);
      reject(new Unavailable('worker'));
    }
    waiting.clear();
    loaded.clear();
    for (const listener of mourners) listener();
  }

  function started() {
    if (worker) return worker;
    worker = begin();
    worker.onerror = died;
    worker.onmessageerror = died;
    worker.onmessage = ({data: {id, error, ...answer}}) => {
      const question = waiting.get(id);
      if (!question) return;
      waiting.delete(id);
      clearTimeout(question.timer);
      if (error) question.reject(new Unavailable(error));
      else question.resolve(answer);
    };
    return worker;
  }

  function ask(question, transfer = []) {
    if (dead) return Promise.reject(new Unavailable('worker'));
    try {
      started();
    } catch (error) {
      died();
      return Promise.reject(new Unavailable(String(error)));
    }
    const id = (asked += 1);
    return new Promise((resolve, reject) => {
      waiting.set(id, {resolve, reject, timer: setTimeout(died, PATIENCE)});
      worker.postMessage({id, ...question}, transfer);
    });
  }

  /** What is known of a network, once it is ready: {cost, input, output, likelihood, nodes: [{op, settings, shape, cost}]}.
   * Rejects with Unavailable. */
  function load(file) {
    const coming = loaded.get(file) ?? ready(file);
    loaded.delete(file);
    loaded.set(file, coming);
    for (const old of [...loaded.keys()].slice(0, -MOST)) {
      loaded.delete(old);
      ask({act: 'forget', name: old}).catch(() => {});
    }
    return coming;
  }

  async function ready(file) {
    try {
      const buffer = await fetched(file);
      return await ask({act: 'load', name: file, buffer, limits: GRAPH_LIMITS}, [buffer]);
    } catch (error) {
      loaded.delete(file); // it may come whole the next time
      throw error instanceof Unavailable ? error : new Unavailable(String(error));
    }
  }

  return {
    load,
    /**
     * Pictures of codes.
     *
     * @param zs [z, …]
     * @param reader the file of the network that reads them, or none
     * @param values numbers of the network's own values, to be answered too: node i makes value i + 1
     * @return promise of {pixels: RGBA of all pictures, width, height, readings: of all pictures, values: of each number
     *   those of all pictures, channels last, seconds}
     */
    async decode(file, zs, reader = null, values = []) {
      const [{output: [, height, width]}] = await Promise.all([load(file), reader && load(reader)]);
      const z = Float32Array.from(zs.flat());
      const answer = await ask({act: 'decode', name: file, z, reader, values}, [z.buffer]);
      return {...answer, width, height};
    },
    /** Call `listener` once the worker is gone for good. */
    onDeath: listener => mourners.add(listener),
    alive: () => !dead,
  };
}

/** Many codes, piece by piece: {first: which code a piece begins with, pixels, width, height}. */
export const pieces = async function* (networks, {file, cost}, zs) {
  const length = Math.max(1, Math.floor(PIECE / cost));
  for (let first = 0; first < zs.length; first += length) {
    yield {first, ...(await networks.decode(file, zs.slice(first, first + length)))};
  }
};

function blobWorker() {
  const address = URL.createObjectURL(new Blob([SOURCE], {type: 'text/javascript'}));
  try {
    return new Worker(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Those of this page, shared by all of its tabs. */
export const networks = createNetworks();
