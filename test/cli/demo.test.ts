import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';
import { readManifest } from '../../src/workflow/read-manifest.js';
import { runCommand } from '../support/run-command.js';
import type { EndedProgram } from '../support/start-program.js';

const examples = new URL('../../../examples/', import.meta.url);
const stock = fileURLToPath(new URL('stock/clean-and-report.yaml', examples));

let demo: EndedProgram;

before(async () => {
  demo = await runCommand(['demo']);
});

/** The two numbers of a row of the table. */
function row(title: string): readonly number[] {
  const line = demo.stdout.split('\n').find((candidate) => candidate.startsWith(`  ${title} `)) ?? '';
  return [...line.slice(title.length + 2).matchAll(/\d+/g)].map(([number]) => Number(number));
}

test('the demo converts the stock workflow, plays it and all examples to the end, and exits with 0', () => {
  assert.deepEqual([demo.exitCode, demo.stderr], [0, '']);
  const names = readdirSync(new URL('workflows/', examples)).map((file) => file.replace('.yaml', ''));
  assert.equal(names.length, 3);
  for (const name of ['clean-and-report', ...names]) {
    assert.match(demo.stdout, RegExp(`^\\[${name}\\] ${name}-\\w+  Succeeded  \\d+ POSTs  `, 'm'));
  }
  assert.match(demo.stdout, /^4 workflows: 4 Succeeded, 0 Failed, 0 Error; 25 plugin nodes, 25 POSTs, /m);
  assert.ok(demo.stdout.endsWith('\n25 driver pods were not needed.\n'));
});

test('its first lines say which templates were converted, and how to see the whole of it', () => {
  const [head = '', ...lines] = demo.stdout.split('\n').slice(0, 5);
  assert.match(head, /^clean-and-report\.yaml: as KFP's compiler writes it, with driver pods; converted /);
  assert.deepEqual(lines, [
    '  system-container-driver: container [driver, --type, ...] is now plugin {driver-plugin: ...}',
    '  system-dag-driver: container [driver, --type, ...] is now plugin {driver-plugin: ...}',
    "  workflow parameters added: 3, for what is constant of each driver's arguments",
    `  the whole of it: driver-plugin convert ${stock}`,
  ]);
});

test('before it is 3 driver pods and 2 task pods, after it is 0, 2 and one agent pod', () => {
  assert.deepEqual(row('driver pods'), [3, 0]);
  assert.deepEqual(row('task pods'), [2, 2]);
  assert.deepEqual(row('agent pods'), [0, 1]);
  assert.deepEqual(row('pods together'), [5, 3]);
});

test("controller cycles are called an estimate: slower with Argo's own 10 s, faster with 1 s", () => {
  assert.deepEqual(row('controller cycles (estimate)'), [5, 8]);
  assert.deepEqual(row("agent's patches (estimate)"), [0, 3]);
  const lines = demo.stdout.split('\n');
  assert.ok(
    lines.includes(
      "  With Argo's own 10 s for both and pods of 5 s: about 50 s before, at most 110 s after: slower.",
    ),
  );
  assert.ok(
    lines.includes('  With 1 s for both and pods of 5 s: about 30 s before, at most 21 s after: faster.'),
  );
});

test('without a terminal it writes plain lines', () => {
  assert.equal(demo.stdout.includes('\u001b'), false);
});

test('the pods that the demo counts are those that convert promises for the same file', () => {
  const conversion = convertWorkflow(readManifest(readFileSync(stock, 'utf8')));
  assert.ok(conversion.kind === 'converted');
  const { templates, podTemplates, savedPods } = conversion.summary;
  assert.deepEqual(templates, ['system-container-driver', 'system-dag-driver']);
  assert.deepEqual(podTemplates, []);
  assert.deepEqual(savedPods, { perRun: row('driver pods')[0], perIteration: {} });
});

test('the stock example is stock: its drivers are containers, and no template is a plugin', () => {
  const { spec } = JSON.parse(JSON.stringify(readManifest(readFileSync(stock, 'utf8'))));
  const templates: readonly Readonly<Record<string, unknown>>[] = spec.templates;
  const drivers = templates.filter(({ name }) => String(name).endsWith('-driver'));
  assert.equal(drivers.length, 2);
  assert.ok(drivers.every(({ container }) => container !== undefined));
  assert.ok(templates.every(({ plugin }) => plugin === undefined));
});
