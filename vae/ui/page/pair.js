// Two models as one file: Explore for each of them, and Compare of both, without a server.

import {make} from '../kit/js/dom.js';
import {networks} from '../kit/js/networks.js';
import {mount as mountCompare} from '../compare/tab.js';
import {open as openPage} from './page.js';
import {drawnFigure} from './figure-drawing.js';
import {createPairAnswers} from './pair-answers.js';
import {mountTabs} from './tabs.js';

const NEEDS_SERVER = '[data-kind=print], [data-kind=gif], .lse-save';

/** Open the page on what the elements #page-content and #page-plotly hold. */
export function open() {
  mountTabs(document.querySelector('.lse-tabs')); // a link may ask for one of them
  openPage(({models, couple}, tools) => {
    const figure = (plan, strips, kind) => drawnFigure(plan, strips, kind, networks.decode);
    const server = createPairAnswers(models, couple, {...tools, figure});
    const names = [couple.overview.left.name, couple.overview.right.name];
    const element = document.getElementById('compare');
    for (const control of element.querySelectorAll(NEEDS_SERVER)) control.hidden = true;
    const offered = {groups: [{title: couple.overview.dataset, names}], partners: Object.fromEntries(names.map(name => [name, names])), first: names};
    mountCompare({element, props: {value: JSON.stringify(offered)}, server});
    // There is nothing to choose: the titles stand where the menus are.
    for (const side of ['left', 'right']) {
      element.querySelector(`#compare-${side}`).parentElement.replaceWith(make('h2', {textContent: couple.overview[side].title}));
    }
    return server;
  });
}
