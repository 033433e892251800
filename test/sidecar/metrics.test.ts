import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../../src/contract/status-error.js';
import { sidecarMetrics } from '../../src/sidecar/sidecar-metrics.js';
import { postUntilFinal } from '../support/agent.js';
import { assertIsScrapeOf } from '../support/compare-scrape.js';
import { getAdmin, scrape, sumOf } from '../support/parse-scrape.js';
import { startBridge } from '../support/start-bridge.js';
import { startDriver } from '../support/start-driver.js';
import { createGate, until } from '../support/start-server.js';
import { startTestSidecar } from '../support/start-test-sidecar.js';
import { containerArguments, rootArguments, rootOutputs, templateBody } from '../support/templates.js';

const admin = { ADMIN_HOST: '127.0.0.1', ADMIN_PORT: '0' };
const taskBody = (task_name: string) => templateBody({ ...containerArguments, task_name });

test('a scrape has every metric of the table, and nothing else of ours', async (t) => {
  const { sidecar } = await startBridge(t, () => ({}), admin);
  await sidecar.post(taskBody('one'));
  const scraped = await scrape(sidecar.adminAddress);
  assertIsScrapeOf(scraped, sidecarMetrics);
  assert.equal(sumOf(scraped, 'driver_plugin_sidecar_driver_up'), 1);
  assert.equal(sumOf(scraped, 'driver_plugin_sidecar_ledger_entries'), 1);
  assert.ok(sumOf(scraped, 'driver_plugin_sidecar_task_set_estimated_bytes') > 500);
  assert.equal(sumOf(scraped, 'driver_plugin_sidecar_retry_budget'), 100);
});

test('the task set lets go of an answer when a task comes that names its execution', async (t) => {
  const large = 'x'.repeat(80_000);
  const drive = ({ type }: { type?: string }) =>
    type === 'DRIVER_TYPE_ROOT_DAG' ? { execution_id: '41', extra_outputs: { large } } : {};
  const { sidecar } = await startBridge(t, drive, admin);
  const used = async () =>
    sumOf(await scrape(sidecar.adminAddress), 'driver_plugin_sidecar_task_set_estimated_bytes');
  const outputs = [...rootOutputs, { name: 'large', valueFrom: { jsonPath: '$.large' } }];
  await sidecar.post(templateBody(rootArguments, outputs));
  assert.ok((await used()) > 80_000);
  await sidecar.post(templateBody({ ...containerArguments, task_name: 'other', dag_execution_id: '40' }));
  assert.ok((await used()) > 80_000);

  await sidecar.post(
    templateBody({ ...containerArguments, task_name: 'in the DAG', dag_execution_id: '41' }),
  );

  assert.ok((await used()) < 50_000);
});

test('the task set counts a refusal as Argo writes it, where `<` has six bytes', async (t) => {
  const { sidecar } = await startBridge(t, () => ({}), admin);
  const body = templateBody({ ...containerArguments, type: 'no type' });
  const named = { ...body, template: { ...body.template, name: '<'.repeat(200) } };
  const templateBytes = JSON.stringify(named.template).length;

  const { text } = await sidecar.post(named);

  const scraped = await scrape(sidecar.adminAddress);
  const used = sumOf(scraped, 'driver_plugin_sidecar_task_set_estimated_bytes');
  assert.match(text, /refused template/);
  assert.ok(used > templateBytes + text.length + 5 * 200);
});

