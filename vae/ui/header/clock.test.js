import assert from 'node:assert/strict';
import {test} from 'node:test';

let frames = [];
globalThis.requestAnimationFrame = frame => frames.push(frame);
const {createClock, Stopped} = await import('./clock.js');

/** A clock, and a way to draw the frame that comes at that time. */
function driven(pace) {
  frames = [];
  const clock = createClock(pace, () => {});
  const draw = time => frames.splice(0).forEach(frame => frame(time));
  draw(0);
  return {clock, draw};
}

test('it goes at its pace, stands while it is halted, and skips nothing after a long frame', () => {
  const {clock, draw} = driven(2);
  draw(50);
  assert.equal(clock.now(), 100);
  draw(5000);
  assert.equal(clock.now(), 300, 'one frame counts for 100 ms at most');
  clock.halt(true);
  draw(5050);
  clock.halt(false);
  assert.equal(clock.now(), 300);
});

test('a wait ends when its time has come, a sweep with its last share', async () => {
  const {clock, draw} = driven(1);
  const shares = [];
  const both = Promise.all([clock.wait(80), clock.sweep(100, share => shares.push(share)), clock.sweep(100, share => shares.push(-share), 2)]);
  for (const time of [40, 80, 120]) draw(time);
  await both;
  assert.deepEqual(shares, [0.4, -0, 0.8, -0.5, 1, -1]);
});

test('once stopped it refuses every wait', async () => {
  const {clock} = driven(1);
  const waiting = clock.wait(80);
  clock.stop();
  await assert.rejects(waiting, Stopped);
  await assert.rejects(clock.wait(1), Stopped);
  assert(clock.stopped());
});
