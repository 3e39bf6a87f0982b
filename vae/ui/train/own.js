// One's own images: dropped or chosen as a zip or a folder, sent to the app, and from then on a data set like the others.

import {ask} from '../kit/js/connection.js';
import {MOST_UPLOAD_BYTES, OWN_SIZES} from '../kit/js/constants.js';
import {Refusal, refused, unanswered} from '../kit/js/events.js';
import {options} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';
import {parted} from './own-files.js';
import {zipped} from './zip.js';

const LIMIT = MOST_UPLOAD_BYTES / 1e6; // MB
const NAMED = 3; // files that were left out, by name

export function mountOwn(element, trainer, choose) {
  const folded = element.querySelector('.lse-train-own');
  const drop = element.querySelector('.lse-train-drop');
  const [zip, folder, size, said] = ['zip', 'folder', 'size', 'said'].map(name => drop.querySelector(`[data-own=${name}]`));
  let busy = false;
  options(size, OWN_SIZES.map(n => [n, t('train.own_size_pixels', {n})]), OWN_SIZES.at(-1));

  const say = (key, values) => (said.textContent = key ? t(key, values) : '');

  const listing = left => left.slice(0, NAMED).map(({name, reason}) => `${name} (${t(`train.skipped_${reason}`)})`).join(', ');

  /** Send what `find` promises, [{path, file}]: a zip as it is, pictures as one zip. */
  async function take(find) {
    if (busy) return;
    busy = true;
    drop.dataset.busy = '1';
    try {
      const found = await find();
      if (found.length === 1 && /\.zip$/i.test(found[0].path)) await send(found[0].file, []);
      else await pack(found);
    } catch (error) {
      say('');
      const unreadable = error instanceof DOMException; // a file or folder that is gone, or not this page's to read
      trainer.fail(unreadable ? new Refusal(t('train.own_unreadable'), 'train.own_unreadable') : error);
    }
    busy = false;
    delete drop.dataset.busy;
  }

  async function pack(found) {
    const {sent, left} = parted(found);
    if (!sent.length) return left.length ? say('train.own_none_of', {n: number(left.length), list: listing(left)}) : say('train.own_none');
    const mb = sent.reduce((sum, {file}) => sum + file.size, 0) / 1e6;
    if (mb > LIMIT) return say('train.own_many', {mb: number(mb), limit: LIMIT});
    say('train.own_packing', {n: number(sent.length)});
    await send(await zipped(sent), left);
  }

  /** `behind`: files that stayed behind, beside those that the server leaves out. */
  async function send(file, behind) {
    const mb = file.size / 1e6;
    if (mb > LIMIT) return say('train.own_many', {mb: number(mb), limit: LIMIT});
    say('train.own_sending', {mb: number(mb, mb < 10 ? 1 : 0)});
    const body = new FormData();
    body.append('files', file, 'images.zip');
    const {root, api_prefix: prefix} = window.gradio_config;
    const answer = await fetch(`${root}${prefix || ''}/upload`, {method: 'POST', body}).catch(async () => {
      throw unanswered(await ask());
    });
    if (!answer.ok) throw refused(await answer.json().catch(() => ({})));
    const [path] = await answer.json();
    say('train.own_reading');
    const {dataset, defaults, used, skipped, skipped_count: count, notes} = await trainer.call('own', trainer.owner, path, Number(size.value));
    const left = count + behind.length;
    const key = left === 0 ? 'train.own_done' : left > NAMED ? 'train.own_skipped_more' : 'train.own_skipped';
    const sentences = notes.map(note => t(note.key, note.values));
    said.textContent = [t(key, {used: number(used), n: number(left), list: listing([...skipped, ...behind])}), ...sentences].join(' ');
    choose.add(dataset, defaults);
    trainer.calm();
  }

  const listed = files => [...files].map(file => ({path: file.webkitRelativePath || file.name, file}));
  for (const input of [zip, folder]) {
    input.addEventListener('change', async () => {
      await take(() => listed(input.files));
      input.value = '';
    });
  }

  const carries = event => [...(event.dataTransfer?.types ?? [])].includes('Files');
  element.addEventListener('dragover', event => {
    if (!carries(event)) return;
    event.preventDefault();
    folded.open = true;
    drop.classList.add('lse-train-over');
  });
  element.addEventListener('dragleave', event => !element.contains(event.relatedTarget) && drop.classList.remove('lse-train-over'));
  element.addEventListener('drop', event => {
    if (!carries(event)) return;
    event.preventDefault();
    drop.classList.remove('lse-train-over');
    const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = listed(event.dataTransfer.files); // both are only there until this event is over
    take(async () => (entries.some(entry => entry.isDirectory) ? (await Promise.all(entries.map(walked))).flat() : files));
  });
}

/** All files in a dropped folder. */
async function walked(entry) {
  if (entry.isFile) return [{path: entry.fullPath.slice(1), file: await new Promise((done, refuse) => entry.file(done, refuse))}];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, refuse) => reader.readEntries(done, refuse)); // a hundred at a time
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(walked))).flat();
}
