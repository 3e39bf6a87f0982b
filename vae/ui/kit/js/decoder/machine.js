// What runs the sums of layers: WebAssembly with four numbers at a time where the browser has it, else plain JavaScript.

import {PROGRAM} from './simd.js';

export const BLOCK = 8; // outputs that are summed up together

const PAGE = 65_536; // bytes
const ROOM_AFTER = 4 * BLOCK; // bytes: the last pixel's block may reach beyond its outputs

/**
 * Where the numbers of one network lie and its layers are computed: {place, layer}.
 *
 * - place(count) -> () => Float32Array of so many numbers; to be asked for once all layers stand
 * - layer(plan) -> (x, y) fills y from x, both of such places. A plan: {channels, outputs, blocks, start: where the sums
 *   begin, matrices: by tap, block and channel the weights of BLOCK outputs, rows, columns: {taps, ends}}. The taps of an
 *   axis are pairs (where the input's pixels lie, where the matrix lies), those of output i ending at ends[i].
 */
export function createMachine() {
  return simdMachine() ?? plainMachine();
}

export function plainMachine() {
  return {
    place(count) {
      const values = new Float32Array(count);
      return () => values;
    },
    layer(plan) {
      const {outputs, rows, columns} = plan;
      return (x, y) => {
        const line = columns.ends.length * outputs;
        rows.ends.forEach((end, row) => sumRow(plan, x, y, row * line, row ? rows.ends[row - 1] : 0, end));
      };
    },
  };
}

/** Inputs of zero, of which a ReLU leaves many, are passed over. */
function sumRow({channels, outputs, blocks, start, matrices, rows, columns}, x, y, to, first, end) {
  let beginning = 0;
  for (const columnEnd of columns.ends) {
    for (let block = 0; block < blocks; block++) {
      const own = block * BLOCK;
      const matrix = own * channels;
      let a = start[own];
      let b = start[own + 1];
      let c = start[own + 2];
      let d = start[own + 3];
      let e = start[own + 4];
      let f = start[own + 5];
      let g = start[own + 6];
      let h = start[own + 7];
      for (let i = first; i < end; i += 2) {
        for (let j = beginning; j < columnEnd; j += 2) {
          let from = rows.taps[i] + columns.taps[j];
          let at = matrix + rows.taps[i + 1] + columns.taps[j + 1];
          for (const stop = from + channels; from < stop; from++, at += BLOCK) {
            const v = x[from];
            if (v === 0) continue;
            a += v * matrices[at];
            b += v * matrices[at + 1];
            c += v * matrices[at + 2];
            d += v * matrices[at + 3];
            e += v * matrices[at + 4];
            f += v * matrices[at + 5];
            g += v * matrices[at + 6];
            h += v * matrices[at + 7];
          }
        }
      }
      const sums = [a, b, c, d, e, f, g, h];
      for (let i = 0, n = Math.min(BLOCK, outputs - own); i < n; i++) y[to + own + i] = sums[i];
    }
    beginning = columnEnd;
    to += outputs;
  }
}

/** The same by simd.js, in a memory of this network's own. Null where a browser has or allows no such thing. */
export function simdMachine() {
  let memory;
  let run;
  try {
    memory = new WebAssembly.Memory({initial: 1});
    run = new WebAssembly.Instance(new WebAssembly.Module(PROGRAM), {env: {memory}}).exports.sumRow;
  } catch {
    return null;
  }
  let end = 0;

  function room(bytes) {
    const address = end;
    end += Math.ceil(bytes / 16) * 16;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  function copied(numbers) {
    const address = room(numbers.byteLength);
    new numbers.constructor(memory.buffer, address, numbers.length).set(numbers);
    return address;
  }

  const axis = ({taps, ends}) => ({taps: copied(taps.map(place => 4 * place)), ends: copied(ends.map(end => 4 * end)), count: ends.length});

  return {
    place(count) {
      const address = room(4 * count + ROOM_AFTER);
      return () => new Float32Array(memory.buffer, address, count);
    },
    layer({channels, outputs, start, matrices, rows, columns}) {
      const [first, across] = [copied(start), axis(columns)];
      const firstEnd = first + start.byteLength;
      const [weights, down] = [copied(matrices), axis(rows)];
      const downEnds = rows.ends.map(end => down.taps + 4 * end);
      const line = 4 * outputs * across.count;
      return (x, y) => {
        let taps = down.taps;
        downEnds.forEach((tapsEnd, row) => {
          const to = y.byteOffset + row * line;
          run(x.byteOffset, to, taps, tapsEnd, across.ends, across.ends + 4 * across.count, across.taps, weights, first, firstEnd, 4 * channels, 4 * outputs);
          taps = tapsEnd;
        });
      };
    },
  };
}
