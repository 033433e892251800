import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { status as Status } from '@grpc/grpc-js';
import type { JsonObject } from '../../../src/common/json.js';
import { readSettings } from '../../../src/common/settings.js';
import type { ExecuteRequest } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { createResolver, type ResolverOptions } from '../../../src/server/references/create-resolver.js';
import { kubernetesSettings } from '../../../src/server/references/kubernetes-settings.js';
import { workflowParametersOf } from '../../../src/server/references/workflow-parameters-of.js';
import { callDriver, failureOf } from '../../support/call-driver.js';
import { caFile, startKubernetesApi, strangersCaFile } from '../../support/start-kubernetes-api.js';
import { aRequest, startServer } from '../../support/start-server.js';
import { testFolder } from '../../support/start-server-program.js';

const texts = {
  'components-root': '{"dag":{"tasks":{}}}',
  'driver-1': JSON.stringify({
    component: { parameter: 'components-root' },
    task: '{"taskInfo":{"name":"train"}}',
    task_name: 'train',
    pipeline_name: 'math',
    cache_disabled: 'false',
    default_run_as_user: '1000',
    new_flag: 'x',
  }),
};

function workflowWith(parameters: Readonly<Record<string, unknown>>, metadata: JsonObject = {}): JsonObject {
  const list = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  return {
    metadata: {
      name: 'hello',
      namespace: 'kubeflow',
      uid: 'uid-1',
      labels: { 'pipeline/runid': 'run-1' },
      ...metadata,
    },
    spec: { arguments: { parameters: list as JsonObject[] } },
  };
}

const request: ExecuteRequest = {
  request_id: 'request-1',
  workflow: { name: 'hello', namespace: 'kubeflow', uid: 'uid-1' },
  type: 'DRIVER_TYPE_DAG',
  run_id: 'run-1',
  dag_execution_id: '7',
  node_name: 'hello.root.train',
  arguments_from: 'driver-1',
};

async function start(
  t: TestContext,
  env: Readonly<Record<string, string>> = {},
  options: ResolverOptions = {},
) {
  const kubernetes = await startKubernetesApi(t);
  kubernetes.put(workflowWith(texts));
  const tokenFile = join(testFolder(t), 'token');
  writeFileSync(tokenFile, 'token-1\n');
  const { values, faults } = readSettings(kubernetesSettings, {
    KUBERNETES_API: kubernetes.url,
    KUBERNETES_TOKEN_FILE: tokenFile,
    KUBERNETES_CA_FILE: caFile,
    ...env,
  });
  assert.deepEqual(faults, []);
  const server = await startServer(t, async () => ({ response: { execution_id: '8' } }), {
    resolveReferences: createResolver(workflowParametersOf(values), options),
  });
  let calls = 0;
  const execute = (changes: ExecuteRequest = {}) => {
    calls += 1;
    return callDriver(server.client, { ...request, request_id: `request-${calls}`, ...changes });
  };
  return { kubernetes, tokenFile, server, execute };
}

test('the engine gets what it would have got by value', async (t) => {
  const { server, execute } = await start(t);
  await execute();
  const [driven] = server.drives[0] ?? [];
  assert.deepEqual(JSON.parse(JSON.stringify(driven)), {
    request_id: 'request-1',
    workflow: { name: 'hello', namespace: 'kubeflow', uid: 'uid-1' },
    type: 'DRIVER_TYPE_DAG',
    run_id: 'run-1',
    dag_execution_id: '7',
    node_name: 'hello.root.train',
    component: '{"dag":{"tasks":{}}}',
    task: '{"taskInfo":{"name":"train"}}',
    task_name: 'train',
    pipeline_name: 'math',
    cache_disabled: false,
    default_run_as_user: '1000',
    extra_args: { new_flag: 'x' },
  });
});

test('an argument of the request wins over a member of the same name', async (t) => {
  const { server, execute } = await start(t);
  await execute({ task_name: 'other', extra_args: { new_flag: 'y', more: 'z' } });
  const [driven] = server.drives[0] ?? [];
  assert.equal(driven?.task_name, 'other');
  assert.deepEqual({ ...driven?.extra_args }, { new_flag: 'y', more: 'z' });
});

