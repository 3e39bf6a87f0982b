// What stands above the map: what one sees, where a newcomer may begin, and the doctor's first words.

import {offered} from '../kit/js/tour-registry.js';
import {t} from '../kit/js/strings.js';
import {visit} from '../kit/js/visit.js';

export function mountLead(element, explorer) {
  const find = selector => element.querySelector(selector);
  const verdict = find('#verdict');
  find('#lead-tour').addEventListener('click', () => offered('tour')?.());
  find('#lead-vae').addEventListener('click', () => visit('learn', {step: 'vae'}));
  verdict.addEventListener('click', () => {
    find('#doctor').scrollIntoView({block: 'center'});
    find('#doctor').focus({preventScroll: true});
  });
  explorer.on('model', ({kl, findings}) => {
    find('#lead').textContent = t('lead.what', {n: kl.length});
    verdict.textContent = findings.map(({key, values}) => t(key, values)).join(' ');
    verdict.hidden = !findings.length;
  });
}
