import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf, startBridge, theRequest } from '../support/start-bridge.js';
import {
  containerArguments,
  containerOutputs,
  rootArguments,
  rootOutputs,
  templateBody,
} from '../support/templates.js';

const workflow = { name: 'hello-x', namespace: 'kubeflow', uid: 'uid-1' };

const proposalArguments = {
  cached_decision_path: '{{outputs.parameters.cached-decision.path}}',
  component: '{"executorLabel":"exec-hello-world"}',
  condition_path: '{{outputs.parameters.condition.path}}',
  container: '{"image":"python:3.9"}',
  dag_execution_id: '3',
  iteration_index: '-1',
  kubernetes_config: '',
  pipeline_name: 'namespace/n1/pipeline/hello-world',
  pod_spec_patch_path: '{{outputs.parameters.pod-spec-patch.path}}',
  run_id: 'uid-1',
  run_metadata: '{"a":"b"}',
  task: '{"taskInfo":{"name":"hello-world"}}',
  type: 'CONTAINER',
  namespace: 'kubeflow',
};

const everyMlmdArgument = {
  type: 'DAG',
  pipeline_name: 'nested',
  run_id: 'run-1',
  run_name: 'nested-x',
  run_display_name: 'Nested, for people',
  task_name: 'for-loop-1',
  component: '{"dag":{}}',
  task: '{"taskInfo":{"name":"for-loop-1"}}',
  runtime_config: '',
  kubernetes_config: '{"pvcMount":[]}',
  dag_execution_id: '41',
  iteration_index: '2',
  cache_disabled: true,
  ml_pipeline_tls_enabled: false,
  metadata_tls_enabled: 'true',
  pipeline_job_create_time_utc: '2026-11-21T01:28:01Z',
  pipeline_job_schedule_time_epoch_seconds: '1795224481',
  default_run_as_user: '1000',
  default_run_as_group: 0,
  default_run_as_non_root: 'true',
  default_host_users: 'false',
  http_proxy: '',
  https_proxy: 'https://proxy:3128',
  no_proxy: 'localhost,.cluster.local',
  ml_pipeline_server_address: 'ml-pipeline.kubeflow',
  ml_pipeline_server_port: '8887',
  mlmd_server_address: 'mlmd.kubeflow',
  mlmd_server_port: 8080,
  ca_cert_path: '/kfp/certs/ca.crt',
  log_level: '3',
  publish_logs: true,
  runtime_args: '{"a":"b"}',
  execution_id_path: '{{outputs.parameters.execution-id.path}}',
  iteration_count_path: '/tmp/iteration-count',
};

const kfp3Arguments = {
  type: 'CONTAINER',
  pipeline_name: 'hello',
  run_id: 'run-1',
  run_name: 'hello-x',
  run_display_name: '',
  task_name: 'echo',
  namespace: 'kubeflow',
  kubernetes_config: '',
  parent_task_id: '0b9c8f6e-4c56-4b1e-9d5a-6f0d4d2f3c11',
  iteration_index: '0',
  cache_disabled: false,
  kfp_token_audience: 'pipelines.kubeflow.org',
  ml_pipeline_grpc_backoff_base_delay: '1s',
  ml_pipeline_grpc_backoff_multiplier: 1.6,
  ml_pipeline_grpc_backoff_jitter: '0.2',
  ml_pipeline_grpc_backoff_max_delay: '120s',
  ml_pipeline_grpc_min_connect_timeout: '20s',
};

