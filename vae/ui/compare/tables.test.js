import assert from 'node:assert/strict';
import test from 'node:test';

const {refits} = await import('./tables.js');
const {t} = await import('../kit/js/strings.js');

test('of each model whose decoder was fitted anew it is said by how much', () => {
  const refit = {steps: '20000', distortion: [26.14, 17.02], psnr: [33.126, 36.4]};
  const values = {steps: '20,000', before: '26.1', after: '17.0', blurred: '33.1', sharp: '36.4'};
  const [left, right, plain] = ['a', 'b'].map(title => ({title, refit})).concat({title: 'c', refit: null});
  assert.deepEqual(refits({left, right}), ['a', 'b'].map(name => t('compare.refit', {name, ...values})));
  assert.deepEqual([refits({left: plain, right}).length, refits({left, right: left}).length, refits({left: plain, right: plain}).length], [1, 1, 0]);
});
