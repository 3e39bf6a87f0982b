// From one tab to another, with something in hand.

const visits = {}; // tab -> who takes over what another tab brings, or what waits for it

/** Open another tab and hand it something; a tab that has not been drawn yet takes it when it is. */
export function visit(tab, what) {
  const taker = visits[tab];
  if (typeof taker === 'function') taker(what);
  else visits[tab] = what;
  document.querySelector(`button[role=tab][data-tab-id=${tab}]`)?.click();
}

/** Call `taker` with whatever other tabs hand to this one. */
export function onVisit(tab, taker) {
  const waiting = visits[tab];
  visits[tab] = taker;
  if (waiting) taker(waiting);
}
