// The Train tab's logic: the run that is shown, what is known of it, and the requests that follow. Draws nothing.

import {onBack} from '../kit/js/connection.js';
import {caller, createEvents, unanswered} from '../kit/js/events.js';
import {createPump} from '../kit/js/latest-only.js';
import {ownerToken, recall, remember} from '../kit/js/storage.js';

const LIVELY = 125; // ms between two polls of a run that moves and is looked at
const BUSY = 400; // while a checkpoint or a look is made, or a place in the queue is waited for
const LOOK = 10_000; // ms that a look may take to be made
const CALM = 2000;
const PATIENCE = 30_000; // ms for an answer
const LONGEST = 15_000; // ms between two attempts at a server that does not answer
const MEMORY = 24e6; // characters of pictures that are kept for time travel
const LENDING = 3000; // ms until a piece of a run that nobody has begun is asked for again
const AHEAD = 3; // looks that a film asks for at once
const UNANSWERED = ['error.network', 'error.refused'];
export const ACTIVE = ['waiting', 'running', 'paused'];

const blank = () => ({
  run: null,
  status: null,
  lost: false,
  scene: null,
  epoch: -1,
  rows: [],
  bounds: [],
  kl: null,
  findings: [],
  live: null, // the newest look
  moments: [],
  version: -1,
  newest: 0, // when the last moment came
  at: null, // the step that is travelled to; null: the present
  shown: null, // the look on the screen
});

/**
 * Events: run(id|null), status(), scene(scene), curves(), kl(kl), findings(list), look({look, live}), moments(),
 * at(step|null), adopt(scene), runs(list), lend({owner, run}), calm(), error(text).
 */
