import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { callDriver, createTestClient } from '../support/call-driver.js';
import { startDriver } from '../support/start-driver.js';

const requests: { name: string; request: ExecuteRequest }[] = [
  { name: 'an empty request', request: {} },
  {
    name: 'an id of 2^63-1 and one of -2^63',
    request: { dag_execution_id: '9223372036854775807', default_run_as_user: '-9223372036854775808' },
  },
  { name: 'the driver type by its name', request: { type: 'DRIVER_TYPE_CONTAINER' } },
  {
    name: 'empty, zero and false where they are not absent',
    request: { task: '', iteration_index: 0, dag_execution_id: '0', default_host_users: false },
  },
  { name: 'an iteration index of -1', request: { iteration_index: -1 } },
  { name: 'NUL and control characters', request: { task_name: 'a\u0000b\u0001\u007f\r\n' } },
  {
    name: 'a JSON spec byte for byte',
    request: { component: '{ "n": 9007199254740993, "n": 1e400, "s": "\\ud800 é" }' },
  },
  {
    name: 'names of every object as argument names',
    request: { extra_args: JSON.parse('{"__proto__":"p","constructor":"c","":"empty","toString":""}') },
  },
];
for (const { name, request } of requests) {
  test(`${name} arrives at the driver as sent`, async (t) => {
    const driver = await startDriver(() => ({}));
    t.after(driver.close);
    const client = createTestClient(driver.address);
    t.after(() => client.close());

    await callDriver(client, request);

    assert.deepEqual(plain(driver.requests), plain([request]));
  });
}

const responses: { name: string; response: ExecuteResponse }[] = [
  { name: 'an empty response', response: {} },
  { name: 'an execution id of 2^63-1', response: { execution_id: '9223372036854775807' } },
  {
    name: 'zero and false where they are not absent',
    response: { execution_id: '0', iteration_count: 0, condition: false, cached: false, pod_spec_patch: '' },
  },
  { name: 'a patch with NUL', response: { pod_spec_patch: '{"a":"\u0000"}' } },
  {
    name: 'names of every object as output names',
    response: { extra_outputs: JSON.parse('{"__proto__":"p","hasOwnProperty":"h"}') },
  },
];
for (const { name, response } of responses) {
  test(`${name} arrives at the caller as answered`, async (t) => {
    const driver = await startDriver(() => response);
    t.after(driver.close);
    const client = createTestClient(driver.address);
    t.after(() => client.close());

    assert.deepEqual(plain(await callDriver(client, {})), plain(response));
  });
}

/** As plain JSON: decoded maps have no prototype, and deepEqual would take `__proto__` for one. */
function plain(value: unknown): string {
  return JSON.stringify(value, (_name, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))
      : inner,
  );
}
