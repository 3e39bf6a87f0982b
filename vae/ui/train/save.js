// Files out of the page and into it.

import {blobAddress} from '../kit/js/arrays.js';
import {Refusal} from '../kit/js/events.js';
import {saveAddress} from '../kit/js/files.js';
import {t} from '../kit/js/strings.js';

/** Let the browser save a data URI as a file. */
export const saveAs = (name, uri) => saveAddress(name, blobAddress(uri));

/** The bytes of a file as base64; a Refusal where it is gone, or not this page's to read. */
export const base64 = file =>
  new Promise((done, refuse) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.onerror = () => refuse(new Refusal(t('train.own_unreadable'), 'train.own_unreadable'));
    reader.readAsDataURL(file);
  });