test('every POST is counted once by its answer, those that are refused and not ours included', async (t) => {
  const drive = ({ task_name }: { task_name?: string }) =>
    task_name === 'refused' ? Promise.reject(new StatusError('FAILED_PRECONDITION', 'no')) : {};
  const { sidecar } = await startBridge(t, drive, admin);
  await sidecar.post(taskBody('good'));
  await sidecar.post(taskBody('good'));
  await sidecar.post(taskBody('refused'));
  await sidecar.post('{"template":{"plugin":{"other":{}}}}');
  await sidecar.post('{');
  await sidecar.post(taskBody('good'), { Authorization: 'Bearer another' });
  await fetch(`${sidecar.address}/api/v1/template.execute`);
  const counted = async (labels = {}) =>
    sumOf(await scrape(sidecar.adminAddress), 'driver_plugin_sidecar_posts_total', labels);
  await until(async () => (await counted()) === 6);
  assert.equal(await counted({ outcome: 'succeeded' }), 2);
  for (const outcome of ['failed', 'not-ours', 'refused-body', 'refused-caller']) {
    assert.equal(await counted({ outcome }), 1, outcome);
  }
  assert.equal(sumOf(await scrape(sidecar.adminAddress), 'driver_plugin_sidecar_post_seconds_count'), 6);
});

test('POSTs that are held, requeued and hung up, and calls in flight, are seen while they last', async (t) => {
  const gate = createGate();
  const env = { ...admin, ANSWER_WINDOW_SECONDS: '0.3' };
  const { sidecar } = await startBridge(t, () => gate.opened.then(() => ({})), env);
  const read = async (name: string, labels = {}) =>
    sumOf(await scrape(sidecar.adminAddress), `driver_plugin_sidecar_${name}`, labels);
  const posted = sidecar.post(taskBody('slow'));
  await until(async () => (await read('posts_held')) === 1);
  assert.deepEqual([await read('driver_calls_in_flight'), await read('attempts')], [1, 1]);
  await posted;
  assert.equal(await read('posts_total', { outcome: 'not-yet' }), 1);
  assert.equal(await read('posts_held'), 0);
  gate.open();
});

test('a driver server that goes away and comes back shows as down and up, with what was sent again', async (t) => {
  const { sidecar, driver } = await startBridge(t, () => ({}), admin);
  const read = async (name: string, labels = {}) =>
    sumOf(await scrape(sidecar.adminAddress), `driver_plugin_sidecar_${name}`, labels);
  await sidecar.post(taskBody('before'));
  assert.equal(await read('driver_up'), 1);
  driver.close();
  const posts = ['one', 'two', 'three'].map((name) => postUntilFinal(() => sidecar.post(taskBody(name))));
  await until(async () => (await read('driver_up')) === 0 && (await read('resends_total')) >= 3);
  assert.ok((await read('driver_calls_total', { status: 'UNAVAILABLE' })) >= 3);
  const again = await startDriver(() => ({}), { port: driver.port });
  t.after(again.close);
  for (const { reply } of await Promise.all(posts)) {
    assert.equal(reply.node.phase, 'Succeeded');
  }
  assert.equal(await read('driver_up'), 1);
  assert.equal(await read('driver_calls_total', { status: 'OK' }), 4);
  const lines = sidecar.log.filter(({ message }) => /^the driver server can/.test(message));
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [
      ['warn', 'the driver server cannot be reached'],
      ['info', 'the driver server can be reached again'],
    ],
  );
});

test('without ADMIN_PORT there is no admin port; with one it serves health, readiness and versions', async (t) => {
  const off = await startTestSidecar({ DRIVER_HOST: '127.0.0.1:1' });
  t.after(off.close);
  assert.equal(off.adminAddress, '');
  const on = await startTestSidecar({ DRIVER_HOST: '127.0.0.1:1', ...admin });
  t.after(on.close);
  assert.deepEqual(await getAdmin(on.adminAddress, '/healthz'), { httpStatus: 200, text: 'ok\n' });
  assert.deepEqual(await getAdmin(on.adminAddress, '/readyz'), { httpStatus: 200, text: 'ok\n' });
  const { version, node } = JSON.parse((await getAdmin(on.adminAddress, '/version')).text);
  assert.match(`${version} ${node}`, /^\d+\.\d+\.\d+ \d+\.\d+\.\d+$/);
});
