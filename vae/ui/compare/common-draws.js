// The numbers of draws: of two models that have no images in common the page counts the draws of both in turn, and Explore
// those of one model alone. Where they share images, the number of an image is the same on both sides.

const PLACES = {left: 0, right: 1};

/** The number that the couple gives draw `own` of a side's model; undefined where it holds none such. */
export function commonNumber({draws, ...couple}, side, own) {
  if (!draws) return own;
  return couple[side]?.drawn && own < draws ? 2 * own + PLACES[side] : undefined;
}

/** The number that Explore gives what the couple calls `index`; undefined where it is none of that side's model. */
export function ownNumber({draws, ...couple}, side, index) {
  if (!draws) return index;
  return couple[side].drawn && index % 2 === PLACES[side] ? index >> 1 : undefined;
}
