import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = join(root, 'src');

/** Which folders of src a folder may import beside itself. The sidecar is sidecar/, bridge/, argo/ and driver/. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  contract: ['common'],
  common: [],
  admin: ['common'],
  argo: ['common'],
  driver: ['contract', 'common'],
  bridge: ['argo', 'driver', 'contract', 'common'],
  sidecar: ['bridge', 'argo', 'driver', 'admin', 'contract', 'common'],
  workflow: ['common'],
  convert: ['workflow', 'common'],
  webhook: ['convert', 'workflow', 'admin', 'common'],
  play: ['workflow', 'common'],
  server: ['admin', 'contract', 'common'],
  doctor: ['driver', 'contract', 'common'],
  cli: [
    ...['webhook', 'convert', 'doctor', 'sidecar', 'bridge', 'argo', 'driver', 'play', 'server', 'workflow'],
    ...['admin', 'contract', 'common'],
  ],
  'main.ts': ['cli', 'common'],
};

/**
 * Within play/: which of its folders a folder may import, beside what all of them share. Controller and agent meet in
 * walk/ alone, as in Argo, where only the API server stands between them.
 */
const mayImportInPlay: Readonly<Record<string, readonly string[]>> = {
  go: [],
  prepare: ['go'],
  expressions: ['prepare', 'go'],
  agent: ['prepare', 'go'],
  controller: ['expressions', 'prepare', 'go'],
  walk: ['agent', 'controller', 'expressions', 'prepare', 'go'],
  report: ['walk', 'controller'],
};

/** Within server/: the two engines, the ledger and the gRPC side know one another by what server/ itself declares. */
const mayImportInServer: Readonly<Record<string, readonly string[]>> = {
  grpc: ['ledger'],
  ledger: ['metadata-store'],
  'metadata-store': [],
  references: ['grpc', 'kubernetes'],
  'program-engine': ['metadata-store'],
  'memory-engine': [],
  kubernetes: [],
  metrics: ['ledger'],
  lease: [],
  trace: ['grpc', 'ledger'],
  page: ['grpc', 'ledger', 'lease'],
  'dev-driver': ['memory-engine', 'ledger', 'grpc', 'references'],
};

/** What every folder of play/ may use; these import nothing of play/ themselves. */
const sharedInPlay = ['transient-text'].map((name) => `play/${name}`);

/** Where sidecar/ wires the two sides; the rest of it knows neither. */
const wiring = [
  ...['start-sidecar', 'create-bridge', 'connect-driver', 'app', 'driver-settings'],
  ...['sidecar-metrics', 'measure-sidecar', 'post-outcome'],
  ...['late-app', 'late-driver', 'to-target'],
].map((name) => `sidecar/${name}.ts`);

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => !/^(contract|server\/metadata-store)\/generated\//.test(file))
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

for (const [room, places] of Object.entries({ play: mayImportInPlay, server: mayImportInServer })) {
  test(`every folder of ${room}/ has its place, and no import in it points against them`, () => {
    const forbidden = arrows
      .filter(({ file, to }) => isInside(room, file) && isInside(room, to))
      .filter(({ file, to }) => {
        const [from = '', target = ''] = [file, to].map((path) => path.split('/')[1]);
        return from !== target && places[from]?.includes(target) !== true;
      });
    assert.deepEqual(forbidden, []);
  });
}

test('what all of play/ shares imports none of it', () => {
  const leaves = arrows.filter(({ file }) => sharedInPlay.includes(file.replace(/\.ts$/, '')));
  assert.deepEqual(leaves, []);
});

test('a command loads nothing that another command needs', () => {
  const rooms = (file: string) => new Set([...loadedWith(file)].map(layerOf));
  assert.deepEqual([...loadedWith('main.ts')].sort(), [
    'cli/command-names.ts',
    'cli/commands.ts',
    'cli/run-command.ts',
    'common/error-text.ts',
    'common/exit-codes.ts',
    'common/package-file.ts',
    'common/run-to-end.ts',
    'common/source-frames.ts',
    'common/version.ts',
    'main.ts',
  ]);
  const [serve, play, demo] = ['serve', 'play', 'demo'].map((name) => rooms(`cli/${name}.ts`));
  assert.deepEqual([...(serve ?? [])].sort(), [
    'argo',
    'bridge',
    'cli',
    'common',
    'contract',
    'driver',
    'sidecar',
  ]);
  assert.deepEqual([...(play ?? [])].sort(), ['cli', 'common', 'play', 'workflow']);
  assert.deepEqual([...(demo ?? [])].sort(), ['cli', 'common', 'convert', 'play', 'workflow']);
});

