import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, RecentBodies } from '../../src/bridge/recent-bodies.js';
import { startBridge } from '../support/start-bridge.js';
import { containerArguments, templateBody } from '../support/templates.js';

test('a body that comes again, byte for byte, gets the same bytes, and the driver is asked once', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const body = JSON.stringify(templateBody(containerArguments));
  const [first, second] = [await sidecar.post(body), await sidecar.post(body)];
  assert.equal(second.text, first.text);
  assert.match(second.text, /"phase":"Succeeded"/);
  assert.equal(driver.requests.length, 1);
});

test('the same task in other bytes is the same task, and one byte of its arguments makes another', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const template = templateBody(containerArguments);
  await sidecar.post(JSON.stringify(template));
  await sidecar.post(JSON.stringify(template, null, 1));
  assert.equal(driver.requests.length, 1);
  await sidecar.post(JSON.stringify(templateBody({ ...containerArguments, task_name: 'other' })));
  assert.equal(driver.requests.length, 2);
});

test('as many bodies are known as are bounded, the newest of them', () => {
  const bodies = new RecentBodies<number>();
  for (let n = 0; n < 5_000; n += 1) {
    bodies.keep(digestOf(`body ${n}`), n);
  }
  const known = [0, 2_951, 2_952, 4_999].map((n) => bodies.find(digestOf(`body ${n}`)));
  assert.deepEqual(known, [undefined, undefined, 2_952, 4_999]);
});
