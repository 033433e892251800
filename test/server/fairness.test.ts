import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { readStatusDetails } from '../../src/contract/status-details.js';
import { until } from '../support/agent.js';
import { callDriver } from '../support/call-driver.js';
import { lightFake, startServerProgram, testFolder } from '../support/start-server-program.js';
import { containerRequest, readJsonLines } from './program-engine/fixtures.js';

const maxQueue = 50;
const flood = 200;

function requestOf(workflow: 'wide' | 'small', index: number): ExecuteRequest {
  return containerRequest({
    request_id: `${workflow}-${index}`,
    task_name: workflow,
    workflow: { name: workflow, namespace: 'kubeflow', uid: `uid-${workflow}` },
  });
}

test('a workflow that floods the server does not keep the calls of another one waiting behind its own', {
  timeout: 120_000,
}, async (t) => {
  const folder = testFolder(t);
  const [effects, hold] = [join(folder, 'effects'), join(folder, 'hold')];
  writeFileSync(hold, '');
  const { connect } = await startServerProgram(t, {
    env: { MAX_PROGRAMS: '1', MAX_QUEUE: String(maxQueue), DRIVER_PROGRAM: lightFake },
    fake: { FAKE_DRIVER_EFFECTS: effects, FAKE_DRIVER_HOLD: hold },
  });
  const refusals: ServiceError[] = [];
  const wide = connect();
  const ofWide = Array.from({ length: flood }, (_, index) =>
    callDriver(wide, requestOf('wide', index)).catch((error: ServiceError) => refusals.push(error)),
  );
  // One of them drives, and as many as may wait.
  await until(() => refusals.length === flood - 1 - maxQueue);
  const small = connect();
  const ofSmall = Array.from({ length: 3 }, (_, index) => callDriver(small, requestOf('small', index)));
  // Each of the three has the place of one of the flood's.
  await until(() => refusals.length === flood - 1 - maxQueue + ofSmall.length);

  rmSync(hold);
  await Promise.all([...ofSmall, ...ofWide]);

  const driven = readJsonLines(effects).map(({ task }) => task);
  assert.deepEqual(driven.slice(0, 8), ['wide', 'wide', 'small', 'wide', 'small', 'wide', 'small', 'wide']);
  assert.equal(driven.length, 1 + maxQueue);
  for (const { code, metadata } of refusals) {
    const { errorInfo, retryDelayMs } = readStatusDetails(metadata);
    assert.deepEqual(
      [code, errorInfo?.reason, errorInfo?.metadata['retry']],
      [grpcStatus.RESOURCE_EXHAUSTED, 'QUEUE_FULL', 'safe'],
    );
    assert.ok((retryDelayMs ?? 0) >= 1_000);
  }
});
