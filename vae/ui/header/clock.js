// A clock that can be halted and stopped: it stands still while nobody sees the page.

const LONGEST = 100; // ms of one frame that count: a slow machine takes longer, it skips nothing

/** What every wait of a clock is refused with once it has been stopped. */
export class Stopped extends Error {}

/**
 * @param pace how many times faster than time it goes
 * @param onFrame called with the clock's ms on every frame
 */
export function createClock(pace, onFrame) {
  const waiting = new Set(); // {step(now) -> done?, resolve, reject}
  let now = 0;
  let before = null;
  let halted = false;
  let stopped = false;

  function frame(time) {
    if (stopped) return;
    if (before !== null && !halted) now += pace * Math.min(time - before, LONGEST);
    before = time;
    onFrame(now);
    for (const entry of [...waiting]) {
      try {
        if (!entry.step(now)) continue;
        entry.resolve();
      } catch (error) {
        entry.reject(error);
      }
      waiting.delete(entry);
    }
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);

  const until = step =>
    new Promise((resolve, reject) => {
      if (stopped) reject(new Stopped());
      else waiting.add({step, resolve, reject});
    });

  return {
    now: () => now,
    stopped: () => stopped,
    /** Wait until `step(now)` is true; it is asked on every frame. */
    until,
    wait(ms) {
      const end = now + ms;
      return until(time => time >= end);
    },
    /** Call `draw` with the share of `ms` that has passed, from 0 to 1; in so many steps where motion is not wanted. */
    sweep(ms, draw, steps = 0) {
      const start = now;
      let last = -1;
      return until(time => {
        const share = Math.min((time - start) / ms, 1);
        const at = steps ? Math.floor(share * steps) / steps : share;
        if (at !== last && !halted) draw((last = at));
        return share >= 1;
      });
    },
    halt(still) {
      halted = still;
    },
    stop() {
      stopped = true;
      for (const {reject} of waiting) reject(new Stopped());
      waiting.clear();
    },
  };
}
