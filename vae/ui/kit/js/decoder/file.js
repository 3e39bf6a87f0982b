// A network's file: safetensors, whose header names the tensors and holds our description.

const KEY = 'latent_explorer';
const READERS = {F16: [2, halves], F32: [4, singles]};

/**
 * @param buffer an ArrayBuffer
 * @return {header: what is ours of it, tensors: {name: Float32Array}}
 * @throws Error where it is cut off or no such file
 */
export function readFile(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 8) throw new Error('network.header');
  const length = Number(view.getBigUint64(0, true));
  const start = 8 + length;
  if (start > buffer.byteLength) throw new Error('network.cut_off');
  const text = new TextDecoder('utf-8', {fatal: true}).decode(new Uint8Array(buffer, 8, length));
  const {__metadata__: facts, ...places} = JSON.parse(text);
  const header = JSON.parse(facts?.[KEY] ?? 'null');
  const tensors = {};
  for (const [name, {dtype, shape, data_offsets: [from, to]}] of Object.entries(places)) {
    const [bytes, read] = READERS[dtype] ?? [];
    const count = shape.reduce((product, side) => product * side, 1);
    if (!read || to - from !== count * bytes || start + to > buffer.byteLength) {
      throw new Error(`network.cut_off.${name}`);
    }
    tensors[name] = read(view, start + from, count);
  }
  return {header, tensors};
}

function singles(view, from, count) {
  return Float32Array.from({length: count}, (_, i) => view.getFloat32(from + 4 * i, true));
}

/** Half precision: a sign, five bits of exponent and ten of fraction. */
function halves(view, from, count) {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const bits = view.getUint16(from + 2 * i, true);
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction
            ? NaN
            : Infinity
          : (1024 + fraction) * 2 ** (exponent - 25);
    values[i] = bits & 0x8000 ? -size : size;
  }
  return values;
}
