// The stations of the tour, in the order in which they are shown. Each moves the page by the page's own functions.
//
// A station is {key, seconds, fits(page), run(page)}: `fits` says whether there is anything to show, the caption is the
// string `tour.<key>`, and what `run` leaves of its seconds the station stands still.
//
// page: {explorer, map, comparer, figure} the parts that are mounted, models; open(tab), look(selector, ...lit), drawn(ids),
// wait(ms), sweep(ms, draw), until(test): see tour-guide.js.

const PICTURES = '#inspector .lse-pictures';
const PAIRED = ['compare-pictures', 'compare-sliders'];
const wave = share => Math.sin(2 * Math.PI * share);
const evenly = (values, n) => Array.from({length: n}, (_, i) => values[Math.floor(((i + 0.5) * values.length) / n)]);
const flat = ({models}) => models.find(({latents}) => latents === 2);

async function explore({open, drawn}) {
  open('explore');
  await drawn(['map', 'inspector', 'sliders']);
}

export const STATIONS = [
  {
    key: 'map',
    seconds: 6,
    async run(page) {
      await explore(page);
      page.look('#explore', '#map');
      for (const row of evenly([...page.explorer.index.keys()], 5)) {
        page.map.point(row);
        await page.wait(1150);
      }
    },
  },
  {
    key: 'pick',
    seconds: 5.5,
    async run(page) {
      await explore(page);
      page.look('#inspector', '#inspector');
      for (const index of evenly(page.explorer.index, 2)) {
        page.explorer.pick(index);
        await page.drawn(['inspector']);
        await page.wait(2400);
      }
    },
  },
  {
    key: 'slide',
    seconds: 6.5,
    async run(page) {
      await explore(page);
      page.look('#inspector', '#inspector');
      const {model, picked} = page.explorer.state;
      const dim = model.kl.indexOf(Math.max(...model.kl));
      page.explorer.reset();
      await page.sweep(5600, share => page.explorer.setDim(dim, picked.z[dim] + 2.2 * wave(share)));
      page.explorer.reset();
    },
  },
  {
    key: 'walk',
    seconds: 6.5,
    async run(page) {
      await explore(page);
      await page.drawn(['traversal']);
      page.look('#traversal', '#traversal');
      const {model, dims} = page.explorer.state;
      const dim = dims[1] ?? dims[0];
      for (const value of model.steps) {
        page.explorer.setDim(dim, value);
        await page.wait(600);
      }
    },
  },
  {
    key: 'empty',
    seconds: 6,
    async run(page) {
      await explore(page);
      for (const place of page.map.emptiest(2)) {
        page.look('#explore', '#map', PICTURES);
        page.map.goTo(...place);
        await page.drawn(['inspector']);
        await page.wait(1300);
        page.look(PICTURES, '#map', PICTURES);
        await page.wait(1300);
      }
    },
  },
  {
    key: 'colour',
    seconds: 6,
    fits: ({explorer}) => explorer.state.model.colours.length > 1,
    async run(page) {
      await explore(page);
      page.explorer.reset();
      page.look('#explore', '#map');
      const shown = page.map.colour();
      for (const key of page.explorer.state.model.colours.filter(key => key !== shown).slice(0, 3)) {
        page.map.view.set({colour: key});
        await page.drawn(['map']);
        await page.wait(1850);
      }
    },
  },
  {
    key: 'lattice',
    seconds: 6.5,
    fits: page => Boolean(flat(page)),
    async run(page) {
      await explore(page);
      page.explorer.openByName(flat(page).name);
      await page.until(() => page.explorer.state.model.name === flat(page).name);
      await page.drawn(['lattice', 'map']);
      page.look('#lattice', '#lattice');
      await page.sweep(5000, share => page.explorer.setZ([1.5 * wave(share), 1.5 * wave(share + 0.25)]));
    },
  },
  {
    key: 'compare',
    seconds: 8,
    fits: ({has}) => has('compare'),
    async run(page) {
      page.open('compare');
      await page.until(() => page.comparer?.state.picked);
      await page.drawn(PAIRED);
      page.look('#compare-pictures', '#compare-pictures');
      const {pairs} = page.comparer.state.couple;
      const number = Math.max(0, pairs.findIndex(({left, right, factor}) => left !== null && right !== null && factor));
      if (!pairs.length) return;
      const side = page.comparer.lead(pairs[number]);
      const levels = page.comparer.state.couple[side].quantiles[pairs[number][side]];
      const [low, high] = [levels[0], levels.at(-1)];
      await page.sweep(6500, share => page.comparer.setPair(number, (low + high) / 2 + ((high - low) / 2) * wave(share)));
      await page.drawn(PAIRED);
    },
  },
  {
    key: 'figure',
    seconds: 5.5,
    fits: ({has}) => has('compare'),
    async run(page) {
      page.open('compare');
      await page.until(() => page.comparer?.state.picked);
      page.comparer.reset();
      page.look('#figure-one', '#figure-one');
      page.figure.show('png');
      await page.drawn(['figure-one']); // which a stop does not wait for
      page.look('#figure-one', '#figure-one');
    },
  },
  {
    key: 'train',
    seconds: 4.5,
    fits: ({has}) => has('train'),
    async run(page) {
      page.open('train');
      await page.until(() => document.querySelector('#train-status')?.dataset.state);
      page.look('#train', '.lse-train-choose', '.lse-train-drive');
    },
  },
  {
    key: 'learn',
    seconds: 4.5,
    fits: ({has}) => has('learn'),
    async run(page) {
      page.open('learn');
      await page.until(() => document.querySelector('#learn')?.clientWidth);
      page.look('#learn');
    },
  },
];
