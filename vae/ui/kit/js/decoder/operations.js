// What a node of a network can be: the twin of vae/models/graph/operations.py, for values that lie with their channels last.
//
// An operation: {least, most} inputs; settings {name: is it one}; shape(shapes, settings), null where they do not fit;
// weights(shapes, settings) -> {name: shape}; cost(shapes, settings, out) in multiply-adds; and
// run(shapes, settings, weights, out, machine) -> (inputs, output) fills the output.

import {convolved, gathered, transposed} from './gather.js';

const size = shape => shape.reduce((product, side) => product * side, 1);
const whole = (low, high = 65_536) => value => Number.isInteger(value) && low <= value && value <= high;
const number = value => typeof value === 'number' && Number.isFinite(value);
const list = (lengths, low, high = 65_536) => value =>
  Array.isArray(value) && lengths.includes(value.length) && value.every(whole(low, high));
const flag = value => typeof value === 'boolean';

const KERNEL = {kernel: list([2], 1, 64), stride: list([2], 1, 64), padding: list([2], 0, 64)};
const MARGINS = {margins: list([4], 0)};

const biased = (settings, weight) => (settings.bias ? {weight, bias: [settings.out]} : {weight});
const perChannel = ([shape]) => ({weight: [shape[0]], bias: [shape[0]]});
const ofAll = (shapes, settings, out) => size(out);
const none = () => 0;
const copied = () => ([x], y) => y.set(x);

/** An operation on every number by itself. */
const pointwise = (make, settings = {}) => ({
  settings,
  run(shapes, chosen) {
    const f = make(chosen);
    return ([x], y) => {
      for (let i = 0; i < x.length; i++) y[i] = f(x[i]);
    };
  },
});

/**
 * @param tapsOf of an axis, see gather.js
 * @param place (channel, output, channels, outputs) -> which kernel of the file is theirs
 */
const convolution = (tapsOf, place) => ([[channels, height, width]], {kernel, stride, padding}, {weight, bias}, [outputs, rows, columns], machine) => {
  const taps = size(kernel);
  const layer = {
    channels,
    outputs,
    width,
    kernel,
    rows: tapsOf(height, rows, kernel[0], stride[0], padding[0]),
    columns: tapsOf(width, columns, kernel[1], stride[1], padding[1]),
  };
  const run = gathered(layer, (tap, c, o) => weight[place(c, o, channels, outputs) * taps + tap], bias, machine);
  return ([x], y) => run(x, y);
};

