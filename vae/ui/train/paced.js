// Work that is asked for more often than it is worth doing.

/** A function that does `work` at once, and what is asked for within `rest` ms after it was done once, thereafter. */
export function paced(work, rest) {
  let [busy, asked] = [false, false];
  async function go() {
    [busy, asked] = [true, false];
    try {
      await work();
    } finally {
      setTimeout(() => {
        busy = false;
        if (asked) go();
      }, rest);
    }
  }
  return () => {
    asked = true;
    if (!busy) go();
  };
}
