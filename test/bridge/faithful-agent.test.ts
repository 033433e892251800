import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/common/clock.js';
import { type Agent, createAgent } from '../../src/play/agent/agent.js';
import { createPluginClient } from '../../src/play/agent/plugin-client.js';
import type { NodeResult } from '../../src/play/agent/plugin-reply.js';
import { startDevDriver } from '../../src/server/dev-driver/start-dev-driver.js';
import { gate, until } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { startProgram } from '../support/start-program.js';
import { startTestSidecar, testToken } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

/** dag_execution_id 0: the dev-driver knows parents, and these tasks have none. */
const taskBodies = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify(
      templateBody({ ...containerArguments, dag_execution_id: '0', task_name: `task-${index}` }),
    ),
  );

/** An agent as Argo's, 16 workers, that POSTs these bodies and keeps the last result of each. */
function startAgent(t: TestContext, address: string, bodies: readonly string[]) {
  const client = createPluginClient({ address, token: testToken });
  const agent: Agent = createAgent(client.post, systemClock, () => {});
  const stop = () => {
    agent.stop();
    client.close();
  };
  t.after(stop);
  const results = new Map<string, NodeResult>();
  let posts = 0;
  for (const body of bodies) {
    agent.submit({
      body,
      onPost: () => {
        posts += 1;
      },
      onResult: (result) => {
        if (result !== undefined) {
          results.set(body, result);
        }
      },
    });
  }
  const phases = () => [...results.values()].map(({ phase }) => phase);
  return {
    results,
    stop,
    posts: () => posts,
    allSucceeded: () =>
      until(() => phases().filter((phase) => phase === 'Succeeded').length === bodies.length),
  };
}

/** The sidecar as a process on this port, or on any. */
async function startSidecarProcess(t: TestContext, driverHost: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sidecar-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const tokenPath = join(folder, 'token');
  await writeFile(tokenPath, testToken);
  const start = async (port: string) => {
    const program = startProgram(t, [], {
      SERVER_PORT: port,
      TOKEN_PATH: tokenPath,
      DRIVER_HOST: driverHost,
    });
    const address = String((await program.firstLine())['address']);
    return { address, kill: () => program.kill('SIGKILL'), ended: program.ended };
  };
  const first = await start('0');
  return { ...first, restart: () => start(new URL(first.address).port) };
}

describe('a faithful agent', () => {
  it('gets all of 200 different tasks to a driver that answers none, while half its workers are held', async (t) => {
    const { opened, open } = gate();
    const { driver, sidecar } = await startBridge(t, () =>
      opened.then(() => ({ execution_id: '7', pod_spec_patch: '{}' })),
    );
    const agent = startAgent(t, sidecar.address, taskBodies(200));
    await until(() => driver.requests.length === 200);
    const firstCalls = driver.requests.length;
    assert.equal(agent.results.size, 0);
    open();
    await agent.allSucceeded();
    assert.equal(driver.requests.length, firstCalls);
    assert.equal(new Set(driver.requests.map(({ task_name: name }) => name)).size, 200);
  });

  it('changes nothing by a restart after which it POSTs everything again', async (t) => {
    const driver = await startDevDriver({ delay: () => 50 });
    t.after(() => driver.close());
    const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address });
    t.after(sidecar.close);
    const bodies = taskBodies(40);
    const before = startAgent(t, sidecar.address, bodies);
    await before.allSucceeded();
    before.stop();
    const after = startAgent(t, sidecar.address, bodies);
    await after.allSucceeded();
    assert.deepEqual([...after.results].sort(), [...before.results].sort());
    assert.equal(after.posts(), bodies.length);
    assert.equal(driver.drives().length, bodies.length);
  });

  it('loses nothing by a restart in the middle: each task is driven once', async (t) => {
    const driver = await startDevDriver({ delay: () => 3_000 });
    t.after(() => driver.close());
    const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address });
    t.after(sidecar.close);
    const bodies = taskBodies(40);
    const before = startAgent(t, sidecar.address, bodies);
    await until(() => sidecar.ledger().started === bodies.length);
    before.stop();
    await startAgent(t, sidecar.address, bodies).allSucceeded();
    assert.equal(driver.drives().length, bodies.length);
  });

  it('finds a sidecar that was killed and came back: the same request_ids, each task is driven once', async (t) => {
    const driver = await startDevDriver({ delay: () => 1_000 });
    t.after(() => driver.close());
    const sidecar = await startSidecarProcess(t, driver.address);
    const agent = startAgent(t, sidecar.address, taskBodies(12));
    await until(() => agent.posts() >= 12);
    sidecar.kill();
    await sidecar.ended;
    await sidecar.restart();
    await agent.allSucceeded();
    assert.equal(driver.drives().length, 12);
    assert.equal(new Set(driver.drives().map(({ requestId }) => requestId)).size, 12);
  });
});
