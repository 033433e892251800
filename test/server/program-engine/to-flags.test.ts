import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../../src/contract/status-error.js';
import { argumentLimits } from '../../../src/server/program-engine/argument-size.js';
import type { DriverProgram } from '../../../src/server/program-engine/flags-of-program.js';
import { serverFlags } from '../../../src/server/program-engine/server-flags.js';
import { toFlags } from '../../../src/server/program-engine/to-flags.js';
import { containerRequest, learnFake, rootRequest, settingsOf } from './fixtures.js';

const programs = new Map<string, DriverProgram>();
const limits = argumentLimits({}, 8 << 20);

before(async () => {
  for (const version of ['2.5', '2.14', '2.15', '2.16', '2.17', '2.18', '3.0']) {
    programs.set(version, await learnFake(version));
  }
});

function flagsFor(request: ExecuteRequest__Output, version = '2.17', env: Record<string, string> = {}) {
  const program = programs.get(version);
  assert.ok(program);
  const all = toFlags(request, program, serverFlags(settingsOf(env), program), limits);
  return { ...all, values: Object.fromEntries(all.flags) };
}

function refusalOf(request: ExecuteRequest__Output, version = '2.17') {
  try {
    flagsFor(request, version);
  } catch (error) {
    assert.ok(error instanceof StatusError, String(error));
    return error;
  }
  throw new Error('a refusal was expected');
}

test('typed fields become the flags of the same name, byte for byte', () => {
  const { values } = flagsFor(
    containerRequest({ component: '{"n": 12345678901234567890}', iteration_index: 3 }),
  );
  assert.equal(values['type'], 'CONTAINER');
  assert.equal(values['component'], '{"n": 12345678901234567890}');
  assert.equal(values['dag_execution_id'], '7');
  assert.equal(values['iteration_index'], '3');
  assert.equal(values['cache_disabled'], 'false');
  assert.equal(values['run_display_name'], 'Hello');
});

test('addresses, TLS, CA, proxies and log flags are the settings whatever the request asks for', () => {
  const untrusted_overrides = {
    ml_pipeline_server_address: 'evil.example',
    ml_pipeline_server_port: '1',
    ml_pipeline_tls_enabled: false,
    mlmd_server_address: 'evil.example',
    mlmd_server_port: '2',
    metadata_tls_enabled: true,
    ca_cert_path: '/evil',
    http_proxy: 'http://evil.example',
    https_proxy: 'http://evil.example',
    no_proxy: '*',
    log_level: '9',
    publish_logs: 'false',
  };
  const { values, leftOut } = flagsFor(containerRequest({ untrusted_overrides }), '2.17', {
    ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow.svc',
    ML_PIPELINE_TLS_ENABLED: 'true',
    CA_CERT_PATH: '/etc/ca.pem',
    POD_HTTP_PROXY: 'http://proxy:3128',
  });
  assert.ok(!JSON.stringify(values).includes('evil'));
  assert.equal(values['ml_pipeline_server_address'], 'ml-pipeline.kubeflow.svc');
  assert.equal(values['ml_pipeline_tls_enabled'], 'true');
  assert.equal(values['metadata_tls_enabled'], 'false');
  assert.equal(values['ca_cert_path'], '/etc/ca.pem');
  assert.equal(values['http_proxy'], 'http://proxy:3128');
  assert.equal(values['log_level'], '1');
  assert.equal(values['publish_logs'], 'true');
  assert.deepEqual(leftOut, []);
});

const forbiddenExtras = [
  ...['execution_id_path', 'pod_spec_patch_path', 'condition_path', 'cached_decision_path'],
  ...['iteration_count_path', 'parent_task_id_path', 'mlmd_server_address', 'ml_pipeline_server_port'],
  ...[
    'ml_pipeline_tls_enabled',
    'ca_cert_path',
    'https_proxy',
    'log_level',
    'publish_logs',
    'namespace',
    'type',
  ],
  ...[
    'log_dir',
    'log_link',
    'vmodule',
    'v',
    'stderrthreshold',
    'kubeconfig',
    'h',
    'run_metadata',
    '__proto__',
  ],
];

for (const name of forbiddenExtras) {
  test(`an extra argument ${name} never reaches the program`, () => {
    const extras = Object.defineProperty({}, name, { value: 'EVIL', enumerable: true });
    for (const version of ['2.17', '3.0']) {
      const request = containerRequest({ extra_args: extras, parent_task_id: 'task-1' });
      const { flags, leftOut } = flagsFor(request, version);
      assert.ok(!flags.some(([, value]) => value === 'EVIL'));
      assert.ok(leftOut.includes(name));
    }
  });
}

