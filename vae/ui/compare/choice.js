// Which two models stand side by side once one of the menus has been set.

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
