// Who decodes for Compare: the page, where it has both decoders and what reads their pictures, or the server.

import {Unavailable} from '../kit/js/networks.js';
import {readingOf} from './reading.js';

/** A couple's files that the page needs, [[decoder, reader or null] of either side], or null: one of them there is not. */
function filesOf(couple, sides) {
  const files = sides.map(side => {
    const {decoder, reader_file: reader} = couple[side];
    return decoder && (!couple.reader || reader) ? [decoder.file, couple.reader && reader.file] : null;
  });
  return files.includes(null) ? null : files;
}

/**
 * Pictures of a couple, {pixels: RGBA, width, height, reading} of either side, decoded in the page once its networks are
 * there; until then, and where they do not come, there are none.
 *
 * @param networks of kit/js/networks
 * @param sides the names of both
 */
export function createDecoding(networks, sides) {
  let files = null; // of the couple that is shown, as soon as all of them are loaded
  let turn = 0;

  return {
    /** Another couple: fetch its networks, and from then on decode with them. */
    async fetch(couple) {
      const mine = ++turn;
      files = null;
      const coming = filesOf(couple, sides);
      if (!coming || !networks.alive()) return;
      try {
        await Promise.all(coming.flat().map(file => file && networks.load(file)));
        if (mine === turn) files = coming;
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error; // the server decodes
      }
    },
    /**
     * @param couple the overview
     * @param z {left, right}
     * @return promise of {left, right}, or of null: the server is to be asked
     */
    async pictures({reader}, z) {
      const mine = turn;
      if (!files || !networks.alive()) return null;
      try {
        const answers = await Promise.all(sides.map((side, i) => networks.decode(files[i][0], [z[side]], files[i][1])));
        return Object.fromEntries(
          answers.map(({pixels, width, height, readings}, i) => [sides[i], {pixels, width, height, reading: reader && readingOf(reader, readings)}]),
        );
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        if (mine === turn) files = null;
        return null;
      }
    },
  };
}
