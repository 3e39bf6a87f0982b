// Where a latent of another model stands when this one stands at `value`: at the same share of its codes.
// Straight lines between the quantiles; beyond them the slope from end to end goes on.

export function align(value, here, other, sign) {
  const there = sign > 0 ? other : [...other].reverse();
  const last = here.length - 1;
  if (here[last] <= here[0]) return there[there.length >> 1]; // it never moves, so nothing follows from where it stands
  const slope = (there[last] - there[0]) / (here[last] - here[0]);
  if (value <= here[0]) return there[0] + slope * (value - here[0]);
  if (value >= here[last]) return there[last] + slope * (value - here[last]);
  let at = 1;
  while (here[at] < value) at += 1;
  const share = here[at] > here[at - 1] ? (value - here[at - 1]) / (here[at] - here[at - 1]) : 1;
  return there[at - 1] + share * (there[at] - there[at - 1]);
}
