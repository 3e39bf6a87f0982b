// Who decodes for Compare: the page, where it has both decoders and what reads their pictures, or the server.

import {Unavailable, pieces} from '../kit/js/networks.js';
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

  /** What `decode(files)` gives, or null: the server is to be asked. */
  async function here(decode) {
    const mine = turn;
    if (!files || !networks.alive()) return null;
    try {
      return await decode(files);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (mine === turn) files = null;
      return null;
    }
  }

  /** The pictures of a strip, one below the other; null where they have gone stale meanwhile. */
  async function strip(decoder, zs, stale) {
    let all = null;
    for await (const {first, pixels, width, height} of pieces(networks, decoder, zs)) {
      if (stale()) return null;
      all ??= {pixels: new Uint8ClampedArray(4 * width * height * zs.length), width, height};
      all.pixels.set(pixels, 4 * width * height * first);
    }
    return all;
  }

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
    pictures: ({reader}, z) =>
      here(async files => {
        const answers = await Promise.all(sides.map((side, i) => networks.decode(files[i][0], [z[side]], files[i][1])));
        return Object.fromEntries(
          answers.map(({pixels, width, height, readings}, i) => [sides[i], {pixels, width, height, reading: reader && readingOf(reader, readings)}]),
        );
      }),
    /**
     * Strips of pictures, one after the other.
     *
     * @param couple the overview
     * @param strips [{side, zs: the codes of its pictures}]
     * @param show called with every strip and its {pixels, width, height}, one picture below the other
     * @param stale () -> is it too late for them?
     * @return promise of true, or of null: the server is to be asked
     */
    strips: (couple, strips, show, stale) =>
      here(async () => {
        for (const {zs, ...about} of strips) {
          const pictures = await strip(couple[about.side].decoder, zs, stale);
          if (!pictures) break;
          show({...about, ...pictures});
        }
        return true;
      }),
  };
}
