// Who is told what: the listeners of a tab's logic, and how it says what was refused.

import {answered, ask, back} from './connection.js';
import {has, t} from './strings.js';

const ATTEMPTS = 2; // at a question to a server that is there and does not know it
const BUSY_ATTEMPTS = 3; // at a question to a server that is busy and says when to ask again

/** A refused or failed request, in one sentence, and the key of that sentence. */
export class Refusal extends Error {
  constructor(sentence, key) {
    super(sentence);
    this.key = key;
  }
  /** It may be answered when it is asked again. */
  get busy() {
    return this.key === 'request.busy';
  }
}

/** What an answer without {ok} says, in the page's language; an empty one, that it was refused. */
export function refused({error = t('error.refused'), key, values}) {
  return new Refusal(key && has(key) ? t(key, values) : error, key);
}

/**
 * Wrap Gradio's server object: the value of {ok}, or a Refusal. Where the server is gone, what may be asked twice waits
 * for its return; with `once` it is refused. Gradio does not hand on why a server that is there has refused something:
 * it may be busy, or started anew and know this page no more. `changed` is given the arguments where the file of a model
 * among them is another one by now than the page holds.
 */
export function caller(server, {once = false, changed = () => {}} = {}) {
  return async (name, ...args) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await server[name](...args).catch(() => undefined); // Gradio gives nothing for any failure
      if (answer) {
        answered();
        if (answer.ok !== undefined) return answer.ok;
        const refusal = refused(answer);
        if (refusal.key === 'error.changed') changed(args);
        if (!refusal.busy || attempt === BUSY_ATTEMPTS) throw refusal;
        await pause(answer.values.seconds);
        continue;
      }
      const here = await ask();
      if (once || (here && attempt === ATTEMPTS)) throw unanswered(here);
      if (!here) await back();
    }
  };
}

/** About so many seconds: who was sent away together shall not come back together. */
const pause = seconds => new Promise(done => setTimeout(done, 1000 * seconds * (0.75 + Math.random() / 2)));

/** What a request that came to nothing says, in the page's language; `here`: the server is there. */
export function unanswered(here) {
  const key = here ? 'error.refused' : 'error.network';
  return new Refusal(t(key), key);
}

/** {on, emit, fail}; `fail` tells the listeners of "error" the sentence of an error. */
export function createEvents() {
  const listeners = {};
  const emit = (event, value) => (listeners[event] ?? []).forEach(listener => listener(value));
  return {
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    emit,
    fail(error) {
      if (!(error instanceof Refusal)) console.error(error);
      emit('error', error.message);
    },
  };
}
