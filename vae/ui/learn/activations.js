// What a decoder's layers make of a code: which nodes form a layer, which of its channels vary, and which latent moves
// them. Values lie with their channels last.

const MIXING = ['linear', 'conv', 'conv_transpose']; // every number that these make depends on all channels before
const PREPARING = ['upsample', 'pad']; // for what comes next
const ABOVE = [20, 150, 136]; // colours that are seen on light and dark
const BELOW = [213, 94, 0];

/**
 * The layers of a network: each begins with a node that mixes channels, and with what prepares its input.
 *
 * @param network {input, nodes} of kit/js/networks
 * @return [{op, settings, ops: of all its nodes, from: shape of what it takes, shape: of what it makes, value: its
 *   number, cost}]
 */
export function layersOf({input, nodes}) {
  const layers = [];
  let preparing = [];
  nodes.forEach((node, i) => {
    const numbers = [...preparing, i];
    preparing = [];
    if (PREPARING.includes(node.op) && i < nodes.length - 1) preparing = numbers;
    else if (MIXING.includes(node.op) || !layers.length) layers.push({first: node, numbers});
    else layers.at(-1).numbers.push(...numbers);
  });
  return layers.map(({first: {op, settings}, numbers}, i) => {
    const last = numbers.at(-1);
    const before = i ? nodes[layers[i - 1].numbers.at(-1)].shape : input;
    return {
      op,
      settings,
      ops: numbers.map(number => nodes[number].op),
      from: before,
      shape: nodes[last].shape,
      value: last + 1,
      cost: numbers.reduce((sum, number) => sum + nodes[number].cost, 0),
    };
  });
}

/** So many of them, evenly chosen, the first and the last among them. */
export function evenly(all, most) {
  if (all.length <= most) return all;
  return Array.from({length: most}, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}

/** Codes by which a layer is got to know: each of these latents far down and far up, all others at 0. */
export const probes = (dims, latents, reach) =>
  latents.flatMap(dim => [-reach, reach].map(value => Array.from({length: dims}, (_, other) => (other === dim ? value : 0))));

/**
 * How much each channel varies over some codes and all pixels, those that vary most first.
 *
 * @param values what the codes made of the layer, [Float32Array, …]
 * @return [{channel, variance, most: its greatest distance from 0}]
 */
export function variety(values, channels) {
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  const most = new Float64Array(channels);
  for (const value of values) {
    for (let i = 0; i < value.length; i++) {
      const c = i % channels;
      sums[c] += value[i];
      squares[c] += value[i] ** 2;
      most[c] = Math.max(most[c], Math.abs(value[i]));
    }
  }
  const count = (values.length * values[0].length) / channels;
  const all = Array.from(sums, (sum, channel) => ({channel, variance: squares[channel] / count - (sum / count) ** 2, most: most[channel]}));
  return all.sort((one, other) => other.variance - one.variance);
}

/** How far each channel has moved, the mean over its pixels. */
export function movement(before, after, channels) {
  const moved = new Float64Array(channels);
  for (let i = 0; i < before.length; i++) moved[i % channels] += Math.abs(after[i] - before[i]);
  return moved.map(sum => (sum * channels) / before.length);
}

/** Of each channel the place of the movement that is greatest and its share of all of them; null where nothing moves it. */
export function movers(movements) {
  return Array.from(movements[0], (_, channel) => {
    const moved = movements.map(each => each[channel]);
    const most = Math.max(...moved);
    return most > 0 ? {place: moved.indexOf(most), share: most / moved.reduce((sum, each) => sum + each, 0)} : null;
  });
}

/**
 * One channel as pixels: nothing at 0, the deeper the colour the farther from it, another colour below. What is small
 * is seen too: the depth goes by the square root.
 *
 * @param most the distance from 0 of the deepest
 * @param rgba where to write, four bytes a pixel
 */
export function tint(value, channels, channel, most, rgba) {
  for (let i = 0; i < rgba.length / 4; i++) {
    const x = value[i * channels + channel];
    rgba.set(x < 0 ? BELOW : ABOVE, 4 * i);
    rgba[4 * i + 3] = most > 0 ? 255 * Math.sqrt(Math.abs(x) / most) : 0;
  }
}
