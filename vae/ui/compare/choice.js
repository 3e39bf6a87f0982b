// Which two models stand side by side once one of the menus has been set.

/**
 * (name, name) -> can these two be compared? They are of one group of images, or one of them came without any and both
 * decode pictures of one shape.
 *
 * @param groupOf (name) -> its group
 * @param shapes name -> [C, H, W] of its pictures, as far as the page has them
 * @param drawn names of the models that came without images
 */
export function alikeAmong(groupOf, shapes, drawn) {
  return (a, b) => {
    if (![a, b].some(name => drawn.includes(name))) return groupOf(a) === groupOf(b);
    return a === b || !shapes[a] || !shapes[b] || String(shapes[a]) === String(shapes[b]); // else the server says so
  };
}

/**
 * @param side whose menu was set, to `name`; `beside` is what the other side wants to show, or ''
 * @param alike (name, name) -> are they of the same data?
 * @param partners name -> the pair that it is shown in at first
 * @returns {left, right, moved}: the side that was set shows what it was set to; `moved`: the other one had to follow
 */
export function pairAfter(side, name, beside, alike, partners) {
  const moved = Boolean(beside) && !alike(name, beside);
  const other = !beside || moved ? partners[name]?.find(partner => partner !== name) ?? name : beside;
  return side === 'left' ? {left: name, right: other, moved} : {left: other, right: name, moved};
}
