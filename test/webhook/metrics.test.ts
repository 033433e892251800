import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { failReasons, skipReasons } from '../../src/webhook/verdict.js';
import { webhookMetrics } from '../../src/webhook/webhook-metrics.js';
import { reviewOf } from '../support/admission.js';
import { assertIsScrapeOf } from '../support/compare-scrape.js';
import { driverWorkflow } from '../support/driver-workflow.js';
import { getAdmin, scrape, sumOf } from '../support/parse-scrape.js';
import { call, startTestWebhook } from '../support/start-test-webhook.js';
import { until } from '../support/until.js';

const admin = {
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: '0',
  KFP_VERSION: '2.17.0',
  EXCLUDED_PIPELINES: 'legacy',
  EXCLUDED_NAMESPACES: 'quiet',
  MAX_BODY_BYTES: '65536',
};
const workflow = driverWorkflow();
const good = reviewOf(workflow);

/** Bodies, by what becomes of them. */
const bodies: Readonly<Record<string, string>> = {
  'converted none': good,
  'skipped not-create': reviewOf(workflow, { operation: 'UPDATE' }),
  'skipped not-workflow': reviewOf(workflow, { subResource: 'status' }),
  'skipped no-run-id': reviewOf(driverWorkflow({ labels: {} })),
  'skipped excluded-namespace': reviewOf(workflow, { namespace: 'quiet' }),
  'skipped excluded-pipeline': reviewOf(driverWorkflow({ pipeline: 'legacy' })),
  'skipped other-kfp-version': reviewOf(driverWorkflow({ image: 'ghcr.io/kubeflow/kfp-driver:2.15.0' })),
  'failed no-review': 'not JSON',
  'failed too-large': `{"a":"${'a'.repeat(70_000)}"}`,
  'failed inexact-number': good.replace('"spec":', '"priority":9007199254740993,"spec":'),
};

test('the outcomes and reasons of all requests add up to the requests, and each is where it belongs', async (t) => {
  const { webhook, agent, post } = await startTestWebhook(t, admin);
  const rounds = 3;
  for (const body of Array.from({ length: rounds }, () => Object.values(bodies)).flat()) {
    await post(body);
  }
  // Probes are no admission requests.
  assert.equal((await call(webhook, agent, 'GET', '/readyz')).httpStatus, 200);
  const scraped = await scrape(webhook.adminAddress ?? '');
  const counted = (labels = {}) => sumOf(scraped, 'driver_plugin_webhook_requests_total', labels);
  for (const name of Object.keys(bodies)) {
    const [outcome = '', reason = ''] = name.split(' ');
    assert.equal(counted({ outcome, reason }), rounds, name);
  }
  assert.equal(counted(), rounds * Object.keys(bodies).length);
  assert.equal(sumOf(scraped, 'driver_plugin_webhook_request_seconds_count'), counted());
  assert.equal(sumOf(scraped, 'driver_plugin_webhook_templates_converted_total'), rounds);
});

test('requests that arrive all at once, and one whose caller has hung up, are counted once each', async (t) => {
  const { webhook, post, made } = await startTestWebhook(t, { ...admin, BUDGET_SECONDS: '0.5' });
  await Promise.all(Array.from({ length: 20 }, () => post(good)));
  const { hostname: host, port } = new URL(webhook.address);
  const socket = connect({ host, port: Number(port), ca: made.caCertificate, servername: 'localhost' });
  await once(socket, 'secureConnect');
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
  const counted = async (labels = {}) =>
    sumOf(await scrape(webhook.adminAddress ?? ''), 'driver_plugin_webhook_requests_total', labels);
  await until(async () => (await counted({ reason: 'too-slow' })) === 1);
  socket.destroy();
  assert.equal(await counted(), 21);
});

test('a scrape has every metric of the table, and nothing else of ours; every verdict is among its labels', async (t) => {
  const { webhook } = await startTestWebhook(t, admin);
  const scraped = await scrape(webhook.adminAddress ?? '');
  assertIsScrapeOf(scraped, webhookMetrics);
  const reasons = new Set(
    scraped.get('driver_plugin_webhook_requests_total')?.samples.map(({ labels }) => labels['reason']),
  );
  assert.deepEqual([...reasons].sort(), ['none', ...skipReasons, ...failReasons].sort());
  const end = sumOf(scraped, 'driver_plugin_webhook_certificate_not_after_timestamp_seconds');
  const begin = sumOf(scraped, 'driver_plugin_webhook_certificate_not_before_timestamp_seconds');
  assert.ok(begin > 0 && begin < Date.now() / 1000 && end > Date.now() / 1000);
});

test('a connection that breaks before its request is counted once, and is no request', async (t) => {
  const { webhook } = await startTestWebhook(t, admin);
  const { hostname: host, port } = new URL(webhook.address);
  const socket = connectTcp({ host, port: Number(port) });
  socket.end('GET / HTTP/1.1\r\n\r\n');
  const counted = async (name: string, labels = {}) =>
    sumOf(await scrape(webhook.adminAddress ?? ''), `driver_plugin_webhook_${name}`, labels);
  await until(async () => (await counted('connection_errors_total', { kind: 'other' })) === 1);
  assert.equal(await counted('connection_errors_total'), 1);
  assert.equal(await counted('requests_total'), 0);
});

test('a webhook that drains is healthy and not ready on its admin port, and says so in its metrics', async (t) => {
  const { webhook } = await startTestWebhook(t, admin);
  const address = webhook.adminAddress ?? '';
  assert.deepEqual(await getAdmin(address, '/readyz'), { httpStatus: 200, text: 'ok\n' });
  const drained = webhook.drain(60_000);
  assert.deepEqual(await getAdmin(address, '/readyz'), {
    httpStatus: 503,
    text: 'the webhook is draining\n',
  });
  assert.equal((await getAdmin(address, '/healthz')).httpStatus, 200);
  assert.equal(sumOf(await scrape(address), 'driver_plugin_webhook_draining'), 1);
  await webhook.close();
  void drained;
});

test('without an admin port there is none', async (t) => {
  const { webhook } = await startTestWebhook(t);
  assert.equal(webhook.adminAddress, undefined);
});
