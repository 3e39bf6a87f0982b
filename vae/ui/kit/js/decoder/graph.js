// A network as data, checked before anything is allocated: the twin of vae/models/graph/graph.py. Value 0 is the input, and node
// i makes value i + 1 of earlier ones; the last is the output.

import {createMachine} from './machine.js';
import {OPERATIONS} from './operations.js';

export const VERSION = 1;

const size = shape => shape.reduce((product, side) => product * side, 1);

/**
 * @param plain the description
 * @param limits {most_nodes, most_values, most_weights, most_cost}
 * @return {nodes: [{op, inputs, settings}], shapes of all values, weights: of each node {name: shape}, costs: of each
 *   node in multiply-adds, cost: their sum}
 * @throws Error that names the place: whoever asked for the network lets the server decode
 */
export function readGraph(plain, limits) {
  expect(plain?.version === VERSION && Array.isArray(plain.input) && Array.isArray(plain.nodes), 'description');
  const isShape = shape =>
    [1, 3].includes(shape?.length) && shape.every(side => Number.isInteger(side) && side >= 1) && size(shape) <= limits.most_values;
  expect(isShape(plain.input), 'input');
  expect(plain.nodes.length >= 1 && plain.nodes.length <= limits.most_nodes, 'nodes');
  const shapes = [plain.input];
  const weights = [];
  const nodes = [];
  const costs = [];
  let numbers = 0;
  plain.nodes.forEach((node, number) => {
    const {op, inputs, ...settings} = node;
    const operation = Object.hasOwn(OPERATIONS, op) && OPERATIONS[op];
    expect(operation, `${number}.operation`);
    const earlier = value => Number.isInteger(value) && value >= 0 && value <= number;
    expect(Array.isArray(inputs) && inputs.every(earlier), `${number}.inputs`);
    expect(inputs.length >= operation.least && inputs.length <= operation.most, `${number}.inputs`);
    const known = Object.keys(operation.settings);
    expect(Object.keys(settings).length === known.length, `${number}.settings`);
    for (const name of known) expect(operation.settings[name](settings[name]), `${number}.${name}`);
    const given = inputs.map(value => shapes[value]);
    const shape = operation.shape(given, settings);
    expect(shape && isShape(shape), `${number}.shapes`);
    const own = operation.weights(given, settings);
    numbers += Object.values(own).reduce((sum, each) => sum + size(each), 0);
    costs.push(operation.cost(given, settings, shape));
    nodes.push({op, inputs, settings});
    shapes.push(shape);
    weights.push(own);
  });
  expect(numbers <= limits.most_weights, 'weights');
  const cost = costs.reduce((sum, own) => sum + own, 0);
  expect(cost <= limits.most_cost, 'cost');
  return {nodes, shapes, weights, costs, cost};
}

/**
 * A network that is ready to run.
 *
 * @param graph of `readGraph`
 * @param tensors {"0.weight": Float32Array, …} in the file's order
 * @param machine that computes it
 * @return (input) -> all values, the input first and the output last, their channels last. Those that nodes make are
 *   written over by the next call.
 */
export function createNetwork(graph, tensors, machine = createMachine()) {
  const places = graph.shapes.map(shape => machine.place(size(shape)));
  const steps = graph.nodes.map(({op, inputs, settings}, number) => {
    const weights = {};
    for (const [name, shape] of Object.entries(graph.weights[number])) {
      const tensor = tensors[`${number}.${name}`];
      expect(tensor?.length === size(shape), `${number}.${name}`);
      expect(tensor.every(Number.isFinite), `${number}.${name}`);
      weights[name] = tensor;
    }
    const run = OPERATIONS[op].run(
      inputs.map(value => graph.shapes[value]),
      settings,
      weights,
      graph.shapes[number + 1],
      machine,
    );
    return {run, inputs};
  });
  const values = places.map(place => place());
  return input => {
    expect(input.length === size(graph.shapes[0]), 'input');
    values[0].set(input);
    steps.forEach(({run, inputs}, i) => run(inputs.map(value => values[value]), values[i + 1]));
    return values;
  };
}

function expect(condition, what) {
  if (!condition) throw new Error(`network.${what}`);
}
