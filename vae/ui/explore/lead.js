// What stands above the map: what one sees, where a newcomer may begin, and the doctor's first words.

import {make} from '../kit/js/dom.js';
import {offered} from '../kit/js/tour-registry.js';
import {t} from '../kit/js/strings.js';
import {visit} from '../kit/js/visit.js';

const SCORE = 'finding.above_floor'; // which the header names

export function mountLead(element, explorer) {
  const find = selector => element.querySelector(selector);
  const verdict = find('#verdict');
  find('#lead-tour').addEventListener('click', () => offered('tour')?.());
  find('#lead-vae').addEventListener('click', () => visit('learn', {step: 'vae'}));
  verdict.addEventListener('click', () => {
    find('#doctor').scrollIntoView({block: 'center'});
    find('#doctor').focus({preventScroll: true});
  });
  explorer.on('model', ({kl, findings, notes = []}) => {
    find('.lse-assumed').hidden = !notes.length;
    find('.lse-assumed ul').replaceChildren(...notes.map(({key, values}) => make('li', {textContent: t(key, values)})));
    find('#lead').textContent = t('lead.what', {n: kl.length});
    const words = findings.filter(({key}) => key !== SCORE).map(({key, values}) => t(key, values));
    verdict.textContent = words.join(' ');
    verdict.parentElement.hidden = !words.length;
  });
}