test('the workflow is read with the token of the moment, once for all its tasks', async (t) => {
  const { kubernetes, tokenFile, execute } = await start(t);
  await Promise.all(Array.from({ length: 20 }, () => execute()));
  await execute();
  const path = '/apis/argoproj.io/v1alpha1/namespaces/kubeflow/workflows/hello';
  assert.deepEqual(kubernetes.calls, [{ path, authorization: 'Bearer token-1' }]);
  kubernetes.put(workflowWith(texts, { uid: 'uid-2' }));
  writeFileSync(tokenFile, 'token-2');
  await execute({ workflow: { name: 'hello', namespace: 'kubeflow', uid: 'uid-2' } });
  assert.equal(kubernetes.calls[1]?.authorization, 'Bearer token-2');
});

test('a repeat of a request_id gets its answer, by reference or by value', async (t) => {
  const { server, execute } = await start(t);
  await execute({ request_id: 'one' });
  await execute({ request_id: 'one' });
  const { request_id: _, ...byValue } = server.drives[0]?.[0] ?? {};
  await callDriver(server.client, { request_id: 'one', ...byValue });
  assert.equal(server.drives.length, 1);
});

test('what was kept never refuses: a parameter that was added since is found', async (t) => {
  const { kubernetes, server, execute } = await start(t);
  await execute();
  kubernetes.put(workflowWith({ ...texts, 'driver-2': texts['driver-1'] }));
  await execute({ arguments_from: 'driver-2' });
  assert.equal(server.drives.length, 2);
  const failure = await failureOf(execute({ arguments_from: 'driver-3' }));
  assert.equal(failure.code, Status.INVALID_ARGUMENT);
  kubernetes.put(workflowWith({ ...texts, 'driver-3': texts['driver-1'] }));
  await execute({ arguments_from: 'driver-3' });
  assert.equal(kubernetes.calls.length, 4);
});

test('no more is kept than asked for', async (t) => {
  const { kubernetes, execute } = await start(t, { MAX_WORKFLOW_CACHE_BYTES: '0' });
  await execute();
  await execute();
  assert.equal(kubernetes.calls.length, 2);
});

interface Refusal {
  readonly what: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly metadata?: JsonObject;
  readonly changes?: ExecuteRequest;
  readonly code: keyof typeof Status;
  readonly says: RegExp;
}

