import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSettings } from '../../src/common/settings.js';
import { checkSidecarSettings, sidecarSettings } from '../../src/sidecar/sidecar-settings.js';
import { postUntilFinal, replyOf } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { rootArguments, rootOutputs, templateBody } from '../support/templates.js';

const task = (name: string) => templateBody({ ...rootArguments, run_name: name }, rootOutputs);
const answered = () => ({ execution_id: '1' });

test('DRIVER_TOKEN goes with each call, and nowhere else', async (t) => {
  const { driver, sidecar } = await startBridge(t, answered, { DRIVER_TOKEN: 'hunter2' });
  const { text } = await sidecar.post(task('a'));
  assert.deepEqual(driver.metadata[0]?.get('authorization'), ['Bearer hunter2']);
  assert.ok(!text.includes('hunter2') && !JSON.stringify(sidecar.log).includes('hunter2'));
});

test('DRIVER_TOKEN_FILE is read for each call; while it is missing the call waits for it, and says so', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'driver-token-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'token');
  const { driver, sidecar } = await startBridge(t, answered, { DRIVER_TOKEN_FILE: file });
  const first = replyOf(await sidecar.post(task('a')));
  assert.match(first.node.message ?? '', /the file that DRIVER_TOKEN_FILE names cannot be read$/);
  assert.equal(driver.requests.length, 0);
  await writeFile(file, 'one\n');
  await postUntilFinal(() => sidecar.post(task('a')));
  await writeFile(file, 'two\n');
  await postUntilFinal(() => sidecar.post(task('b')));
  assert.deepEqual(
    driver.metadata.map((metadata) => metadata.get('authorization')),
    [['Bearer one'], ['Bearer two']],
  );
});

test('settings that contradict each other are refused together, without their secrets', () => {
  const { values } = readSettings(sidecarSettings, {
    DRIVER_HOST: 'server',
    DRIVER_TOKEN: 'hunter2',
    DRIVER_TOKEN_FILE: '/token',
    DRIVER_TLS_CERT: '/cert',
  });
  assert.deepEqual(checkSidecarSettings(values), [
    'DRIVER_TLS_CERT and DRIVER_TLS_KEY belong together: set both or neither',
    'DRIVER_TOKEN and DRIVER_TOKEN_FILE both name a token: set one of them',
  ]);
});