export function createTrainer(server, visible) {
  const call = caller(server, {once: true}); // nobody wants a training begun twice
  const {on, emit, fail} = createEvents();
  const owner = ownerToken();
  const state = {...blank(), owner, beginning: false, runs: []};
  let timer = 0;
  let turn = 0; // counts polls and runs: an answer to an older one is dropped
  let misses = 0;
  let asking = false; // for the scene
  let acting = false;
  let adopting = false;
  let lent = -Infinity; // when a piece of the run was last asked for

  // Looks by step, the last used at the end.
  const looks = new Map();
  const fetching = new Map();
  let held = 0;
  let axes = null; // of the maps of all these: the step whose codes they are those of
  const weight = look => look.reconstructions.length + look.samples.length + look.traversal.uri.length + look.map.x.length + look.map.y.length;
  function store(step, look) {
    if (look.axes !== axes) {
      looks.clear();
      [axes, held] = [look.axes, 0];
    }
    if (looks.has(step)) return;
    looks.set(step, look);
    held += weight(look);
    for (const [oldest, gone] of looks) {
      if (held <= MEMORY || looks.size <= 2 * AHEAD) return;
      looks.delete(oldest);
      held -= weight(gone);
    }
  }
  function stored(step) {
    const look = looks.get(step);
    if (look) {
      looks.delete(step);
      looks.set(step, look);
    }
    return look;
  }
  /** The look of a moment, from memory or from the server. */
  function fetched(step) {
    const known = stored(step);
    if (known) return Promise.resolve(known);
    const run = state.run;
    if (!fetching.has(step)) {
      const answer = call('look', owner, run, step).then(look => {
        if (run === state.run) store(step, look);
        return look;
      });
      const promise = answer.finally(() => fetching.get(step) === promise && fetching.delete(step));
      fetching.set(step, promise);
    }
    return fetching.get(step);
  }
  const travels = createPump({
    send: fetched,
    apply: (look, step) => state.at === step && show(look),
    fail,
  });
  const turns = createPump({
    send: ({run, knob, value}) => call('turn', owner, run, knob, value),
    apply: (status, {run}) => run === state.run && takeStatus(status),
    fail,
  });

  function show(look) {
    if (state.shown === look) return;
    state.shown = look;
    emit('look', {look, live: state.at === null});
  }

  /** Show a run from its beginning, or none; `adopt`: the choices on the left become those of that run. */
  function attach(run, adopt = false) {
    turn += 1;
    clearTimeout(timer);
    travels.drop();
    turns.drop();
    looks.clear();
    fetching.clear();
    held = misses = 0;
    asking = false;
    adopting = adopt;
    Object.assign(state, blank(), {run});
    remember('run', run);
    emit('run', run);
    emit('status');
    if (run) poll();
  }

  function wait(spent) {
    if (misses) return Math.min(LONGEST, 500 * 2 ** misses);
    const {status} = state;
    if (document.hidden) return CALM;
    const moves = !status || status.state === 'running' || status.starting;
    if (moves && visible()) return Math.max(20, LIVELY - spent);
    const coming = state.moments.at(-1) !== state.live?.step && performance.now() - state.newest < LOOK; // the look at it
    return status?.state === 'waiting' || status?.kept?.stage || coming ? BUSY : CALM;
  }

  async function poll() {
    clearTimeout(timer);
    const mine = ++turn;
    const began = performance.now();
    const seen = {epoch: state.epoch, rows: state.rows.length, look: state.live?.step ?? -1, moments: state.version, bounds: state.bounds.length};
    let late = 0;
    try {
      const patience = new Promise((_, refuse) => (late = setTimeout(() => refuse(unanswered(false)), PATIENCE)));
      const answer = await Promise.race([call('poll', owner, state.run, seen), patience]);
      if (mine !== turn) return;
      if (misses) emit('calm');
      misses = 0;
      state.lost = false;
      take(answer);
    } catch (error) {
      if (mine !== turn) return;
      if (error.key === 'run.unknown') {
        attach(null); // the server has cleared it away
        return fail(error);
      }
      misses += 1;
      if (!UNANSWERED.includes(error.key)) fail(error);
      else state.lost = misses > 1;
      if (state.lost) emit('status');
    } finally {
      clearTimeout(late);
    }
    timer = setTimeout(poll, wait(performance.now() - began));
  }

  function take({status, curves, bounds, kl, findings, look, moments}) {
    takeStatus(status);
    let news = false;
    if (curves) {
      if (curves.epoch !== state.epoch) [state.epoch, state.rows, news] = [curves.epoch, curves.rows, true];
      else if (curves.rows.length) news = state.rows.push(...curves.rows) > 0;
    }
    if (bounds && (bounds.rows.length || (bounds.from === 0 && state.bounds.length))) {
      if (bounds.from === 0) state.bounds = bounds.rows;
      else state.bounds.push(...bounds.rows.slice(Math.max(0, state.bounds.length - bounds.from)));
      news = true;
    }
    if (news) emit('curves');
    if (kl) {
      state.kl = kl;
      if (state.at === null) emit('kl', kl);
    }
    if (moments) {
      [state.moments, state.version, state.newest] = [moments.steps, moments.version, performance.now()];
      emit('moments');
    }
    if (look) {
      state.live = look;
      if (state.at === null) show(look);
    }
    if (findings && JSON.stringify(findings) !== JSON.stringify(state.findings)) {
      state.findings = findings;
      emit('findings', findings);
    }
  }

  function takeStatus(status) {
    // Once a run is over its last codes give all moments their axes: what was looked at before lies on others.
    if (ACTIVE.includes(state.status?.state) && !ACTIVE.includes(status.state)) {
      looks.clear();
      held = 0;
    }
    state.status = status;
    emit('status');
    if (status.scene && !state.scene) askScene();
    if (!status.wanting) lent = -Infinity; // the next piece is asked for at once
    else if (performance.now() - lent > LENDING) {
      lent = performance.now();
      emit('lend', {owner, run: state.run});
    }
  }

  async function askScene() {
    if (asking) return;
    asking = true;
    const {run} = state;
    try {
      const scene = await call('scene', owner, run);
      if (run !== state.run) return;
      state.scene = scene;
      emit('scene', scene);
      if (adopting) emit('adopt', scene);
      adopting = false;
      if (state.shown) emit('look', {look: state.shown, live: state.at === null});
    } catch (error) {
      if (run === state.run) fail(error);
    } finally {
      if (run === state.run) asking = false;
    }
  }

  /** One action of the person at a time; a refused one says why. */
  async function act(work) {
    if (acting) return undefined;
    acting = true;
    try {
      const answer = await work();
      emit('calm');
      return answer;
    } catch (error) {
      fail(error);
      return undefined;
    } finally {
      acting = false;
    }
  }

  document.addEventListener('visibilitychange', () => !document.hidden && state.run && poll());
  onBack(() => state.run && poll());

  async function refresh() {
    state.runs = await call('runs', owner);
    emit('runs', state.runs);
    return state.runs;
  }

  return {
    state,
    owner,
    on,
    call,
    fail,
    calm: () => emit('calm'),
    attach,
    refresh: () => refresh().catch(fail),
    /** The page is looked at again. */
    wake: () => state.run && poll(),
    active: () => ACTIVE.includes(state.status?.state),
    begin: choice =>
      act(async () => {
        state.beginning = true;
        emit('status');
        try {
          const {run} = await call('begin', owner, choice);
          attach(run);
        } finally {
          state.beginning = false;
          emit('status');
        }
        refresh().catch(fail);
      }),
    drive: action =>
      act(async () => {
        const {run} = state;
        const status = await call('drive', owner, run, action);
        if (run !== state.run) return;
        if (action === 'forget') attach(null);
        else {
          takeStatus(status);
          poll();
        }
        if (['stop', 'forget'].includes(action)) refresh().catch(fail);
      }),
    turn: (knob, value) => turns.push({run: state.run, knob, value}),
    /** Show a moment of the past. */
    travel(step) {
      state.at = step;
      emit('at', step);
      const known = stored(step);
      if (known) show(known);
      else travels.push(step);
    },
    /** The look of a moment, shown or not. */
    look: fetched,
    /** A moment of a film and the moments after it: shown once it is here, unless `held` by then. */
    async project(step, next, held) {
      const {run} = state;
      const look = await fetched(step);
      if (run !== state.run || held()) return;
      for (const later of next.slice(0, AHEAD)) fetched(later).catch(() => {}); // a film that gets there says so
      state.at = step;
      emit('at', step);
      show(look);
    },
    live() {
      state.at = null;
      travels.drop();
      emit('at', null);
      if (state.live) show(state.live);
      if (state.kl) emit('kl', state.kl);
    },
    film: () => call('film', owner, state.run),
    /** Make a checkpoint; its progress comes with the polls. */
    async keep() {
      await call('keep', owner, state.run);
      poll();
    },
    /** Find the runs of this owner again, and show the last one if there is one; `adopt`: with its choices. */
    async resume(adopt = true) {
      for (let tries = 0; ; tries++) {
        try {
          const runs = await refresh();
          if (tries) emit('calm');
          if (state.run || state.beginning) return;
          const last = recall('run');
          const found = runs.find(({run}) => run === last) ?? runs.find(run => ACTIVE.includes(run.state));
          if (!found) return;
          return attach(found.run, adopt);
        } catch (error) {
          fail(error);
          await new Promise(done => setTimeout(done, Math.min(LONGEST, 1000 * 2 ** tries)));
        }
      }
    },
  };
}