test('an extra argument under the name of an input flag is taken where the typed field is absent', () => {
  const { task_name: _, ...request } = containerRequest({
    extra_args: { task_name: 'other', run_id: 'other' },
  });
  const { values, leftOut } = flagsFor(request);
  assert.equal(values['task_name'], 'other');
  assert.equal(values['run_id'], 'run-1');
  assert.deepEqual(leftOut, ['run_id']);
});

test('a value without a flag in this version is left out and named', () => {
  const { values, leftOut } = flagsFor(containerRequest({ runtime_args: '{}' }), '2.5');
  assert.ok(!('cache_disabled' in values));
  assert.deepEqual(leftOut, ['task_name', 'runtime_args', 'cache_disabled', 'pipeline_job_create_time_utc']);
});

const protecting: [name: string, more: Partial<ExecuteRequest__Output>, version: string][] = [
  ['default_run_as_user', { default_run_as_user: '0' }, '2.14'],
  ['default_run_as_group', { default_run_as_group: '1000' }, '2.14'],
  ['default_run_as_non_root', { default_run_as_non_root: false }, '2.5'],
  ['default_host_users', { default_host_users: false }, '2.16'],
  ['default_host_users', { extra_args: { default_host_users: 'false' } }, '2.16'],
];

for (const [flag, more, version] of protecting) {
  test(`${flag} that ${version} does not know is refused, not dropped: ${Object.keys(more)}`, () => {
    const error = refusalOf(containerRequest(more), version);
    assert.equal(error.status, 'FAILED_PRECONDITION');
    assert.match(error.message, new RegExp(`${flag}.*KFP ${version}`));
    assert.deepEqual(error.details.errorInfo?.metadata, { flag, version: `KFP ${version}`, retry: 'safe' });
  });
}

test('an absent run-as default stays absent, and a zero stays a zero', () => {
  assert.ok(!('default_run_as_user' in flagsFor(containerRequest()).values));
  assert.equal(flagsFor(containerRequest({ default_run_as_user: '0' })).values['default_run_as_user'], '0');
});

test('what newer versions demand and the request lacks gets the default of the server', () => {
  const { run_name: _, run_display_name: __, iteration_index: ___, ...rest } = rootRequest();
  const { pipeline_job_create_time_utc: ____, cache_disabled: _____, task: ______, ...request } = rest;
  const { values } = flagsFor(request, '2.18');
  assert.equal(values['run_name'], 'hello-abc');
  assert.equal(values['run_display_name'], '');
  assert.equal(values['iteration_index'], '-1');
  assert.equal(values['cache_disabled'], 'false');
  assert.equal(values['pipeline_job_create_time_utc'], '');
  assert.equal(values['task'], '');
  assert.equal(values['dag_execution_id'], '0');
});

test('a request of KFP 3.0 gets the namespace of its envelope and the id of its parent', () => {
  const { component: _, task: __, container: ___, dag_execution_id: ____, ...rest } = containerRequest();
  const { values, leftOut } = flagsFor({ ...rest, parent_task_id: 'b7c9' }, '3.0');
  assert.equal(values['namespace'], 'kubeflow');
  assert.equal(values['parent_task_id'], 'b7c9');
  assert.ok(!('mlmd_server_address' in values));
  assert.deepEqual(leftOut, ['pipeline_job_create_time_utc']);
});

test('a workflow of another KFP is refused by what its driver needs', () => {
  const { component: _, ...without } = containerRequest({ parent_task_id: 'b7c9' });
  assert.match(refusalOf(without).message, /has no component, which the CONTAINER driver of KFP 2.17 needs/);
  assert.match(refusalOf(containerRequest(), '3.0').message, /has no parent_task_id/);
  assert.equal(refusalOf(without).status, 'FAILED_PRECONDITION');
});

const badValues: [name: string, more: Partial<ExecuteRequest__Output>, says: RegExp][] = [
  ['a component from a file', { component: '@/etc/passwd' }, /^component must be JSON text/],
  ['a task from a file', { task: '@/etc/passwd' }, /^task must be JSON text/],
  ['a container from a file', { container: '@x' }, /^container must/],
  ['a kubernetes_config from a file', { kubernetes_config: '@x' }, /^kubernetes_config must/],
  ['a NUL in a name', { run_display_name: 'a\0b' }, /^run_display_name has a NUL/],
  ['a NUL in a spec', { component: '{"a":"\0"}' }, /^component has a NUL/],
  ['text as a number', { dag_execution_id: '7 --type=DAG' }, /^dag_execution_id must be a whole number/],
  ['a runtime_config from a file in the extras', { extra_args: { runtime_config: '@x' } }, /^runtime_config/],
  ['text as a boolean in the extras', { extra_args: { default_host_users: 'maybe' } }, /^default_host_users/],
  ['no driver type', { type: 'DRIVER_TYPE_UNSPECIFIED' }, /^type must be one of/],
];