test("Prometheus' client and OpenTelemetry are loaded only where a port or an endpoint asks for them", () => {
  const usersOf = (pattern: RegExp) =>
    files.filter(({ text }) => importsOf(text).some((name) => pattern.test(name))).map(({ file }) => file);
  const users = [...usersOf(/^prom-client$/), ...usersOf(/^@opentelemetry\//)];
  assert.ok(users.length >= 2);
  const always = ['server/run-server.ts', 'cli/serve.ts', 'cli/webhook.ts', 'main.ts'].flatMap((file) => [
    ...loadedWith(file),
  ]);
  assert.deepEqual(
    users.filter((file) => always.includes(file)),
    [],
  );
});

test('the sidecar listens before Express and gRPC are loaded, and the driver server asks its program before gRPC is', () => {
  const late = /^(express|@grpc\/|grpc-)/;
  const loaded = [...loadedWith('cli/serve.ts'), ...loadedWith('server/main.ts')];
  const importers = files
    .filter(({ file }) => loaded.includes(file))
    .filter(({ text }) => valuesOf(text, late));
  assert.deepEqual(
    importers.map(({ file }) => file),
    [],
  );
  assert.ok(files.some(({ file, text }) => file === 'sidecar/app.ts' && valuesOf(text, late)));
});

test('only the sides that speak gRPC import its packages', () => {
  const users = files
    .filter(({ text }) => importsOf(text).some((specifier) => /^(@grpc\/|grpc-)/.test(specifier)))
    .map(({ file }) => layerOf(file));
  const others = new Set(
    users.filter((layer) =>
      ['admin', 'argo', 'bridge', 'common', 'workflow', 'play', 'main.ts'].includes(layer),
    ),
  );
  assert.deepEqual([...others], []);
});

test('only sidecar/ imports Express', () => {
  const users = files
    .filter(({ text }) => importsOf(text).includes('express'))
    .map(({ file }) => layerOf(file));
  assert.deepEqual(
    users.filter((layer) => layer !== 'sidecar'),
    [],
  );
});

test("doctor/ reads the driver's address as the sidecar does, and imports nothing else of driver/", () => {
  const used = arrows.filter(({ file, to }) => layerOf(file) === 'doctor' && layerOf(to) === 'driver');
  assert.deepEqual([...new Set(used.map(({ to }) => to))], ['driver/driver-target.js']);
});

test("Kubernetes' client is loaded by doctor and by a driver server with a lease alone, when they run", () => {
  const users = files.filter(({ text }) => importsOf(text).includes('@kubernetes/client-node'));
  assert.deepEqual(
    users.map(({ file }) => file),
    ['doctor/kubernetes/load-kubeconfig.ts', 'server/lease/kubernetes-lease-api.ts'],
  );
  for (const { text } of users) {
    assert.match(text, /await import\('@kubernetes\/client-node'\)/);
    assert.doesNotMatch(text, /^import \{[^;]*'@kubernetes\/client-node'/m);
  }
});

test('a driver server without a lease loads nothing of it but its settings', () => {
  const loaded = [...loadedWith('server/main.ts'), ...loadedWith('server/run-server.ts')].filter((file) =>
    file.startsWith('server/lease/'),
  );
  assert.deepEqual(loaded, ['server/lease/lease-settings.ts']);
});

test('a driver server without a page loads nothing of it but its settings', () => {
  const loaded = [...loadedWith('server/main.ts'), ...loadedWith('server/run-server.ts')].filter((file) =>
    file.startsWith('server/page/'),
  );
  assert.deepEqual(loaded, ['server/page/page-settings.ts']);
});

test('only webhook/ knows X.509, and loads it when a certificate is due', () => {
  const usersOf = (name: string) =>
    files.filter(({ text }) => importsOf(text).includes(name)).map(({ file }) => file);
  assert.deepEqual(usersOf('@peculiar/x509'), ['webhook/make-certificate.ts']);
  const loaders = files.filter(({ text }) => text.includes('make-certificate.js'));
  assert.deepEqual(
    loaders.map(({ file, text }) => [file, /^import .*make-certificate/m.test(text)]),
    [['webhook/certificate-keeper.ts', false]],
  );
});

test('nothing is exported as default', () => {
  const defaults = files
    .filter(({ text }) => /^export default |\bas default\b/m.test(text))
    .map(({ file }) => file);
  assert.deepEqual(defaults, []);
});

test('no file of src is longer than 200 lines', () => {
  const long = files.filter(({ text }) => text.split('\n').length > 201).map(({ file }) => file);
  assert.deepEqual(long, []);
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

/** The files of src that are loaded at once with a file: through imports that are neither types nor made later. */
function loadedWith(file: string, found = new Set<string>()): Set<string> {
  if (!found.has(file)) {
    found.add(file);
    const text = files.find((candidate) => candidate.file === file)?.text ?? '';
    for (const [, specifier = ''] of text.matchAll(
      /^(?:(?:import|export)(?! type)[^;]*?from|import) '(\.[^']+)';/gm,
    )) {
      loadedWith(relative(source, resolve(source, dirname(file), specifier)).replace(/\.js$/, '.ts'), found);
    }
  }
  return found;
}

/** Whether a file imports more than types from a package, at once. */
function valuesOf(text: string, name: RegExp): boolean {
  return [...text.matchAll(/^import (?!type)[^;]*?from '([^']+)';/gm)].some(([, from = '']) =>
    name.test(from),
  );
}

/** True for a file in one of the folders of a room, not for one that stands in the room itself. */
function isInside(room: string, path: string): boolean {
  return path.startsWith(`${room}/`) && path.split('/').length > 2;
}

function layerOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)(?:import|export)\b[^;]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\('([^']+)'\)/g;
  return [...text.matchAll(pattern)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}
