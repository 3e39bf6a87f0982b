// A model as one file: Explore without a server, under a header of its own. What needs a server is not there.

import {PLOTLY} from '../kit/js/constants.js';
import {make, options} from '../kit/js/dom.js';
import {mount} from '../explore/tab.js';
import {drawFigures} from '../header/figures.js';
import {mountLanguage} from '../header/language.js';
import {mountTheme} from '../header/theme-button.js';
import {bring} from '../kit/js/files.js';
import {opensGlossary} from '../kit/js/glossary.js';
import {hold} from '../kit/js/link.js';
import {networks} from '../kit/js/networks.js';
import {imageData} from '../kit/js/picture.js';
import {change, watch} from '../kit/js/store.js';
import {named, number, t} from '../kit/js/strings.js';
import {createAnswers} from './answers.js';

const NEEDS_SERVER = '.lse-lead-ways, .lse-file, .lse-save'; // other tabs, one's own pictures, a page like this

/**
 * Open the page on what the elements #page-content and #page-plotly hold.
 *
 * @param serve (content, tools) -> the functions by which Explore asks
 */
export function open(serve = ({models}, tools) => createAnswers(models, tools)) {
  const content = JSON.parse(document.getElementById('page-content').textContent);
  const {models, sheets, marks} = content;
  const [first] = models;
  for (const [file, network] of Object.entries(content.networks)) bring(file, blob(network));
  for (const model of models) model.sheets = sheets[model.overview.thumbnails.key];
  const script = document.getElementById('page-plotly');
  const complete = !document.getElementById('page-cut'); // the file's last line takes it away
  if (script && complete) bring(PLOTLY, unzipped(blob(script.textContent)));
  document.body.classList.toggle('dark', matchMedia('(prefers-color-scheme: dark)').matches);

  mountHeader(document.getElementById('header'), models, marks);
  const element = document.getElementById('explore');
  for (const control of element.querySelectorAll(NEEDS_SERVER)) control.hidden = true;
  element.querySelector('#to-compare').hidden = models.length < 2;
  // A picture that is dropped would be encoded, which a page without an encoder cannot.
  for (const event of ['dragover', 'drop']) element.addEventListener(event, refuse, true);
  hold(true); // the address of a file does not follow what it shows
  const server = serve(content, {decode: networks.decode, drawn, cut});
  mount({element, props: {value: JSON.stringify({ok: first.overview})}, server});
}

function refuse(event) {
  event.preventDefault();
  event.stopPropagation();
  if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
}

/** Title, figures, language, light or dark, glossary; and below all what the page is made of. */
function mountHeader(element, models, marks) {
  const find = selector => element.querySelector(selector);
  const titles = models.map(({overview: {title}}) => title);
  find('h1').textContent = titles.join(' · ');
  const select = find('#model');
  const sentence = find('.lse-title p');
  const figures = find('#figures');
  select.previousElementSibling.textContent = t('header.model');
  options(select, models.map(({overview: {name, title}}) => [name, title]));
  select.addEventListener('change', () => change('model', select.value));
  const show = name => {
    const {overview, about, figures: values} = models.find(({overview}) => overview.name === name) ?? models[0];
    select.value = overview.name;
    const trained = t(about.key, {...about.values, steps: number(about.values.steps)});
    const again = about.refit && t('page.refit', {steps: number(Number(about.refit.steps))});
    sentence.textContent = again ? `${trained}; ${again}` : trained;
    drawFigures(figures, {figures: values, latents: overview.dims}, marks);
  };
  // They are Explore's: Compare speaks of both.
  const step = comparing => {
    select.parentElement.hidden = comparing || models.length < 2;
    for (const part of [sentence, figures]) part.hidden = comparing;
  };
  watch('model', show);
  watch('comparing', step);
  show();
  step(false);
  mountLanguage(find('#language'));
  mountTheme(find('#theme'));
  const terms = find('#all-terms');
  terms.firstElementChild.textContent = t('glossary.title');
  opensGlossary(terms);
  const [{overview, about}] = models;
  const foot = [t('page.made', {app: t('common.title')}), about.licence ? t('page.images', {data: named(overview.dataset), licence: about.licence}) : t('page.drawn'), PLOTLY && t('page.plotly')];
  document.getElementById('page-foot').append(...foot.filter(Boolean).map(text => make('span', {textContent: text})));
}

function blob(base64) {
  const text = atob(base64);
  return new Blob([Uint8Array.from(text, letter => letter.charCodeAt(0))]);
}

const unzipped = zip => new Response(zip.stream().pipeThrough(new DecompressionStream('gzip')), {headers: {'content-type': 'text/javascript'}}).blob();

/** Pictures side by side, so many in a row, as a data URI. */
function drawn(pictures, columns) {
  const {pixels, width, height} = pictures;
  const count = pixels.length / (4 * width * height);
  const canvas = make('canvas', {width: columns * width, height: Math.ceil(count / columns) * height});
  const context = canvas.getContext('2d');
  for (let i = 0; i < count; i++) {
    context.putImageData(imageData(pictures, i), (i % columns) * width, Math.floor(i / columns) * height);
  }
  return canvas.toDataURL();
}

/** The thumbnail of a row, as a data URI. */
async function cut({overview: {thumbnails}, sheets}, row) {
  const {width, height, columns, per_sheet: most} = thumbnails;
  const sheet = new Image();
  sheet.src = sheets[Math.floor(row / most)];
  await sheet.decode();
  const place = row % most;
  const canvas = make('canvas', {width, height});
  canvas.getContext('2d').drawImage(sheet, (place % columns) * width, Math.floor(place / columns) * height, width, height, 0, 0, width, height);
  return canvas.toDataURL();
}
