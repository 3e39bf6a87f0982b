// Which of the files in a folder are sent: those whose endings the server reads, of too many an even choice. What stays
// behind is counted and named.

import {MOST_IMAGES, OTHER_ENDINGS, PICTURE_ENDINGS} from '../kit/js/constants.js';

const NAME = /[^/]*$/;
const hidden = path => path.split('/').some(part => part.startsWith('.') || part === '__MACOSX');

function ending(path) {
  const [name] = path.match(NAME);
  const dot = name.lastIndexOf('.');
  return dot < 1 ? '' : name.slice(dot).toLowerCase();
}

/**
 * Of [{path, file}] those to send, and the others as the server would name them: [{name, reason}]. Hidden files are
 * neither; a file without an ending is sent, for the server looks into it.
 */
export function parted(files, most = MOST_IMAGES) {
  const seen = files.filter(({path}) => !hidden(path));
  const reads = ({path}) => !ending(path) || PICTURE_ENDINGS.includes(ending(path));
  const pictures = seen.filter(reads);
  const reason = path => (ending(path) === '.zip' ? 'archive' : OTHER_ENDINGS.includes(ending(path)) ? 'format' : 'not_an_image');
  const left = seen.filter(file => !reads(file)).map(({path}) => ({name: path, reason: reason(path)}));
  if (pictures.length <= most) return {sent: pictures, left};
  const taken = new Set(Array.from({length: most}, (_, i) => Math.floor((i * pictures.length) / most)));
  const late = pictures.filter((_, i) => !taken.has(i)).map(({path}) => ({name: path, reason: 'too_many'}));
  return {sent: pictures.filter((_, i) => taken.has(i)), left: [...left, ...late]};
}
