// From what a decoder says to pixels: the twin of vae/images.py.

/**
 * @param output (height × width × channels) logits or means, channels last
 * @param channels 1 or 3; of any other number the first three are shown
 * @param likelihood "bernoulli" (logits) or "gaussian" (means)
 * @param rgba where to write, four bytes a pixel
 */
export function paint(output, channels, likelihood, rgba) {
  const picture = likelihood === 'bernoulli' ? x => 1 / (1 + Math.exp(-x)) : x => x;
  const level = x => Math.floor(255 * picture(x) + 0.5); // the array clamps, but rounds halves to even
  const pixels = output.length / channels;
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let i = 0; i < pixels; i++) {
    const from = i * channels;
    rgba[4 * i] = level(output[from]);
    rgba[4 * i + 1] = level(output[from + green]);
    rgba[4 * i + 2] = level(output[from + blue]);
    rgba[4 * i + 3] = 255;
  }
}
