// What the menus of a map say, for links: only where it is not what they say of their own accord.

/**
 * @param menus {projection, x, y, colour}: <select>s
 * @param update called when they have been set
 */
export function createMapMenus(menus, update) {
  const parts = Object.entries({map: menus.projection, x: menus.x, y: menus.y, colour: menus.colour});
  let usual = {};
  return {
    /** The menus are those of a new model now. */
    settle: () => (usual = Object.fromEntries(parts.map(([key, menu]) => [key, menu.value]))),
    /** {map, x, y, colour}, the latents only where two of them span the map. */
    get() {
      const chosen = parts.filter(([key, menu]) => menu.value !== usual[key] && (menus.projection.value === 'z' || !['x', 'y'].includes(key)));
      return Object.fromEntries(chosen.map(([key, menu]) => [key, menu.value]));
    },
    /** Set the menus; gives the keys of what they do not offer. */
    set(wanted) {
      const asked = parts.filter(([key]) => wanted[key] !== undefined);
      const offered = asked.filter(([key, menu]) => [...menu.options].some(({value}) => value === String(wanted[key])));
      for (const [key, menu] of offered) menu.value = wanted[key];
      if (offered.length) update();
      return asked.filter(part => !offered.includes(part)).map(([key]) => key);
    },
  };
}
