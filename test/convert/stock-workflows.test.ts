import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJsonObject, type Json, type JsonObject } from '../../src/common/json.js';
import type { ConvertOptions } from '../../src/convert/convert-options.js';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';
import { readManifest } from '../../src/workflow/read-manifest.js';
import { sharedFolder } from '../support/shared-folder.js';
import { stockFolder, stockWorkflow, stockWorkflows } from '../support/stock-workflows.js';

const { skip } = stockFolder;
const oracle = sharedFolder('kfp-workflows/mlmd');
const stock = stockWorkflows();

const ways: readonly (readonly [string, Partial<ConvertOptions>])[] = [
  ['by reference', { passBy: 'reference' }],
  ['by value', { passBy: 'value' }],
  ['by reference, exit hooks too', { passBy: 'reference', exitHooks: 'plugin' }],
  ['by value, exit hooks too', { passBy: 'value', exitHooks: 'plugin' }],
];

test('there are 403 stock workflows of five versions of KFP', { skip }, () => {
  assert.equal(stock.length, 403);
  assert.equal(new Set(stock.map(({ file }) => file.split('/')[0])).size, 5);
});

for (const [way, options] of ways) {
  test(`every stock workflow converts ${way}, and a second time nothing changes`, { skip }, () => {
    for (const { file, workflow } of stock) {
      const before = JSON.stringify(workflow);
      const once = convertWorkflow(workflow, options);
      assert.equal(once.kind, 'converted', `${file}: ${JSON.stringify(once)}`);
      assert.ok(once.kind === 'converted' && once.summary.savedPods.perRun > 0, file);
      assert.equal(JSON.stringify(workflow), before, `${file} was changed in place`);
      const twice = convertWorkflow(once.workflow, options);
      assert.equal(twice.kind, 'left-alone', file);
      assert.deepEqual(kindsOf(twice), ['nothing-to-do'], file);
    }
  });
}

test('only drivers that exit hooks reach are pods after a conversion', { skip }, () => {
  let withHooks = 0;
  for (const { file, workflow } of stock) {
    const converted = convertedOf(workflow, {});
    const hooks = [...JSON.stringify(workflow).matchAll(/"hooks":/g)].length;
    withHooks += hooks > 0 ? 1 : 0;
    assert.deepEqual(podDriversOf(converted), hooks > 0 ? ['system-container-driver-exit-hook'] : [], file);
    assert.deepEqual(podDriversOf(convertedOf(workflow, { exitHooks: 'plugin' })), [], file);
  }
  assert.equal(withHooks, 22);
});

/**
 * Where the fork's compiler (https://github.com/kubeflow/pipelines/pull/13171) and a conversion by value differ, and why.
 * The paths are those of `differences`.
 */
const namedDifferences: Readonly<Record<string, string>> = {
  'args.cache_disabled': 'a flag is text: "false", not false',
  'args.metadata_tls_enabled': 'the same',
  'args.ml_pipeline_tls_enabled': 'the same',
  'args.cached_decision_path': 'a plugin writes no files',
  'args.condition_path': 'the same',
  'args.execution_id_path': 'the same',
  'args.iteration_count_path': 'the same',
  'args.pod_spec_patch_path': 'the same',
  'args.publish_logs': 'the fork leaves it out',
  'args.log_level': 'the same',
  'args.ca_cert_path': 'the same',
  'args.node': 'a conversion adds it, so that a DAG which Argo starts again is another task',
  'driver.securityContext': "a pod's: the fork leaves it",
  'spec.podMetadata.annotations.sidecar.istio.io/inject':
    "the fork's compiler writes it, KFP's API server does in stock workflows",
  'launcher.args': 'the fork gives importers and launchers other flags',
  'spec.arguments.parameters[].value':
    "two components' texts were written by another version of the pipeline SDK",
};

test("a conversion by value is what the fork's compiler writes, but for named differences", {
  skip: skip || oracle.skip,
}, () => {
  const found = new Map<string, Set<string>>();
  for (const file of readdirSync(oracle.path)) {
    const theirs = readManifest(readFileSync(join(oracle.path, file), 'utf8'));
    const ours = convertedOf(stockWorkflow(`head/${file}`), { passBy: 'value', exitHooks: 'plugin' });
    for (const path of differences(theirs, ours, '')) {
      found.set(path, (found.get(path) ?? new Set()).add(file));
    }
  }
  assert.deepEqual([...found.keys()].sort(), Object.keys(namedDifferences).sort());
  assert.deepEqual(
    [...(found.get('spec.arguments.parameters[].value') ?? [])],
    ['component_with_pip_install.yaml', 'component_with_pip_install_in_venv.yaml'],
  );
});

function kindsOf(conversion: ReturnType<typeof convertWorkflow>): readonly string[] {
  return conversion.kind === 'left-alone' ? conversion.reasons.map(({ kind }) => kind) : [];
}

function convertedOf(workflow: JsonObject, options: Partial<ConvertOptions>): JsonObject {
  const conversion = convertWorkflow(workflow, options);
  assert.ok(conversion.kind === 'converted');
  return conversion.workflow;
}

function podDriversOf(workflow: JsonObject): readonly unknown[] {
  return templatesOf(workflow)
    .filter((template) => JSON.stringify(template).includes('"command":["driver"]'))
    .map(({ name }) => name);
}

function templatesOf(workflow: JsonObject): readonly JsonObject[] {
  const { spec } = workflow;
  return isJsonObject(spec) && Array.isArray(spec['templates']) ? spec['templates'].filter(isJsonObject) : [];
}

/** Paths at which two values differ, shortened to what they mean. */
function differences(one: Json | undefined, other: Json | undefined, path: string): readonly string[] {
  if (Array.isArray(one) && Array.isArray(other)) {
    const length = Math.max(one.length, other.length);
    return Array.from({ length }, (_, at) => differences(one[at], other[at], `${path}[]`)).flat();
  }
  if (isJsonObject(one) && isJsonObject(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return keys.flatMap((key) => differences(one[key], other[key], path === '' ? key : `${path}.${key}`));
  }
  const short = path
    .replace('spec.templates[].plugin.driver-plugin.', '')
    .replace(/^spec\.templates\[\]\.(container|initContainers\[\])\.args\[\]$/, 'launcher.args')
    .replace('spec.templates[].securityContext', 'driver.securityContext');
  return one === other ? [] : [short];
}
