// What every step of the Learn tab has: its requests, a word while they take long, images to choose from, a way out.

import {make, ready} from '../kit/js/dom.js';
import {createFigure} from '../kit/js/figure.js';
import {createPump} from '../kit/js/latest-only.js';
import {number, t} from '../kit/js/strings.js';

const LATE = 400; // milliseconds after which a step says that it computes
const PATIENCE = 30_000; // milliseconds for which a step asks a busy server again by itself
const PAUSE = 1000; // and about how often
const galleries = new Map(); // model -> promise of its images: several steps show the same model

export function createStep(section, key, call) {
  const live = section.querySelector('.lse-live');
  const wait = make('p', {className: 'lse-step-wait', role: 'status', hidden: true}, make('progress'), t('learn.computing'));
  const error = make('p', {className: 'lse-error', role: 'alert', hidden: true});
  const images = make('p', {className: 'lse-note', hidden: true});
  const pumps = [];
  let late = 0;
  live.append(wait, error);

  function begin() {
    ready(section, false);
    live.setAttribute('aria-busy', 'true');
    late ||= setTimeout(() => (wait.hidden = false), LATE);
  }
  function settle() {
    if (pumps.some(pump => pump.busy())) return;
    clearTimeout(late);
    late = 0;
    wait.hidden = true;
    live.setAttribute('aria-busy', 'false');
    ready(section);
  }
  function fail({message}, again) {
    error.replaceChildren(message, ' ', button(t('learn.again'), again, {'data-do': 'retry'}));
    error.hidden = false;
  }

  /**
   * A function that asks for something: the newest question wins, and the step is ready once all are answered. A server
   * that is busy is asked again for a while; what was refused can be asked once more.
   */
  function asks(send, apply) {
    let last;
    const pump = createPump({
      send: patiently,
      fail: refusal => fail(refusal, () => ask(last)),
      idle: settle,
      apply(answer, question) {
        error.hidden = true;
        return apply(answer, question);
      },
    });
    pumps.push(pump);
    async function patiently(question) {
      for (const end = performance.now() + PATIENCE; ; ) {
        try {
          return await send(question);
        } catch (refusal) {
          if (!refusal.busy || question !== last || performance.now() > end) throw refusal;
          await new Promise(done => setTimeout(done, PAUSE * (0.5 + Math.random())));
        }
      }
    }
    function ask(question) {
      last = question;
      begin();
      pump.push(question);
    }
    return ask;
  }

  return {
    key,
    live,
    call,
    asks,
    /** Nothing here can show this step: say so. */
    lack(sentence) {
      live.append(make('p', {className: 'lse-step-lack', textContent: sentence}));
      settle();
    },
    /** Put a model's images above everything else; `choose(row, gallery)` is called with the first, and on each click. */
    images(name, choose) {
      const place = make('div', {className: 'lse-strip-learn', role: 'group', 'aria-label': t('learn.images')});
      live.append(place, images);
      const ask = asks(
        () => galleryOf(name, call),
        gallery => {
          const pick = row => {
            for (const button of place.querySelectorAll('button')) button.setAttribute('aria-pressed', Number(button.dataset.row) === row);
            choose(row, gallery);
          };
          images.hidden = !gallery.missing;
          if (gallery.missing) images.textContent = t('learn.missing', {reason: gallery.missing});
          place.replaceChildren(...gallery.rows.map((row, i) => thumbnail(gallery, row, i, pick)), make('small', {textContent: t('learn.model', {name: gallery.title})}));
          pick(gallery.rows[Math.min(3, gallery.rows.length - 1)]);
        },
      );
      ask(name);
    },
    /** The button that carries the reader to another tab. */
    go(text, press) {
      const place = section.querySelector('.lse-step-go');
      const button = make('button', {type: 'button', textContent: text});
      button.addEventListener('click', press);
      place.replaceChildren(button);
      place.hidden = false;
    },
  };
}

function galleryOf(name, call) {
  if (!galleries.has(name)) {
    const asked = call('gallery', name);
    asked.catch(() => galleries.delete(name)); // it may be there the next time
    galleries.set(name, asked);
  }
  return galleries.get(name);
}

function thumbnail({rows, sheet, title}, row, i, pick) {
  const label = t('learn.image', {index: i + 1});
  const button = make('button', {type: 'button', title: label, 'aria-label': `${title}, ${label}`, 'aria-pressed': false, 'data-row': row});
  button.style.backgroundImage = `url("${sheet}")`;
  button.style.backgroundSize = `${100 * rows.length}% 100%`;
  button.style.backgroundPosition = `${rows.length > 1 ? (100 * i) / (rows.length - 1) : 0}% 0`;
  button.addEventListener('click', () => pick(row));
  return button;
}

/** What x is: the image, or what was decoded in its place. */
export const originalCaption = ({missing}) => t(missing ? 'inspector.stored' : 'learn.original');

/** A picture with its caption; `show(uri)` fills it. */
export function picture(caption, role) {
  const image = make('img', {alt: caption, 'data-role': role});
  const figure = make('figure', {}, image, make('figcaption', {textContent: caption}));
  return {figure, caption: figure.lastChild, show: uri => (image.src = uri)};
}

/** A chart of a step, so high in pixels, or so high at its width: `show(figure)` draws it. */
export function chart(height, className = '') {
  const element = make('div', {className});
  const {show} = createFigure(element, height);
  return {element, show};
}

/** A button of a step. */
export function button(text, press, properties = {}) {
  const element = make('button', {type: 'button', textContent: text, ...properties});
  element.addEventListener('click', press);
  return element;
}

/** Numbers with their names: `show([[key, label, text], …])`. */
export function facts() {
  const element = make('dl', {className: 'lse-facts-learn', 'aria-live': 'polite'});
  return {
    element,
    show: rows =>
      element.replaceChildren(
        ...rows.map(([key, label, text]) => make('div', {'data-fact': key}, make('dt', {textContent: label}), make('dd', {textContent: text}))),
      ),
  };
}

/** A slider with its own words: `move(value)` while it is dragged; `say(value)` is what stands beside it. */
export function slider({low, high, value, step = 'any', label, say, move}) {
  const input = make('input', {type: 'range', min: low, max: high, step, 'aria-label': label});
  const output = make('output');
  const element = make('label', {className: 'lse-row lse-slider-learn'}, output, input);
  function show(next) {
    input.value = next;
    const text = say(Number(input.value));
    output.textContent = text;
    input.setAttribute('aria-valuetext', text);
    input.style.setProperty('--at', `${(100 * (input.value - low)) / (high - low)}%`);
  }
  input.addEventListener('input', () => {
    show(Number(input.value));
    move(Number(input.value));
  });
  show(value);
  return {
    element,
    show,
    get value() {
      return Number(input.value);
    },
  };
}

/** A choice of a few words, one of them pressed: [[key, text], …]. */
export function choice(label, pairs, chosen, choose) {
  const buttons = pairs.map(([key, text]) => button(text, () => press(key), {'data-key': key, 'aria-pressed': key === chosen}));
  function press(key) {
    for (const each of buttons) each.setAttribute('aria-pressed', each.dataset.key === key);
    choose(key);
  }
  return make('div', {className: 'lse-choice-learn', role: 'group', 'aria-label': label}, ...buttons);
}

export const nats = (value, decimals = 1) => t('learn.nats', {n: number(value, decimals)});
export const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
/** The variance of a sample, with n − 1. */
export function variance(values) {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}
