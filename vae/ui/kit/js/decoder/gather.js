// What linear layers and convolutions have in common: every output pixel is a sum over taps, each an input pixel times a
// matrix. Values lie with their channels last. Eight outputs at a time are summed up in local variables; inputs of zero,
// of which a ReLU leaves many, are passed over.

const BLOCK = 8;

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
 * @return (input, output) fills the output, both Float32Array
 */
export function gathered({channels, outputs, width, kernel, rows, columns}, weight, bias) {
  const blocks = Math.ceil(outputs / BLOCK);
  const taps = kernel[0] * kernel[1];
  const matrices = new Float32Array(taps * blocks * channels * BLOCK);
  const start = new Float32Array(blocks * BLOCK);
  if (bias) start.set(bias);
  for (let tap = 0; tap < taps; tap++) {
    for (let output = 0; output < outputs; output++) {
      const place = ((tap * blocks + Math.floor(output / BLOCK)) * channels) * BLOCK + (output % BLOCK);
      for (let c = 0; c < channels; c++) matrices[place + c * BLOCK] = weight(tap, c, output);
    }
  }
  const sums = new Float32Array(BLOCK);

  return (x, y) => {
    let to = 0;
    for (const down of rows) {
      for (const across of columns) {
        for (let block = 0; block < blocks; block++) {
          sum(x, down, across, block);
          const first = block * BLOCK;
          for (let i = 0, n = Math.min(BLOCK, outputs - first); i < n; i++) y[to + first + i] = sums[i];
        }
        to += outputs;
      }
    }
  };

  function sum(x, down, across, block) {
    const first = block * BLOCK;
    let a = start[first];
    let b = start[first + 1];
    let c = start[first + 2];
    let d = start[first + 3];
    let e = start[first + 4];
    let f = start[first + 5];
    let g = start[first + 6];
    let h = start[first + 7];
    for (let i = 0; i < down.length; i += 2) {
      for (let j = 0; j < across.length; j += 2) {
        let from = (down[i] * width + across[j]) * channels;
        let at = ((down[i + 1] * kernel[1] + across[j + 1]) * blocks + block) * channels * BLOCK;
        for (const end = from + channels; from < end; from++, at += BLOCK) {
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
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
    sums[4] = e;
    sums[5] = f;
    sums[6] = g;
    sums[7] = h;
  }
}
