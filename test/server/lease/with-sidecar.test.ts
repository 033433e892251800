import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postUntilFinal } from '../../support/agent.js';
import { startLeasedServer } from '../../support/start-leased-server.js';
import { startLeasesApi } from '../../support/start-leases-api.js';
import { lightFake } from '../../support/start-server-program.js';
import { startTestSidecar } from '../../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../../support/templates.js';
import { until } from '../../support/until.js';

const tasks = Array.from({ length: 12 }, (_, index) => `task-${index}`);

test('behind a name with both servers, every task gets to the one that drives, before and after it ends', async (t) => {
  const api = await startLeasesApi(t);
  const light = { DRIVER_PROGRAM: lightFake };
  const first = await startLeasedServer(t, api.url, 0, light);
  await until(async () => (await first.health('')) === 'SERVING');
  const second = await startLeasedServer(t, api.url, 0, light);
  await until(() => second.messages().includes('waits for the lease, and drives nothing'));
  const sidecar = await startTestSidecar({ DRIVER_HOST: `ipv4:${first.address},${second.address}` });
  t.after(() => sidecar.close());
  const drive = async (name: string) => {
    const body = templateBody({ ...containerArguments, task_name: name });
    const { reply } = await postUntilFinal(() => sidecar.post(body));
    return reply.node?.phase;
  };

  const phases = await Promise.all(tasks.map(drive));
  // A connection that takes its time gets no calls at first.
  const more: (string | undefined)[] = [];
  await until(async () => {
    more.push(await drive(`more-${more.length}`));
    return second.log.some(({ reason }) => reason === 'LEASE_NOT_HELD');
  });
  const drivenFirst = first.effects();
  first.kill('SIGTERM');
  const later = await Promise.all(tasks.map((name) => drive(`${name}-later`)));

  assert.deepEqual(
    [...phases, ...more, ...later],
    [...tasks, ...more, ...tasks].map(() => 'Succeeded'),
  );
  assert.equal(drivenFirst, tasks.length + more.length);
  assert.equal(first.effects() + second.effects(), 2 * tasks.length + more.length);
});
