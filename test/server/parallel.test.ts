import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import type { DriverServiceClient } from '../../src/contract/generated/kfp/driver/v1/DriverService.js';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { readStatusDetails } from '../../src/contract/status-details.js';
import { until } from '../support/agent.js';
import { callDriver } from '../support/call-driver.js';
import { mostAtOnce } from '../support/most-at-once.js';
import { lightFake, startServerProgram, testFolder } from '../support/start-server-program.js';
import { containerRequest, readJsonLines } from './program-engine/fixtures.js';

const skip = existsSync('/proc/self/fd') ? false : 'children and open files are counted in /proc';

test('500 parallel requests run four drivers at most, and each is served, or refused and served on re-send', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const folder = testFolder(t);
  const [effects, concurrency] = [join(folder, 'effects'), join(folder, 'concurrency')];
  const { pid, connect, workDir } = await startServerProgram(t, {
    // Below the calls that a connection may have open, so that some are refused.
    env: { MAX_PROGRAMS: '4', MAX_QUEUE: '50', DRIVER_PROGRAM: lightFake },
    fake: { FAKE_DRIVER_EFFECTS: effects, FAKE_DRIVER_CONCURRENCY: concurrency },
  });
  const client = connect();
  await callDriver(client, requestOf(0));
  // An answer may leave a moment before its program's last pipe is closed.
  await until(() => resourcesOf(pid).children === 0);
  const before = resourcesOf(pid);

  const refusals = await Promise.all(
    Array.from({ length: 500 }, (_, index) => callUntilServed(client, requestOf(index))),
  );

  assert.ok(refusals.some((count) => count > 0));
  const tasks = readJsonLines(effects).map(({ task }) => task);
  assert.deepEqual([tasks.length, new Set(tasks).size], [500, 500]);
  const most = mostAtOnce(readFileSync(concurrency, 'utf8'));
  assert.ok(most > 1 && most <= 4, `${most} at once`);
  assert.deepEqual(readdirSync(workDir), []);
  await until(() => resourcesOf(pid).children === 0 && resourcesOf(pid).files <= before.files);
});

function requestOf(index: number): ExecuteRequest {
  return containerRequest({
    request_id: `request-${index}`,
    task_name: `task-${index}`,
    workflow: { name: 'w', namespace: 'kubeflow', uid: `uid-${index % 7}` },
  });
}

/** Sends again as the sidecar does, after the server's RetryInfo. Resolves with the number of refusals. */
async function callUntilServed(client: DriverServiceClient, request: ExecuteRequest): Promise<number> {
  for (let refusals = 0; ; refusals += 1) {
    const failure = await callDriver(client, request).then(
      () => undefined,
      (error: ServiceError) => error,
    );
    if (failure === undefined) {
      return refusals;
    }
    assert.equal(failure.code, grpcStatus.RESOURCE_EXHAUSTED, failure.message);
    const { retryDelayMs = 0 } = readStatusDetails(failure.metadata);
    assert.ok(retryDelayMs >= 1_000);
    await sleep(retryDelayMs);
  }
}

/** Children of a process, zombies included, and its open files. */
function resourcesOf(pid: number) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return { children: children.length, files: readdirSync(`/proc/${pid}/fd`).length };
}
