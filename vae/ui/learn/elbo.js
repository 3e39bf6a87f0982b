// What a sampled z costs, and how far decoding mu flatters it.

import {bars, bins, createChart, upright} from './chart.js';
import {facts, mean, nats} from './step.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';
import {draw} from '../kit/js/svg.js';

const CELLS = 36;

export function mountElbo(step, name) {
  const chart = createChart(250, ({counts, x, middle, mu}, place, area) => [
    draw('path', {class: 'lse-chart-bars', d: bars(counts, x, place, area, 0.8)}),
    upright(middle, t('learn.elbo_line_mean', {nats: number(middle, 1)}), place, area, {row: 1, class: 'lse-chart-upright'}),
    upright(mu, t('learn.elbo_line_mu', {nats: number(mu, 1)}), place, area, {class: 'lse-chart-upright lse-chart-accent'}),
  ]);
  const told = facts();
  let picked = null;
  step.images(name, row => ask(row));
  const ask = step.asks(row => step.call('distortions', name, row), show);

  function show({sampled, mu, rate, all, index}) {
    picked = index;
    const middle = mean(sampled);
    const [low, high] = [Math.min(mu, ...sampled), Math.max(mu, ...sampled)];
    const room = 0.06 * (high - low || 1);
    const x = [low - room, high + room];
    chart.show({counts: bins(sampled, x, CELLS), x, y: [0, 1], middle, mu, bare: true, xTitle: t('learn.elbo_x'), label: t('learn.elbo_x')});
    const known = all.neg_elbo !== null && all.neg_elbo_decoding_mu !== null;
    told.show([
      ['rate', t('learn.elbo_rate'), nats(rate)],
      ['sampled', t('learn.elbo_sampled'), nats(middle + rate)],
      ['mu', t('learn.elbo_mu'), nats(mu + rate)],
      ['flattered', t('learn.elbo_flattered'), nats(middle - mu)],
      ...(known ? [['all', t('learn.elbo_all'), t('learn.elbo_all_value', {sampled: number(all.neg_elbo, 1), mu: number(all.neg_elbo_decoding_mu, 1)})]] : []),
    ]);
  }
  step.live.append(chart.element, told.element);
  step.go(t('learn.explore'), () => picked !== null && visit('explore', {model: name, index: picked, z: []}));
}
