// What becomes of a run: a checkpoint that Explore and Compare open, a file to take away, and one that comes back.

import {Refusal} from '../kit/js/events.js';
import {announce, renew} from '../models/visitor-models.js';
import {visit} from '../kit/js/visit.js';
import {has, number, spoken, t} from '../kit/js/strings.js';
import {base64, saveAs} from './save.js';
import {savePage} from '../kit/js/saving.js';
import {titleOfRun} from '../models/run-title.js';

const MB = 2 ** 20;

/** @param most bytes of a checkpoint that may be loaded */
export function mountKeep(element, trainer, titleOf, most) {
  const buttons = [...element.querySelectorAll('[data-keep]')];
  const upload = element.querySelector('input[type=file]');
  const [said, progress] = [element.querySelector('.lse-train-kept span'), element.querySelector('progress')];
  progress.setAttribute('aria-label', t('train.keep_share'));
  upload.parentElement.title = t('train.upload_help');
  let wanted = null; // what to do with the checkpoint once it is there
  let word = ''; // said about an upload or a page, or about a checkpoint that will not come
  let saving = false; // a page is being made

  const helps = {explore: 'train.to_explore_help', compare: 'train.to_compare_help', download: 'train.download_help', page: 'page.save_help'};
  for (const button of buttons) button.addEventListener('click', () => want(button.dataset.keep));

  async function want(what) {
    wanted = {what, run: trainer.state.run, sent: false};
    word = '';
    draw();
    try {
      await trainer.keep(); // which passes over what is kept already
      if (wanted) wanted.sent = true;
      trainer.calm();
    } catch (error) {
      wanted = null;
      trainer.fail(error);
      draw();
    }
  }

  /** Do what was wanted as soon as the checkpoint is there. */
  async function follow() {
    const {run, status} = trainer.state;
    const kept = status?.kept;
    if (kept?.name) {
      announce({name: kept.name, title: run, run: entryOf(run), group: entryOf(run)?.title ?? titleOf(kept.dataset)});
      renew(kept.name, String(kept.step));
    }
    if (!wanted?.sent || !status) return;
    const {what, run: whose} = wanted;
    if (whose !== run) return void (wanted = null);
    if (!kept) {
      wanted = null; // the server was started anew meanwhile, and has forgotten what it was making
      word = t('train.keep_again');
      return draw();
    }
    if (kept.error) {
      wanted = null;
      draw();
      return;
    }
    if (!kept.name) return;
    wanted = null;
    draw();
    if (what === 'page') return save(kept.name);
    if (what !== 'download') {
      visit(what, {model: kept.name, index: undefined, z: []});
      return scrollTo(0, 0);
    }
    try {
      const {name, base64: bytes} = await trainer.call('download', trainer.owner, run);
      saveAs(name, `data:application/octet-stream;base64,${bytes}`);
    } catch (error) {
      trainer.fail(error);
    }
  }

  /** The page of a checkpoint, which takes some seconds. */
  async function save(name) {
    saving = true;
    word = t('page.saving');
    draw();
    try {
      word = await savePage([name], false);
    } catch (error) {
      word = '';
      trainer.fail(error);
    }
    saving = false;
    draw();
  }

  const entryOf = run => trainer.state.runs.find(entry => entry.run === run);
  const named = run => {
    const entry = entryOf(run);
    return entry ? titleOfRun(entry) : run;
  };

  function draw() {
    const {status} = trainer.state;
    const early = !status || !(status.step > 0) || (status.state === 'failed' && !status.resumable);
    const busy = Boolean(wanted || status?.kept?.stage);
    for (const button of buttons) {
      button.disabled = early || busy || saving;
      button.title = t(early ? 'train.keep_early' : helps[button.dataset.keep]);
    }
    const {text, share} = about(status?.kept, busy);
    if (said.textContent !== text) said.textContent = text;
    progress.hidden = share === null;
    if (share !== null) progress.value = share;
  }

  function about(kept, busy) {
    if (kept?.stage) return {text: t(has(`train.keep_${kept.stage}`) ? `train.keep_${kept.stage}` : 'train.keeping'), share: kept.share ?? 0};
    if (busy) return {text: t('train.keeping'), share: 0};
    if (word) return {text: word, share: null};
    if (kept?.error) return {text: spoken(kept.error), share: null};
    return {text: kept?.name ? t('train.kept', {name: named(trainer.state.run)}) : '', share: null};
  }

  upload.addEventListener('change', async () => {
    const [file] = upload.files;
    upload.value = '';
    if (!file) return;
    word = t('train.uploading', {name: file.name});
    draw();
    try {
      if (file.size > most) throw new Refusal(t('run.too_large', {mb: number(Math.ceil(file.size / MB)), limit: most / MB}));
      const {name, dataset, title} = await trainer.call('upload', trainer.owner, file.name, await base64(file));
      announce({name, title, group: dataset});
      word = t('train.uploaded', {name: title});
      trainer.calm();
    } catch (error) {
      word = '';
      trainer.fail(error);
    }
    draw();
  });

  trainer.on('run', () => {
    wanted = null;
    word = '';
    draw();
  });
  trainer.on('status', () => {
    draw();
    follow();
  });
  draw();
}
