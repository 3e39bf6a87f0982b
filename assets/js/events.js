// Who is told what: the listeners of a tab's logic, and how it says what was refused.

import {has, t} from './strings.js';

/** A refused or failed request, in one sentence, and the key of that sentence. */
export class Refusal extends Error {
  constructor(sentence, key) {
    super(sentence);
    this.key = key;
  }
}

/** What an answer without {ok} says, in the page's language; none at all comes of a server that has gone. */
function refused({error, key, values} = {}) {
  if (key && has(key)) return new Refusal(t(key, values), key);
  return new Refusal(error ?? t('error.network'), key ?? 'error.network');
}

/** Wrap Gradio's server object: the value of {ok}, or a Refusal. */
export function caller(server) {
  return async (name, ...args) => {
    let answer;
    try {
      answer = await server[name](...args);
    } catch {
      throw new Refusal(t('error.network'), 'error.network');
    }
    if (answer?.ok === undefined) throw refused(answer);
    return answer.ok;
  };
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
