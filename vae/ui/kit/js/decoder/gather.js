// What linear layers and convolutions have in common: every output pixel is a sum over taps, each an input pixel times a
// matrix. Values lie with their channels last.

import {BLOCK} from './machine.js';

/** The taps of each output row of a convolution, as [input row, kernel row, …]; the same for columns. */
export function convolved(rows, outputs, kernel, stride, padding) {
  return listed(outputs, kernel, (row, tap) => row * stride + tap - padding, rows);
}

/** The same of a transposed convolution. */
export function transposed(rows, outputs, kernel, stride, padding) {
  return listed(outputs, kernel, (row, tap) => (row + padding - tap) / stride, rows);
}

function listed(outputs, kernel, source, rows) {
  return Array.from({length: outputs}, (_, row) => {
    const taps = [];
    for (let tap = 0; tap < kernel; tap++) {
      const from = source(row, tap);
      if (Number.isInteger(from) && from >= 0 && from < rows) taps.push(from, tap);
    }
    return Int32Array.from(taps);
  });
}

/**
 * A layer that is ready to run.
 *
 * @param layer {channels, outputs, width: columns of the input, kernel: [rows, columns], rows, columns: the taps of each
 *   output row and column}
 * @param weight (tap, channel, output) -> number
 * @param bias of each output, or undefined
 * @param machine of machine.js
 * @return (input, output) fills the output, both places of the machine
 */
export function gathered({channels, outputs, width, kernel, rows, columns}, weight, bias, machine) {
  const blocks = Math.ceil(outputs / BLOCK);
  const matrix = blocks * channels * BLOCK;
  const taps = kernel[0] * kernel[1];
  const matrices = new Float32Array(taps * matrix);
  const start = new Float32Array(blocks * BLOCK);
  if (bias) start.set(bias);
  for (let tap = 0; tap < taps; tap++) {
    for (let output = 0; output < outputs; output++) {
      const place = tap * matrix + Math.floor(output / BLOCK) * channels * BLOCK + (output % BLOCK);
      for (let c = 0; c < channels; c++) matrices[place + c * BLOCK] = weight(tap, c, output);
    }
  }
  const plan = {channels, outputs, blocks, start, matrices};
  return machine.layer({
    ...plan,
    rows: axis(rows, width * channels, kernel[1] * matrix),
    columns: axis(columns, channels, matrix),
  });
}

/** Taps as places: pairs of an input's and a matrix's, all outputs in one list, and where each output's end. */
function axis(lists, input, matrix) {
  let end = 0;
  return {
    taps: Int32Array.from(lists.flatMap(list => Array.from(list, (value, i) => value * (i % 2 ? matrix : input)))),
    ends: Int32Array.from(lists, list => (end += list.length)),
  };
}
