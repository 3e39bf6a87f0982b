// What an objective asks of the form: pure functions of what the server offers, {key, reads, ways} each.

export const OF_A_LOSS = ['beta', 'gamma', 'capacity']; // numbers that only some objectives read
export const SHAPED = ['objective', ...OF_A_LOSS, 'way']; // what a preset sets

/** Does an objective read a number of the form? */
export const reads = ({reads}, number) => !OF_A_LOSS.includes(number) || reads.includes(number);

/**
 * The way and the preset that go with the objective of `values`. A preset stays the run's name while its numbers are
 * turned, until the objective is another one; '' where there is none for it.
 */
export function fitted(values, objective, presets) {
  const named = presets.find(({key}) => key === values.preset);
  const fits = named?.values.objective === objective.key ? named : presets.find(({values}) => values.objective === objective.key);
  return {way: objective.ways.includes(values.way) ? values.way : objective.ways[0], preset: fits?.key ?? ''};
}

/** The preset whose values these are, if its name is theirs too. */
export const pressed = (values, presets) => presets.find(({key, values: set}) => key === values.preset && SHAPED.every(name => !(name in set) || set[name] === values[name]));