const dialects = [
  {
    name: "the proposal's",
    args: proposalArguments,
    request: {
      workflow,
      type: 'DRIVER_TYPE_CONTAINER',
      pipeline_name: 'namespace/n1/pipeline/hello-world',
      run_id: 'uid-1',
      component: proposalArguments.component,
      task: proposalArguments.task,
      container: proposalArguments.container,
      kubernetes_config: '',
      dag_execution_id: '3',
      iteration_index: -1,
      extra_args: { run_metadata: '{"a":"b"}' },
    },
  },
  {
    name: 'the MLMD era with every argument there is',
    args: everyMlmdArgument,
    request: {
      workflow,
      type: 'DRIVER_TYPE_DAG',
      pipeline_name: 'nested',
      run_id: 'run-1',
      run_name: 'nested-x',
      run_display_name: 'Nested, for people',
      task_name: 'for-loop-1',
      component: '{"dag":{}}',
      task: '{"taskInfo":{"name":"for-loop-1"}}',
      runtime_config: '',
      kubernetes_config: '{"pvcMount":[]}',
      runtime_args: '{"a":"b"}',
      dag_execution_id: '41',
      iteration_index: 2,
      cache_disabled: true,
      pipeline_job_create_time_utc: '2026-11-21T01:28:01Z',
      pipeline_job_schedule_time_epoch_seconds: '1795224481',
      default_run_as_user: '1000',
      default_run_as_group: '0',
      default_run_as_non_root: true,
      default_host_users: false,
      untrusted_overrides: {
        ml_pipeline_server_address: 'ml-pipeline.kubeflow',
        ml_pipeline_server_port: '8887',
        ml_pipeline_tls_enabled: false,
        mlmd_server_address: 'mlmd.kubeflow',
        mlmd_server_port: '8080',
        metadata_tls_enabled: true,
        ca_cert_path: '/kfp/certs/ca.crt',
        http_proxy: '',
        https_proxy: 'https://proxy:3128',
        no_proxy: 'localhost,.cluster.local',
        log_level: '3',
        publish_logs: 'true',
      },
    },
  },
  {
    name: 'KFP 3.0, which has no component',
    args: kfp3Arguments,
    request: {
      workflow,
      type: 'DRIVER_TYPE_CONTAINER',
      pipeline_name: 'hello',
      run_id: 'run-1',
      run_name: 'hello-x',
      run_display_name: '',
      task_name: 'echo',
      kubernetes_config: '',
      parent_task_id: '0b9c8f6e-4c56-4b1e-9d5a-6f0d4d2f3c11',
      iteration_index: 0,
      cache_disabled: false,
      untrusted_overrides: {
        kfp_token_audience: 'pipelines.kubeflow.org',
        ml_pipeline_grpc_backoff_base_delay: '1s',
        ml_pipeline_grpc_backoff_multiplier: '1.6',
        ml_pipeline_grpc_backoff_jitter: '0.2',
        ml_pipeline_grpc_backoff_max_delay: '120s',
        ml_pipeline_grpc_min_connect_timeout: '20s',
      },
    },
  },
  {
    name: 'the root of a run in KFP 3.0',
    args: { type: 'ROOT_DAG', pipeline_name: 'p', run_id: 'r', runtime_config: '{}', parent_task_id: '' },
    request: {
      workflow,
      type: 'DRIVER_TYPE_ROOT_DAG',
      pipeline_name: 'p',
      run_id: 'r',
      runtime_config: '{}',
      parent_task_id: '',
    },
  },
  {
    name: 'the root of a run in the MLMD era',
    args: rootArguments,
    request: {
      workflow,
      type: 'DRIVER_TYPE_ROOT_DAG',
      pipeline_name: 'hello',
      run_id: 'run-1',
      component: '{"dag":{}}',
      task: '',
      runtime_config: '{}',
      dag_execution_id: '0',
      iteration_index: -1,
    },
  },
];
for (const { name, args, request } of dialects) {
  test(`the dialect of ${name} becomes one driver request, field by field`, async (t) => {
    const { driver, sidecar } = await startBridge(t);

    const posted = await sidecar.post(templateBody(args, []));

    assert.equal(posted.httpStatus, 200, posted.text);
    assert.deepEqual(theRequest(driver), request);
  });
}

