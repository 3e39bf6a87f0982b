// What an objective asks of the form: pure functions of what the server offers, {key, reads, ways} each.

/** Does an objective read a number of the form, {key, of_a_loss}? */
export const reads = ({reads}, {key, of_a_loss}) => !of_a_loss || reads.includes(key);

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
export const pressed = (values, presets) => presets.find(({key, values: set}) => key === values.preset && Object.keys(set).every(name => set[name] === values[name]));
