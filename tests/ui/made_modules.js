// For `node --import`: gives tests beside a module those that Python makes when the page is served, as kit/js/words.js.
// They come from $MADE_MODULES, a JSON file {name: source}; where there is none Python is asked.

import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {register} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {isMainThread} from 'node:worker_threads';

const ROOT = new URL('../../', import.meta.url);
const ASK = "import json; from vae.ui.kit.part import made_modules; print(json.dumps(made_modules('en')))";

let sources = {}; // address -> text

export const initialize = made => (sources = made);

export function resolve(specifier, context, next) {
  const url = specifier.startsWith('.') ? new URL(specifier, context.parentURL).href : specifier;
  return url in sources ? {url, shortCircuit: true} : next(specifier, context);
}

export function load(url, context, next) {
  return url in sources ? {format: 'module', source: sources[url], shortCircuit: true} : next(url, context);
}

function asked() {
  if (!process.env.MADE_MODULES) {
    // The tests' own processes inherit it, so that Python is asked once.
    process.env.MADE_MODULES = join(mkdtempSync(join(tmpdir(), 'made-modules-')), 'made.json');
    writeFileSync(process.env.MADE_MODULES, execFileSync('python', ['-c', ASK], {cwd: fileURLToPath(ROOT)}));
  }
  const made = JSON.parse(readFileSync(process.env.MADE_MODULES, 'utf8'));
  return Object.fromEntries(Object.entries(made).map(([name, text]) => [new URL(`vae/ui/${name}.js`, ROOT).href, text]));
}

if (isMainThread) register(import.meta.url, {data: asked()});
