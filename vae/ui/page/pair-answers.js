// What the server would answer Compare, from what a page of two models brings along and from the decoders that it runs.

import {float32, int32} from '../kit/js/arrays.js';
import {readingOf} from '../compare/reading.js';
import {createAnswers, Refused} from './answers.js';

const SIDES = ['left', 'right'];

/**
 * The functions by which Explore and Compare ask, each a promise of {ok} or of {error, key, values}.
 *
 * @param models of `createAnswers`
 * @param couple {overview, informations, spills: of either side, or null, rates, figure}
 * @param tools those of `createAnswers` {decode, drawn, cut}, and what draws `figure`: (plan, [[{zs, decoder}]…]) ->
 *   promise of a data URI, see `figure-drawing.js`
 */
export function createPairAnswers(models, {overview, informations, spills, rates, figure: plan}, tools) {
  const index = [...int32(overview.index)];
  const rows = Object.fromEntries(SIDES.map((side, i) => [side, int32(overview.rows[i])]));
  const {reader} = overview;

  return createAnswers(models, tools, (of, explore) => {
    const sides = Object.fromEntries(SIDES.map(side => [side, of(overview[side].name)]));
    const errors = Object.fromEntries(SIDES.map(side => [side, errorsOf(sides[side])]));

    async function decoded(side, z) {
      const {decoder, reader_file: file} = overview[side];
      const seen = reader && file;
      const answer = await tools.decode(decoder.file, [z], seen ? file.file : null);
      return {image: tools.drawn(answer, 1), reading: seen ? readingOf(reader, answer.readings) : null};
    }
    async function through(side, common) {
      const row = rows[side][common];
      const z = sides[side].code(row);
      return {z, error: errors[side]?.[row] ?? null, ...(await decoded(side, z))};
    }
    const rowOf = asked => {
      const row = index.indexOf(asked);
      if (row < 0) throw new Refused('error.index', {index: asked});
      return row;
    };

    return {
      compare: () => overview,
      information_pair: () => informations,
      rates: () => rates,
      coordinates_pair: (left, right, side, projection) => explore.coordinates(overview[side].name, projection),
      colour_pair: (left, right, key) => explore.colour(overview.left.name, key),
      thumbnails_pair: (left, right, number) => explore.thumbnails(overview.right.name, number),
      spill(name) {
        const spill = spills?.[SIDES.findIndex(side => sides[side] === of(name))];
        if (!spill) throw new Refused('error.no_reader', {name: of(name).overview.title});
        return spill;
      },
      async pick_pair(left, right, asked) {
        const row = rowOf(asked);
        const sided = [await through('left', row), await through('right', row)];
        const original = overview.missing ? sided[1].image : await tools.cut(sides.right, rows.right[row]);
        return {index: asked, row, original, facts: sides.right.facts(rows.right[row]), left: sided[0], right: sided[1]};
      },
      decode_pair: async (left, zLeft, right, zRight) => ({left: await decoded('left', zLeft), right: await decoded('right', zRight)}),
      async traverse_pair(left, zLeft, dimsLeft, right, zRight, dimsRight) {
        const walked = (name, z, dims) => (dims.length ? explore.traverse(name, z, dims, 'quantiles') : null);
        return {left: await walked(left, zLeft, dimsLeft), right: await walked(right, zRight, dimsRight)};
      },
      async figure_one(left, right, asked, kind) {
        const row = rowOf(asked);
        const strip = ({dims, signs}, side) => {
          const at = SIDES.indexOf(side);
          return {file: overview[side].decoder.file, zs: codes(sides[side].code(rows[side][row]), dims[at], overview[side].quantiles, signs[at])};
        };
        const strips = plan.rows.map(drawn => SIDES.map(side => strip(drawn, side)));
        const uri = await tools.figure({...plan, svg: plan.svg.replaceAll(plan.index, asked)}, strips, kind);
        return {uri, name: `${SIDES.map(side => overview[side].title).join('-')}-${asked}.${kind}`};
      },
    };
  });
}

/** −log p(x|z = mu) of each image, where the file says it. */
const errorsOf = ({columns: {distortion}}) => distortion && float32(distortion.values);

/** The codes of a strip: one latent takes its quantiles, falling where the sign is -1; none moves where there is none. */
function codes(z, dim, quantiles, sign) {
  const [any] = quantiles;
  if (dim === null) return any.map(() => z);
  const values = sign < 0 ? [...quantiles[dim]].reverse() : quantiles[dim];
  return values.map(value => z.map((own, other) => (other === dim ? value : own)));
}