const booleans = [
  { written: true, read: true },
  { written: false, read: false },
  { written: 'true', read: true },
  { written: 'false', read: false },
];
for (const { written, read } of booleans) {
  test(`the boolean ${JSON.stringify(written)} reaches the driver as ${read}`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    const wish = { ml_pipeline_tls_enabled: written };

    await sidecar.post(templateBody({ ...containerArguments, cache_disabled: written, ...wish }));

    assert.equal(theRequest(driver).cache_disabled, read);
    assert.equal(theRequest(driver).untrusted_overrides?.ml_pipeline_tls_enabled, read);
  });
}

const integers = [
  { written: '1000', read: '1000' },
  { written: 1000, read: '1000' },
  { written: 0, read: '0' },
  { written: '-1', read: '-1' },
  { written: Number.MAX_SAFE_INTEGER, read: '9007199254740991' },
  { written: '9007199254740993', read: '9007199254740993' },
  { written: '9223372036854775807', read: '9223372036854775807' },
  { written: '-9223372036854775808', read: '-9223372036854775808' },
];
for (const { written, read } of integers) {
  test(`the integer ${JSON.stringify(written)} reaches the driver as ${read}`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    const args = { ...containerArguments, dag_execution_id: written, default_run_as_user: written };

    await sidecar.post(templateBody(args));

    assert.equal(theRequest(driver).dag_execution_id, read);
    assert.equal(theRequest(driver).default_run_as_user, read);
  });
}

test('the largest 64-bit execution id goes to the driver and comes back digit for digit', async (t) => {
  const { driver, sidecar } = await startBridge(t, ({ dag_execution_id: id }) => ({
    execution_id: String(id),
  }));
  const args = { ...containerArguments, type: 'DAG', dag_execution_id: '9223372036854775807' };

  const posted = await sidecar.post(templateBody(args, rootOutputs));

  assert.equal(theRequest(driver).dag_execution_id, '9223372036854775807');
  assert.equal(outputsOf(posted)['execution-id'], '9223372036854775807');
});

test('absent, null, empty and zero stay four different things', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const { run_name: _absent, ...rest } = containerArguments;

  await sidecar.post(
    templateBody({
      ...rest,
      run_display_name: null,
      kubernetes_config: '',
      http_proxy: '',
      https_proxy: null,
      default_run_as_user: '0',
      default_run_as_group: null,
      default_run_as_non_root: false,
      unheard_of: '',
      unheard_of_null: null,
    }),
  );

  const request = theRequest(driver);
  assert.ok(!('run_name' in request));
  assert.ok(!('run_display_name' in request));
  assert.equal(request.kubernetes_config, '');
  assert.equal(request.default_run_as_user, '0');
  assert.ok(!('default_run_as_group' in request));
  assert.equal(request.default_run_as_non_root, false);
  assert.ok(!('default_host_users' in request));
  assert.equal(request.untrusted_overrides?.http_proxy, '');
  assert.ok(!('https_proxy' in (request.untrusted_overrides ?? {})));
  assert.deepEqual(request.extra_args, { unheard_of: '' });
});

test('the bytes of a whole answer are the ones that Argo expects', async (t) => {
  const { sidecar } = await startBridge(t, () => ({
    cached: true,
    condition: false,
    pod_spec_patch: '{"containers":[{"name":"main","image":"python:3.11"}]}',
  }));

  const posted = await sidecar.post(templateBody(containerArguments, containerOutputs));

  assert.equal(
    posted.text,
    '{"node":{"phase":"Succeeded","message":"CONTAINER driver done, cached","outputs":{"parameters":[' +
      '{"name":"pod-spec-patch","value":"{\\"containers\\":[{\\"name\\":\\"main\\",\\"image\\":\\"python:3.11\\"}]}"},' +
      '{"name":"cached-decision","value":"true"},{"name":"condition","value":"false"}]}}}',
  );
  assert.equal(posted.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(posted.headers.get('content-length'), String(Buffer.byteLength(posted.text)));
});
