import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = join(root, 'src');

/** Which folders of src a folder may import beside itself. The sidecar is main.ts, sidecar/, bridge/, argo/ and driver/. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  program: [],
  argo: ['program'],
  driver: ['contract', 'program'],
  bridge: ['argo', 'driver', 'contract', 'program'],
  sidecar: ['bridge', 'argo', 'driver', 'contract', 'program'],
  'main.ts': ['sidecar', 'contract', 'program'],
  server: ['contract', 'program'],
  play: ['contract', 'program'],
};

/** Where sidecar/ wires the two sides; the rest of it knows neither. */
const wiring = ['sidecar/start-sidecar.ts', 'sidecar/app.ts', 'sidecar/driver-settings.ts'];

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => !file.startsWith('contract/generated/'))
  .map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }));

const arrows = files.flatMap(({ file, text }) =>
  importsOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => ({ file, to: relative(source, resolve(source, dirname(file), specifier)) })),
);

test('there is something to check', () => {
  assert.ok(files.length > 20 && arrows.length > files.length);
});

test('every folder of src has its place among the layers', () => {
  const folders = new Set(files.map(({ file }) => layerOf(file)));
  assert.deepEqual(
    [...folders].filter((folder) => mayImport[folder] === undefined),
    [],
  );
});

test('no import points against the layers', () => {
  const forbidden = arrows.filter(({ file, to }) => {
    const [from, target] = [layerOf(file), layerOf(to)];
    return from !== target && mayImport[from]?.includes(target) !== true;
  });
  assert.deepEqual(forbidden, []);
});

test("within sidecar/, only the files that wire the two sides know Argo's wire, gRPC and the bridge", () => {
  const knowing = arrows
    .filter(({ file, to }) => layerOf(file) === 'sidecar' && /^(argo|driver|bridge)\//.test(to))
    .map(({ file }) => file);
  assert.deepEqual(
    [...new Set(knowing)].filter((file) => !wiring.includes(file)),
    [],
  );
});

test('only the sides that speak gRPC import its packages', () => {
  const users = files
    .filter(({ text }) => importsOf(text).some((specifier) => /^(@grpc\/|grpc-)/.test(specifier)))
    .map(({ file }) => layerOf(file));
  const others = new Set(users.filter((layer) => ['argo', 'bridge', 'program', 'main.ts'].includes(layer)));
  assert.deepEqual([...others], []);
});

test('only sidecar/ and play/ import Express', () => {
  const users = files
    .filter(({ text }) => importsOf(text).includes('express'))
    .map(({ file }) => layerOf(file));
  assert.deepEqual(
    [...new Set(users)].filter((layer) => !['sidecar', 'play'].includes(layer)),
    [],
  );
});

test('nothing is exported as default', () => {
  const defaults = files
    .filter(({ text }) => /^export default |\bas default\b/m.test(text))
    .map(({ file }) => file);
  assert.deepEqual(defaults, []);
});

/** Files that are to be split. */
const tooLong = ['play/evaluate-when.ts', 'play/execute-dag-task.ts'];

test('no file of src is longer than 200 lines', () => {
  const long = files.filter(({ text }) => text.split('\n').length > 201).map(({ file }) => file);
  assert.deepEqual(
    long.filter((file) => !tooLong.includes(file)),
    [],
  );
});

test('forbidden imports would be found, in every form that they have', () => {
  const forms = [
    "import { a } from './a.js';",
    "import type { b } from './b.js';",
    "import {\n  c,\n} from './c.js';",
    "import './d.js';",
    "export { e } from './e.js';",
    "export * from './f.js';",
    "const g = await import('./g.js');",
  ];
  const found = ['./a.js', './b.js', './c.js', './d.js', './e.js', './f.js', './g.js'];
  assert.deepEqual(importsOf(forms.join('\n')), found);
});

function layerOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)(?:import|export)\b[^;]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\('([^']+)'\)/g;
  return [...text.matchAll(pattern)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}
