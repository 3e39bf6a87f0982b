// The numbers of the form, from what the server says of each: {key, low, high, whole, of_a_loss, lowest}.

/** `names` of those that are chosen, and of those that only some losses read; what a number may be. */
export function createNumbers({numbers, units}) {
  const known = new Map(numbers.map(number => [number.key, number]));
  /** What a number of `values` may be: the budget, what its unit may. */
  const about = (name, {unit}) => known.get(name === 'budget' ? unit : name);
  return {
    about,
    names: [...known.keys()].filter(key => !units.includes(key)).concat('budget'),
    ofALoss: numbers.filter(({of_a_loss}) => of_a_loss).map(({key}) => key),
    fits(name, value, values) {
      const {low, high, whole} = about(name, values);
      return Number.isFinite(value) && value >= low && value <= high && (!whole || Number.isInteger(value));
    },
  };
}
