// One row of a layer's output in WebAssembly, four numbers at a time: what `sumRow` of machine.js does in plain
// JavaScript. The program is put together here from its instructions, for nobody could read the bytes alone. It passes no
// zeros over: to ask for them takes as long as to multiply.

const [I32, V128, FUNCTION, EMPTY] = [0x7f, 0x7b, 0x60, 0x40];

/** A whole number in as many bytes as it needs (LEB128, signed: small ones read the same as unsigned). */
function whole(value) {
  const bytes = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}
const length = count => (count < 0x80 ? [count] : [(count & 0x7f) | 0x80, count >> 7]);
const counted = parts => [...length(parts.length), ...parts.flat()];
const section = (id, parts) => {
  const bytes = counted(parts);
  return [id, ...length(bytes.length), ...bytes];
};
const text = name => counted([...name].map(letter => [letter.charCodeAt(0)]));

const get = local => [0x20, local];
const set = (local, value) => [...value, 0x21, local];
const constant = value => [0x41, ...whole(value)];
const add = (a, b) => [...a, ...b, 0x6a];
const load = (address, offset = 0) => [...address, 0x28, 2, offset];
const load4 = (address, offset = 0) => [...address, 0xfd, 0x00, 2, offset];
const load1as4 = address => [...address, 0xfd, 0x09, 2, 0];
const store4 = (address, value, offset = 0) => [...address, ...value, 0xfd, 0x0b, 2, offset];
const multiply4 = (a, b) => [...a, ...b, 0xfd, 0xe6, 0x01];
const add4 = (a, b) => [...a, ...b, 0xfd, 0xe4, 0x01];
const notBelow = (a, b) => [...a, ...b, 0x4f];
const until = (condition, body) => [0x02, EMPTY, 0x03, EMPTY, ...condition, 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b];

// The function's arguments, addresses in bytes, and its own variables.
const ARGUMENTS = ['x', 'y', 'taps', 'tapsEnd', 'ends', 'endsEnd', 'columnTaps', 'matrices', 'start', 'startEnd', 'pixelIn', 'pixelOut'];
const OWN = ['to', 'block', 'matrix', 'column', 'columnFirst', 'columnEnd', 'row', 'across', 'from', 'fromEnd', 'at'];
const SUMS = ['low', 'high', 'value'];
const local = Object.fromEntries([...ARGUMENTS, ...OWN, ...SUMS].map((name, number) => [name, number]));
const v = name => get(local[name]);
const be = (name, value) => set(local[name], value);
const on = (name, step) => be(name, add(v(name), typeof step === 'number' ? constant(step) : step));

const channels = until(notBelow(v('from'), v('fromEnd')), [
  ...be('value', load1as4(v('from'))),
  ...be('low', add4(v('low'), multiply4(v('value'), load4(v('at'))))),
  ...be('high', add4(v('high'), multiply4(v('value'), load4(v('at'), 16)))),
  ...on('from', 4),
  ...on('at', 32),
]);
const acrossTaps = until(notBelow(v('across'), v('columnEnd')), [
  ...be('from', add(v('x'), add(load(v('row')), load(v('across'))))),
  ...be('at', add(v('matrix'), add(load(v('row'), 4), load(v('across'), 4)))),
  ...be('fromEnd', add(v('from'), v('pixelIn'))),
  ...channels,
  ...on('across', 8),
]);
const downTaps = until(notBelow(v('row'), v('tapsEnd')), [
  ...be('across', v('columnFirst')),
  ...acrossTaps,
  ...on('row', 8),
]);
const blocks = until(notBelow(v('block'), v('startEnd')), [
  ...be('low', load4(v('block'))),
  ...be('high', load4(v('block'), 16)),
  ...be('row', v('taps')),
  ...downTaps,
  ...store4(v('to'), v('low')),
  ...store4(v('to'), v('high'), 16),
  ...on('to', 32),
  ...on('block', 32),
  ...on('matrix', [...v('pixelIn'), ...constant(8), 0x6c]),
]);
const pixels = until(notBelow(v('column'), v('endsEnd')), [
  ...be('columnFirst', v('columnEnd')),
  ...be('columnEnd', add(v('columnTaps'), load(v('column')))),
  ...be('to', v('y')),
  ...be('block', v('start')),
  ...be('matrix', v('matrices')),
  ...blocks,
  ...on('y', v('pixelOut')),
  ...on('column', 4),
]);
const body = [...be('column', v('ends')), ...be('columnEnd', v('columnTaps')), ...pixels];

const code = [
  ...counted([
    [...length(OWN.length), I32],
    [...length(SUMS.length), V128],
  ]),
  ...body,
  0x0b,
];

/** The module: memory `env.memory` in, the function `sumRow` out. */
export const PROGRAM = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [[FUNCTION, ...counted(ARGUMENTS.map(() => [I32])), 0]]),
  ...section(2, [[...text('env'), ...text('memory'), 2, 0, 1]]),
  ...section(3, [[0]]),
  ...section(7, [[...text('sumRow'), 0, 0]]),
  ...section(10, [[...length(code.length), ...code]]),
]);