const OWN = {
  linear: {
    settings: {out: whole(1), bias: flag},
    shape: ([shape], {out}) => (shape.length === 1 ? [out] : null),
    weights: ([shape], settings) => biased(settings, [settings.out, shape[0]]),
    cost: ([shape], settings, out) => shape[0] * out[0],
    run([[channels]], {out}, {weight, bias}, shape, machine) {
      const one = [Int32Array.of(0, 0)];
      const layer = {channels, outputs: out, width: 1, kernel: [1, 1], rows: one, columns: one};
      const run = gathered(layer, (tap, c, o) => weight[o * channels + c], bias, machine);
      return ([x], y) => run(x, y);
    },
  },
  conv: {
    settings: {out: whole(1), bias: flag, ...KERNEL},
    shape: ([shape], {out, kernel, stride, padding}) =>
      shape.length === 3
        ? [out, ...[0, 1].map(i => Math.floor((shape[i + 1] + 2 * padding[i] - kernel[i]) / stride[i]) + 1)]
        : null,
    weights: ([shape], settings) => biased(settings, [settings.out, shape[0], ...settings.kernel]),
    cost: ([shape], {kernel}, out) => shape[0] * size(kernel) * size(out),
    run: convolution(convolved, (c, o, channels) => o * channels + c),
  },
  conv_transpose: {
    settings: {out: whole(1), bias: flag, ...KERNEL, output_padding: list([2], 0, 64)},
    shape([shape], {out, kernel, stride, padding, output_padding: extra}) {
      if (shape.length !== 3 || extra.some((more, i) => more >= stride[i])) return null;
      const side = i => (shape[i + 1] - 1) * stride[i] - 2 * padding[i] + kernel[i] + extra[i];
      return [out, side(0), side(1)];
    },
    weights: ([shape], settings) => biased(settings, [shape[0], settings.out, ...settings.kernel]),
    cost: ([shape], {kernel}, out) => size(shape) * size(kernel) * out[0],
    run: convolution(transposed, (c, o, channels, outputs) => c * outputs + o),
  },
  scale: {
    weights: perChannel,
    run: ([[channels]], settings, {weight, bias}) => ([x], y) => {
      for (let i = 0; i < x.length; i++) y[i] = x[i] * weight[i % channels] + bias[i % channels];
    },
  },
  group_norm: {
    settings: {groups: whole(1), eps: value => number(value) && value > 0},
    shape: ([shape], {groups}) => (shape[0] % groups || size(shape) <= groups ? null : shape),
    weights: perChannel,
    run([shape], {groups, eps}, {weight, bias}) {
      const [channels] = shape;
      const together = channels / groups;
      const count = size(shape) / groups;
      const sums = new Float64Array(groups);
      const squares = new Float64Array(groups);
      const group = i => Math.floor((i % channels) / together);
      return ([x], y) => {
        sums.fill(0);
        squares.fill(0);
        for (let i = 0; i < x.length; i++) sums[group(i)] += x[i];
        for (let i = 0; i < x.length; i++) squares[group(i)] += (x[i] - sums[group(i)] / count) ** 2;
        for (let i = 0; i < x.length; i++) {
          const g = group(i);
          const normal = (x[i] - sums[g] / count) / Math.sqrt(squares[g] / count + eps);
          y[i] = normal * weight[i % channels] + bias[i % channels];
        }
      };
    },
  },
  add: {
    least: 2,
    most: 8,
    shape: shapes => (shapes.every(shape => String(shape) === String(shapes[0])) ? shapes[0] : null),
    run: () => (inputs, y) => {
      y.set(inputs[0]);
      for (const x of inputs.slice(1)) for (let i = 0; i < y.length; i++) y[i] += x[i];
    },
  },
  concat: {
    least: 2,
    most: 8,
    shape(shapes) {
      const places = shapes.map(shape => String(shape.slice(1)));
      if (places.some(place => place !== places[0])) return null;
      return [shapes.reduce((sum, shape) => sum + shape[0], 0), ...shapes[0].slice(1)];
    },
    cost: none,
    run: (shapes, settings, weights, [channels]) => (inputs, y) => {
      let first = 0;
      inputs.forEach((x, i) => {
        const [own] = shapes[i];
        for (let j = 0; j < x.length; j++) y[Math.floor(j / own) * channels + first + (j % own)] = x[j];
        first += own;
      });
    },
  },
  upsample: {
    settings: {factor: whole(1, 16)},
    shape: ([shape], {factor}) => (shape.length === 3 ? [shape[0], shape[1] * factor, shape[2] * factor] : null),
    cost: none,
    run: ([[channels, , width]], {factor}, weights, [, rows, columns]) => ([x], y) => {
      let to = 0;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, to += channels) {
          const from = (Math.floor(row / factor) * width + Math.floor(column / factor)) * channels;
          for (let c = 0; c < channels; c++) y[to + c] = x[from + c];
        }
      }
    },
  },
  pixel_shuffle: {
    settings: {factor: whole(1, 16)},
    shape([shape], {factor}) {
      const channels = shape[0] / factor ** 2;
      return shape.length === 3 && Number.isInteger(channels) ? [channels, shape[1] * factor, shape[2] * factor] : null;
    },
    cost: none,
    run: ([[within, , width]], {factor}, weights, [channels, rows, columns]) => ([x], y) => {
      let to = 0;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const pixel = (Math.floor(row / factor) * width + Math.floor(column / factor)) * within;
          const part = (row % factor) * factor + (column % factor);
          for (let c = 0; c < channels; c++) y[to++] = x[pixel + c * factor * factor + part];
        }
      }
    },
  },
  reshape: {
    settings: {shape: list([1, 3], 1)},
    shape: ([shape], settings) => (size(shape) === size(settings.shape) ? settings.shape : null),
    cost: none,
    run([shape], settings, weights, out) {
      if (String(shape) === String(out)) return copied();
      const from = places(shape); // in the file's order, channels first
      const to = places(out);
      return ([x], y) => {
        for (let i = 0; i < x.length; i++) y[to[i]] = x[from[i]];
      };
    },
  },
  pad: {
    settings: MARGINS,
    shape: ([shape], {margins}) => moved(shape, margins, 1),
    cost: none,
    run: ([[channels, height, width]], {margins: [top, , left]}, weights, [, , columns]) => ([x], y) => {
      for (let row = 0; row < height; row++) {
        const line = x.subarray(row * width * channels, (row + 1) * width * channels);
        y.set(line, ((row + top) * columns + left) * channels);
      }
    },
  },
  crop: {
    settings: MARGINS,
    shape: ([shape], {margins}) => moved(shape, margins, -1),
    cost: none,
    run: ([[channels, , width]], {margins: [top, , left]}, weights, [, rows, columns]) => ([x], y) => {
      for (let row = 0; row < rows; row++) {
        const from = ((row + top) * width + left) * channels;
        y.set(x.subarray(from, from + columns * channels), row * columns * channels);
      }
    },
  },
  mean: {
    shape: ([shape]) => (shape.length === 3 ? [shape[0]] : null),
    cost: ([shape]) => size(shape),
    run: ([[channels, height, width]]) => ([x], y) => {
      const sums = new Float64Array(channels);
      for (let i = 0; i < x.length; i++) sums[i % channels] += x[i];
      for (let c = 0; c < channels; c++) y[c] = sums[c] / (height * width);
    },
  },
  max: {
    shape: ([shape]) => (shape.length === 3 ? [shape[0]] : null),
    cost: ([shape]) => size(shape),
    run: ([[channels]]) => ([x], y) => {
      y.fill(-Infinity);
      for (let i = 0; i < x.length; i++) if (x[i] > y[i % channels]) y[i % channels] = x[i];
    },
  },
  relu: pointwise(() => x => (x > 0 ? x : 0)),
  leaky_relu: pointwise(({slope}) => x => (x > 0 ? x : slope * x), {slope: number}),
  elu: pointwise(({alpha}) => x => (x > 0 ? x : alpha * Math.expm1(x)), {alpha: number}),
  silu: pointwise(() => x => x / (1 + Math.exp(-x))),
  tanh: pointwise(() => Math.tanh),
  softplus: pointwise(() => x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  sigmoid: pointwise(() => x => 1 / (1 + Math.exp(-x))),
};

const COMMON = {least: 1, most: 1, settings: {}, shape: ([shape]) => shape, weights: () => ({}), cost: ofAll};

export const OPERATIONS = Object.fromEntries(
  Object.entries(OWN).map(([name, operation]) => [name, {...COMMON, ...operation}]),
);

function moved(shape, [top, bottom, left, right], sign) {
  return shape.length === 3 ? [shape[0], shape[1] + sign * (top + bottom), shape[2] + sign * (left + right)] : null;
}

/** Where each number lies here, in the order of the file. */
function places([channels, height = 1, width = 1]) {
  const found = new Int32Array(channels * height * width);
  const pixels = height * width;
  for (let c = 0; c < channels; c++) for (let p = 0; p < pixels; p++) found[c * pixels + p] = p * channels + c;
  return found;
}
