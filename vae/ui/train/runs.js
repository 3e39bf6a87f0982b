// The list of one's own runs, each of which can be shown again.

import {announce} from '../models/visitor-models.js';
import {make} from '../kit/js/dom.js';
import {named, number, t} from '../kit/js/strings.js';
import {clock} from '../models/run-title.js';

export function mountRuns(element, trainer) {
  const [summary, list] = [element.querySelector('summary'), element.querySelector('ul')];

  function draw() {
    const {runs, run: shown, status} = trainer.state;
    summary.textContent = runs.length ? t('train.runs_count', {n: runs.length}) : t('train.runs');
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.run : null;
    if (!runs.length) return list.replaceChildren(make('li', {textContent: t('train.runs_none')}));
    list.replaceChildren(
      ...runs.map(entry => {
        const {run, title, objective, state, step, steps, started, kept} = fresh(entry, shown, status);
        const name = make('b', {textContent: t('train.run_entry', {title: named(title), objective: t(`train.objective.${objective}`)})});
        const values = {state: t(`train.state_${state}`), step: number(step), steps: number(steps), time: clock(started)};
        const facts = make('span', {textContent: t(kept ? 'train.run_facts_kept' : 'train.run_facts', values)});
        const button = make('button', {type: 'button', textContent: t(run === shown ? 'train.run_shown' : 'train.run_show'), disabled: run === shown, 'data-run': run});
        button.setAttribute('aria-label', `${button.textContent}: ${name.textContent}, ${facts.textContent}`);
        button.addEventListener('click', () => trainer.attach(run, true));
        return make('li', {}, make('div', {}, name, facts), button);
      }),
    );
    if (!focused) return;
    const again = list.querySelector(`[data-run="${focused}"]:enabled`) ?? summary; // that of the run on the screen is not to be pressed
    again.focus({preventScroll: true});
  }

  trainer.on('runs', runs => {
    for (const entry of runs) if (entry.kept) announce({name: entry.kept, run: entry, group: entry.title});
    draw();
  });
  trainer.on('run', draw);
  element.addEventListener('toggle', () => element.open && trainer.refresh());
  let state = null;
  trainer.on('status', () => {
    const now = `${trainer.state.run} ${trainer.state.status?.state} ${trainer.state.status?.kept?.name}`;
    if (state !== now && trainer.state.status && element.open) trainer.refresh();
    state = now;
  });
  draw();
}

/** A run as the list told it, and the one that is shown as it stands now. */
function fresh(entry, shown, status) {
  return entry.run === shown && status ? {...entry, state: status.state, step: status.step, steps: status.steps} : entry;
}