const refused: readonly Refusal[] = [
  {
    what: 'a workflow that is not there',
    changes: { workflow: { name: 'other', namespace: 'kubeflow', uid: 'uid-1' } },
    code: 'NOT_FOUND',
    says: /^the workflow other, which has the arguments of arguments_from, is not there$/,
  },
  {
    what: 'another uid',
    changes: { workflow: { name: 'hello', namespace: 'kubeflow', uid: 'uid-9' } },
    code: 'NOT_FOUND',
    says: /^the workflow hello is another one than the task's: it has another uid$/,
  },
  {
    what: 'a run that is not the workflow’s',
    changes: { run_id: 'run-2' },
    code: 'INVALID_ARGUMENT',
    says: /^run_id is not the workflow's run \(its label pipeline\/runid\)$/,
  },
  {
    what: 'a parameter that the workflow does not have',
    changes: { arguments_from: 'driver-9' },
    code: 'INVALID_ARGUMENT',
    says: /^arguments_from names the workflow parameter "driver-9", which the workflow does not have$/,
  },
  {
    what: 'a parameter without a text',
    parameters: { 'driver-1': 5 },
    code: 'INVALID_ARGUMENT',
    says: /^arguments_from names the workflow parameter "driver-1", which has no text of its own$/,
  },
  {
    what: 'a parameter that is no JSON object',
    parameters: { 'driver-1': '["a"]' },
    code: 'INVALID_ARGUMENT',
    says: /^arguments_from names the workflow parameter "driver-1", whose value is no JSON object$/,
  },
  {
    what: 'a parameter that is no JSON',
    parameters: { 'driver-1': '{' },
    code: 'INVALID_ARGUMENT',
    says: /whose value is no JSON object$/,
  },
  {
    what: 'a member that names a parameter that is not there',
    parameters: { 'driver-1': '{"component":{"parameter":"gone"}}' },
    code: 'INVALID_ARGUMENT',
    says: /^component names the workflow parameter "gone", which the workflow does not have$/,
  },
  {
    what: 'a member that is neither a text nor a name',
    parameters: { 'driver-1': '{"component":{"a":1},"task":["x"]}' },
    code: 'INVALID_ARGUMENT',
    says: /^component must be a text or \{"parameter": NAME\} .*; task must be a text or/,
  },
  {
    what: 'a member that names the task',
    parameters: { 'driver-1': '{"dag_execution_id":"1","type":"DAG","node":"x"}' },
    code: 'INVALID_ARGUMENT',
    says: /^dag_execution_id cannot be given by reference .*; type cannot be .*; node cannot be/,
  },
  {
    what: 'a spec that is no object',
    parameters: { 'driver-1': '{"component":"[]"}' },
    code: 'INVALID_ARGUMENT',
    says: /^component must be JSON text of an object, but is JSON text of an array$/,
  },
  {
    what: 'a spec that would read a file',
    parameters: { 'driver-1': '{"component":"@/etc/passwd"}' },
    code: 'INVALID_ARGUMENT',
    says: /^component begins with "@", which would read a file of the driver/,
  },
  {
    what: 'a spec that is too deep',
    parameters: {
      'driver-1': `{"component":${JSON.stringify(`{"a":${'['.repeat(600)}${']'.repeat(600)}}`)}}`,
    },
    code: 'INVALID_ARGUMENT',
    says: /^component nests objects and arrays deeper than 500 levels/,
  },
  {
    what: 'a number that is none',
    parameters: { 'driver-1': '{"default_run_as_user":"root"}' },
    code: 'INVALID_ARGUMENT',
    says: /^default_run_as_user must be a whole number of 64 bits/,
  },
  {
    what: 'a text with NUL',
    parameters: { ...texts, 'driver-1': texts['driver-1'].replace('"math"', '"\\u0000"') },
    code: 'INVALID_ARGUMENT',
    says: /^pipeline_name contains NUL$/,
  },
  {
    what: 'a reference that lacks what the driver needs',
    parameters: { 'driver-1': '{"pipeline_name":"math"}' },
    code: 'INVALID_ARGUMENT',
    says: /^component is missing: DAG needs it; task is missing: DAG needs it$/,
  },
];

for (const { what, parameters, metadata, changes, code, says } of refused) {
  test(`a reference to ${what} is refused with ${code} and one sentence, and nothing is driven`, async (t) => {
    const { kubernetes, server, execute } = await start(t);
    kubernetes.put(workflowWith(parameters ?? texts, metadata));
    const failure = await failureOf(execute(changes));
    assert.equal(Status[failure.code], code, failure.details);
    assert.match(failure.details, says);
    assert.equal(server.drives.length, 0);
  });
}

test('a workflow without the label may have any run', async (t) => {
  const { kubernetes, server, execute } = await start(t);
  kubernetes.put(workflowWith(texts, { labels: {} }));
  await execute({ run_id: 'anything' });
  assert.equal(server.drives.length, 1);
});

const byValue = { arguments_from: undefined, component: '{}', task: '{}' } as unknown as ExecuteRequest;

