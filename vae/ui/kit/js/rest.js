// What waits until the hand rests: a sheet of pictures costs a hundred times one, so a drag asks for none.

export const REST = 300; // ms without a move

/** {stir, still, busy}: `act` is called once nothing has stirred for a while; `still` calls it off. */
export function createRest(act, ms = REST) {
  let timer = 0;
  function still() {
    clearTimeout(timer);
    timer = 0;
  }
  return {
    stir() {
      still();
      timer = setTimeout(() => {
        timer = 0;
        act();
      }, ms);
    },
    still,
    busy: () => timer !== 0,
  };
}
