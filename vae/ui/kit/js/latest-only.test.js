import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createPump} from './latest-only.js';

/** A pump whose answers come when `answers[i]` is settled, and what came of each job. */
function pumped() {
  const [answers, log] = [[], []];
  const send = job => new Promise((resolve, reject) => answers.push({job, resolve, reject}));
  const apply = (answer, job) => log.push([answer, job]);
  const pump = createPump({send, apply, fail: error => log.push(error.message), idle: () => log.push('idle')});
  return {pump, answers, log};
}
const settled = () => new Promise(done => setImmediate(done));

test('one in flight, and of those that wait the newest', async () => {
  const {pump, answers, log} = pumped();
  for (const job of [1, 2, 3]) pump.push(job);
  assert.deepEqual(answers.map(({job}) => job), [1]);
  assert(pump.busy());
  answers[0].resolve('a');
  await settled();
  assert.deepEqual(answers.map(({job}) => job), [1, 3]);
  answers[1].resolve('b');
  await settled();
  assert.deepEqual(log, [['a', 1], ['b', 3], 'idle']);
  assert(!pump.busy());
});

test('an answer that was dropped comes to nothing, and so does its failure', async () => {
  for (const settle of ['resolve', 'reject']) {
    const {pump, answers, log} = pumped();
    pump.push(1);
    pump.drop();
    pump.push(2);
    answers[0][settle](new Error('late'));
    await settled();
    answers[1].resolve('b');
    await settled();
    assert.deepEqual(log, [['b', 2], 'idle']);
  }
});

test('a failure is told unless a newer job waits', async () => {
  const {pump, answers, log} = pumped();
  pump.push(1);
  pump.push(2);
  answers[0].reject(new Error('first'));
  await settled();
  answers[1].reject(new Error('second'));
  await settled();
  assert.deepEqual(log, ['second', 'idle']);
});

test('what has been dropped is not waited for, what comes after it is', async () => {
  const {pump, answers} = pumped();
  pump.push(1);
  pump.drop();
  assert(!pump.busy());
  pump.push(2);
  assert(pump.busy());
  answers[0].resolve('a');
  await settled();
  assert(pump.busy());
  answers[1].resolve('b');
  await settled();
  assert(!pump.busy());
});