test("by value too, a run_id that is not the workflow's is refused, and nothing is driven", async (t) => {
  const { server, execute, kubernetes } = await start(t, {}, { checksEveryRun: true });
  await execute(byValue);
  const failure = await failureOf(execute({ ...byValue, run_id: 'run-2' }));
  assert.equal(failure.code, Status.INVALID_ARGUMENT);
  assert.match(failure.details, /^run_id is not the workflow's run/);
  assert.equal(server.drives.length, 1);
  // The workflow was read once, and again before it refused.
  assert.equal(kubernetes.calls.length, 2);
});

test('by value, a server that may not read workflows drives, and one that cannot now does not', async (t) => {
  const { server, execute, kubernetes } = await start(t, {}, { checksEveryRun: true });
  const answer = (status: number) => {
    kubernetes.answer = (_request, response) => {
      response.writeHead(status);
      response.end('{}');
    };
  };
  answer(403);
  await execute(byValue);
  answer(500);
  assert.equal((await failureOf(execute(byValue))).code, Status.UNAVAILABLE);
  assert.equal(server.drives.length, 1);
});

const away: readonly (readonly [what: string, status: number, code: keyof typeof Status, says: RegExp])[] = [
  ['does not know the token', 401, 'PERMISSION_DENIED', /KUBERNETES_TOKEN_FILE/],
  ['gives no right', 403, 'PERMISSION_DENIED', /let its Role `get` workflows\.argoproj\.io/],
  ['has too much to do', 429, 'UNAVAILABLE', /answered with status 429/],
  ['fails', 500, 'UNAVAILABLE', /answered with status 500/],
];

for (const [what, status, code, says] of away) {
  test(`where Kubernetes ${what} the call ends with ${code}, and nothing of it is kept`, async (t) => {
    const { kubernetes, server, execute } = await start(t);
    kubernetes.answer = (_request, response) => {
      response.writeHead(status, { 'Retry-After': '3' });
      response.end('{}');
    };
    const failure = await failureOf(execute());
    assert.equal(Status[failure.code], code);
    assert.match(failure.details, says);
    const { retryDelayMs, errorInfo } = readStatusDetails(failure.metadata);
    assert.equal(errorInfo?.metadata['retry'], 'safe');
    assert.equal(retryDelayMs, code === 'UNAVAILABLE' ? 3_000 : undefined);
    assert.equal(server.drives.length, 0);
    kubernetes.answer = undefined;
    await execute();
    assert.equal(server.drives.length, 1);
  });
}

test('where Kubernetes is silent the call ends UNAVAILABLE, and its repeat is driven', async (t) => {
  const { kubernetes, server, execute } = await start(t, { KUBERNETES_TIMEOUT_SECONDS: '0.2' });
  kubernetes.answer = () => {};
  const failure = await failureOf(execute({ request_id: 'one' }));
  assert.equal(failure.code, Status.UNAVAILABLE);
  assert.match(failure.details, /^the Kubernetes API cannot be reached$/);
  kubernetes.answer = undefined;
  await execute({ request_id: 'one' });
  assert.equal(server.drives.length, 1);
});

test('an API with the certificate of a stranger is not asked', async (t) => {
  const { kubernetes, execute } = await start(t, { KUBERNETES_CA_FILE: strangersCaFile });
  assert.equal((await failureOf(execute())).code, Status.UNAVAILABLE);
  assert.deepEqual(kubernetes.calls, []);
});

test('a server without Kubernetes says so, and drives what needs none', async (t) => {
  const server = await startServer(t, async () => ({ response: {} }));
  const failure = await failureOf(callDriver(server.client, request));
  assert.equal(failure.code, Status.FAILED_PRECONDITION);
  assert.match(
    failure.details,
    /this server reads no workflows: set KUBERNETES_API, or convert .* --by-value$/,
  );
  await callDriver(server.client, aRequest());
  assert.equal(server.drives.length, 1);
});

test('a server that has refused many references still takes a request', async (t) => {
  const { client, drives } = await startServer(t, async () => ({ response: { execution_id: '1' } }));
  for (let index = 0; index < 20; index += 1) {
    const { code } = await failureOf(callDriver(client, { ...request, request_id: `refused-${index}` }));
    assert.equal(code, Status.FAILED_PRECONDITION);
  }
  assert.equal(drives.length, 0);
  assert.equal((await callDriver(client, aRequest())).execution_id, '1');
  assert.equal(drives.length, 1);
});