for (const [name, more, says] of badValues) {
  test(`${name} is INVALID_ARGUMENT`, () => {
    const error = refusalOf(containerRequest(more));
    assert.equal(error.status, 'INVALID_ARGUMENT');
    assert.match(error.message, says);
    assert.equal(error.details.fieldViolations?.length, 1);
  });
}

test('the largest argument fits to the byte, and one byte more is refused with its size', () => {
  const room = 131_072 - '--task='.length - 1;
  flagsFor(containerRequest({ task: 'x'.repeat(room) }));
  const error = refusalOf(containerRequest({ task: 'x'.repeat(room + 1) }));
  assert.equal(error.status, 'INVALID_ARGUMENT');
  assert.equal(error.message, 'task has 131073 bytes as an argument of the driver; the system takes 131072');
});

test('arguments that are too large together are refused by the largest', () => {
  const many = {
    component: 'x'.repeat(131_000),
    task: 'ä'.repeat(65_000),
    container: 'x'.repeat(130_000),
    run_name: 'x'.repeat(130_000),
  };
  const program = programs.get('2.17');
  assert.ok(program);
  const small = { argumentBytes: 131_072, allBytes: 400_000, specBytes: 8 << 20 };
  assert.throws(
    () => toFlags(containerRequest(many), program, serverFlags(settingsOf({}), program), small),
    /together, component the most; the system takes 400000/,
  );
});

const large = containerRequest({ component: 'x'.repeat(200_000) });

for (const version of ['2.16', '2.17', '2.18']) {
  test(`a component above the system's limit goes into a file, which the driver of ${version} reads`, () => {
    const { values, componentText } = flagsFor(large, version);
    assert.ok(!('component' in values));
    assert.equal(componentText?.length, 200_000);
  });
}

for (const version of ['2.5', '2.14', '2.15']) {
  test(`a component above the system's limit is refused where the driver of ${version} would not read a file`, () => {
    const { default_run_as_user: _, pipeline_job_create_time_utc: __, ...request } = large;
    assert.match(refusalOf(request, version).message, /^component has 200013 bytes as an argument/);
  });
}

test('COMPONENT_FROM_FILE says better than the version whether the driver reads a file', () => {
  assert.equal(flagsFor(large, '2.15', { COMPONENT_FROM_FILE: 'true' }).componentText?.length, 200_000);
  const program = programs.get('2.17');
  assert.ok(program);
  const own = serverFlags(settingsOf({ COMPONENT_FROM_FILE: 'false' }), program);
  assert.throws(() => toFlags(large, program, own, limits), /the system takes 131072$/);
});

const nested = (levels: number, commas: number) =>
  `${'{"a":'.repeat(levels)}[${'1,'.repeat(commas)}1]${'}'.repeat(levels)}`;

test('a component that the driver would print in 30 MB is refused before it starts, though it has 63 KB', () => {
  const component = nested(490, 30_000);
  assert.ok(component.length < 64_000);
  const refusal = refusalOf(containerRequest({ component }));
  assert.equal(refusal.status, 'INVALID_ARGUMENT');
  assert.match(refusal.message, /component the most; DRIVER_PROGRAM_MAX_SPEC_BYTES is 8388608$/);
  assert.equal(refusal.details.errorInfo?.reason, 'ARGUMENT_TOO_LARGE');
  assert.equal(refusal.details.errorInfo?.metadata['retry'], 'safe');
});

test('specs that are small each are refused where they are too large together', () => {
  const large = nested(100, 20_500);
  const both = containerRequest({ component: large, task: large });
  assert.match(refusalOf(both).message, /^the specs have 8\d{6} bytes when the driver prints them/);
  assert.equal(flagsFor(containerRequest({ component: large })).values['component'], large);
});

for (const field of ['component', 'task', 'container', 'kubernetes_config', 'runtime_config'] as const) {
  test(`a ${field} with more than 500 levels is refused with the depth`, () => {
    const refusal = refusalOf(containerRequest({ [field]: nested(500, 1) }));
    assert.match(
      refusal.message,
      RegExp(`^${field} has 501 objects and lists inside each other; .* takes 500$`),
    );
  });
}

test('brackets inside of strings are no levels', () => {
  const component = JSON.stringify({ text: '[{"'.repeat(9_000) });
  assert.equal(flagsFor(containerRequest({ component })).values['component'], component);
});

test('CACHE_DISABLED drives every task without the cache', () => {
  const { values } = flagsFor(containerRequest(), '2.17', { CACHE_DISABLED: 'true' });
  assert.equal(values['cache_disabled'], 'true');
});
