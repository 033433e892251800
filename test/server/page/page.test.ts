import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startAdminServer } from '../../../src/admin/admin-server.js';
import { StatusError } from '../../../src/contract/status-error.js';
import { createMemoryLedger } from '../../../src/server/ledger/memory-ledger.js';
import { createPage, type Page } from '../../../src/server/page/create-page.js';
import type { ServerView } from '../../../src/server/page/server-view.js';
import { startDriverServer } from '../../../src/server/start-driver-server.js';
import { callDriver, createTestClient, failureOf } from '../../support/call-driver.js';
import { collectLog } from '../../support/collect-log.js';
import { startLeasesApi } from '../../support/start-leases-api.js';
import { aRequest, createGate, type DriveFunction, until } from '../../support/start-server.js';
import {
  runServerProgram,
  type ServerProgramOptions,
  startServerProgram,
  testFolder,
} from '../../support/start-server-program.js';
import { containerRequest, rootRequest } from '../program-engine/fixtures.js';

const admin = { ADMIN_HOST: '127.0.0.1', ADMIN_PORT: '0' };

async function startWithPage(t: TestContext, { env = {}, fake = {} }: ServerProgramOptions = {}) {
  const server = await startServerProgram(t, { env: { ...admin, ADMIN_PAGE: 'true', ...env }, fake });
  return { ...server, client: server.connect(), admin: adminOf(server) };
}

function adminOf({ log }: { readonly log: readonly Readonly<Record<string, unknown>>[] }): string {
  return String(log.find(({ message }) => message === 'listening')?.['adminAddress']);
}

async function read(url: string, headers: Record<string, string> = {}): Promise<string> {
  const got = await fetch(url, { headers });
  assert.equal(got.status, 200);
  return await got.text();
}

/** The text that a reader sees, without the style sheet. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const workflow = (name: string) => ({ name, namespace: 'kubeflow', uid: `uid-of-${name}` });

test('without ADMIN_PAGE there is no page', async (t) => {
  const server = await startServerProgram(t, { env: admin });
  for (const path of ['/', '/run?uid=uid-1']) {
    const got = await fetch(`${adminOf(server)}${path}`);
    assert.equal(got.status, 404);
    assert.equal(await got.text(), 'this port serves GET /healthz, /readyz, /metrics, /version\n');
  }
});

test('a server that nobody has called says so, beside its own state', async (t) => {
  const { admin } = await startWithPage(t);
  // The first question follows the line "listening".
  await until(async () => !(await read(admin)).includes('not asked'));
  const text = textOf(await read(admin));
  assert.match(text, /Takes calls yes ML Metadata answers Driver programs 0 of \d+ run Queue 0 of /);
  assert.match(text, /Queue by workflow Nobody waits\. Runs No call has come since this server started\./);
  assert.doesNotMatch(text, /Lease/);
});

test('a run is listed, and its page tells of each driver: outcome, reason, cached, times, request id and sidecar', async (t) => {
  const { admin, client, log } = await startWithPage(t, {
    fake: { FAKE_DRIVER_MISBEHAVE: 'by-task', FAKE_DRIVER_CACHED: '1' },
  });
  const run = { workflow: workflow('hello') };
  await callDriver(client, rootRequest({ ...run, request_id: 'request-root' }));
  await callDriver(client, containerRequest({ ...run, request_id: 'request-train', task_name: 'train' }));
  await callDriver(client, containerRequest({ ...run, request_id: 'request-train', task_name: 'train' }));
  await failureOf(
    callDriver(client, containerRequest({ ...run, request_id: 'request-bad', task_name: 'panic' })),
  );
  await callDriver(client, rootRequest({ workflow: workflow('other'), request_id: 'other' }));

  const overview = await read(admin);
  assert.match(
    textOf(overview),
    /other all answered 1 0 0 \S+ \S+ UTC .* hello some failed 4 1 1 \S+ \S+ UTC .* 5 calls in memory; 0 older/,
  );
  const [, link = ''] = /<a href="(run\?uid=[^"]*hello)">hello<\/a>/.exec(overview) ?? [];
  const page = await read(`${admin}/${link}`);
  const rows = [...page.matchAll(/<tr role="row" id="call-\d+">.*?<\/tr>/gs)].map(([row]) =>
    textOf(row).trim(),
  );
  const [clock, time] = ['\\d\\d:\\d\\d:\\d\\d\\.\\d{3}', '\\d+(\\.\\d)? m?s'];
  const expected = [
    `the run itself ROOT_DAG OK ${clock} ${time} ${time} ${time} request-root 127\\.0\\.0\\.1:\\d+`,
    `train CONTAINER OK yes ${clock} ${time} ${time} ${time} request-train 127\\.0\\.0\\.1:\\d+`,
    `train CONTAINER OK, replayed ${clock} ${time} request-train 127\\.0\\.0\\.1:\\d+`,
    `panic CONTAINER INTERNAL, DRIVER_PANICKED ${clock} ${time} ${time} ${time} request-bad 127\\.0\\.0\\.1:\\d+`,
  ];
  assert.equal(rows.length, expected.length);
  for (const [index, pattern] of expected.entries()) {
    assert.match(rows[index] ?? '', new RegExp(`^${pattern}$`));
  }
  assert.match(textOf(page), /4 calls in .*: 0 open, 1 failed, 1 cached\./);
  const logged = log.filter(({ message }) => message === 'drove').map(({ cached }) => cached);
  assert.deepEqual(logged, [undefined, true, undefined, undefined]);
});

test('each bar of the timeline is a link to its row, and a failed one says so in words', async (t) => {
  const { admin, client } = await startWithPage(t, { fake: { FAKE_DRIVER_MISBEHAVE: 'by-task' } });
  const run = { workflow: workflow('hello') };
  await callDriver(client, containerRequest({ ...run, request_id: 'one', task_name: 'train' }));
  await failureOf(callDriver(client, containerRequest({ ...run, request_id: 'two', task_name: 'verdict' })));
  const page = await read(`${admin}/run?uid=uid-of-hello`);
  const [svg = ''] = /<svg.*<\/svg>/s.exec(page) ?? [];
  assert.deepEqual(
    [...svg.matchAll(/<a href="#([^"]+)">/g)].map(([, id]) => id),
    [...page.matchAll(/<tr role="row" id="([^"]+)">/g)].map(([, id]) => id),
  );
  assert.match(
    svg,
    /<title id="timeline-title">Drivers of hello over time<\/title>\n<desc id="timeline-desc">/,
  );
  assert.match(svg, /<title>verdict: FAILED_PRECONDITION, DRIVER_VERDICT, /);
  assert.match(svg, /verdict <tspan>[^<]*, failed<\/tspan>/);
  assert.equal(svg.match(/class="bar-program"/g)?.length, 2);
  assert.equal(svg.match(/class="bar-failed"/g)?.length, 1);
});

test('a run that is not known is answered with 404 and a page that says why that may be', async (t) => {
  const { admin } = await startWithPage(t);
  const got = await fetch(`${admin}/run?uid=${encodeURIComponent('"><script>')}`);
  assert.equal(got.status, 404);
  const page = await got.text();
  assert.match(textOf(page), /Nothing is known of this run It is older than what this server remembers/);
  assert.doesNotMatch(page, /<script/);
});

test('what waits in the queue is counted by its workflow, the longest line first', async (t) => {
  const { admin, client } = await startWithPage(t, {
    env: { MAX_PROGRAMS: '1' },
    fake: { FAKE_DRIVER_DELAY_MS: '3000' },
  });
  const call = (name: string, id: string) =>
    callDriver(client, containerRequest({ workflow: workflow(name), request_id: id, task_name: id })).catch(
      () => {},
    );
  void call('first', 'a');
  await until(async () => textOf(await read(admin)).includes('Driver programs 1 of 1 run'));
  void call('short', 'b');
  void call('long', 'c');
  void call('long', 'd');
  let text = '';
  await until(async () => {
    text = textOf(await read(admin));
    return text.includes('Queue 3 of ');
  });
  assert.match(text, /Calls in the queue Oldest came long 2 .* ago short 1 .* ago/);
  assert.match(text, /first 1 call open 1 0 0 /);
  assert.match(
    textOf(await read(`${admin}/run?uid=uid-of-long`)),
    /c CONTAINER in the queue .* d CONTAINER in the queue/,
  );
});

test('ML Metadata that went away, and a server that drains, are seen at the top', async (t) => {
  const server = await startWithPage(t, { env: { REPEAT_GRACE_SECONDS: '20' } });
  let text = '';
  const seen = (isSeen: (page: string) => boolean) =>
    until(async () => {
      text = textOf(await read(server.admin));
      return isSeen(text);
    });
  // Before its first answer nothing is known of it.
  await seen((page) => page.includes('ML Metadata answers'));
  server.metadata.close();
  await seen((page) => !page.includes('ML Metadata answers'));
  assert.match(text, /ML Metadata ML Metadata \(127\.0\.0\.1:\d+\) (cannot be reached|is not connected)/);
  // So that it stays for repeats.
  await callDriver(server.client, rootRequest({ request_id: 'nothing' })).catch(() => {});
  server.kill('SIGTERM');
  await seen((page) => page.includes('Takes calls no: the server is draining'));
});

test('a Lease is shown with its holder', async (t) => {
  const leases = await startLeasesApi(t);
  const { admin } = await startWithPage(t, { env: { LEASE_NAME: 'driver', KUBERNETES_API: leases.url } });
  let text = '';
  await until(async () => {
    text = textOf(await read(admin));
    return text.includes('held by this server');
  });
  assert.match(
    text,
    /Takes calls yes .* Lease driver held by this server this is \S+; changed hands \d+ times?, lost here 0 times/,
  );
});

test('with ADMIN_TOKEN_FILE the page is for those who have the token, and metrics and health for all', async (t) => {
  const tokenFile = join(testFolder(t), 'token');
  writeFileSync(tokenFile, 'good-token\n');
  const { admin } = await startWithPage(t, { env: { ADMIN_TOKEN_FILE: tokenFile } });
  for (const path of ['/', '/run?uid=uid-1']) {
    const refused = await fetch(`${admin}${path}`);
    assert.equal(refused.status, 401);
    assert.doesNotMatch(await refused.text(), /Driver server|good-token/);
  }
  const password = Buffer.from('anybody:good-token').toString('base64');
  for (const authorization of ['Bearer good-token', `Basic ${password}`]) {
    assert.match(await read(admin, { authorization }), /<h1>Driver server<\/h1>/);
  }
  for (const path of ['/metrics', '/healthz', '/readyz', '/version']) {
    await read(`${admin}${path}`);
  }
  writeFileSync(tokenFile, 'new-token\n');
  assert.equal((await fetch(admin, { headers: { authorization: 'Bearer good-token' } })).status, 401);
  await read(admin, { authorization: 'Bearer new-token' });
});

test('the page is read only, loads nothing, and its policy forbids all but its own style sheet', async (t) => {
  const { admin, client } = await startWithPage(t);
  await callDriver(client, rootRequest());
  for (const path of ['/', '/run?uid=uid-1', '/run?uid=unknown']) {
    assert.equal((await fetch(`${admin}${path}`, { method: 'POST' })).status, 405);
    const got = await fetch(`${admin}${path}`);
    const page = await got.text();
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const names = ['content-security-policy', 'referrer-policy', 'cross-origin-resource-policy'];
    const common = ['x-content-type-options', 'cache-control', 'content-type'];
    assert.deepEqual(
      [...names, ...common].map((name) => got.headers.get(name)),
      [
        `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        ...['no-referrer', 'same-origin', 'nosniff', 'no-store', 'text/html; charset=utf-8'],
      ],
    );
    const loading =
      /<(script|link|iframe|object|img|base|form|meta http-equiv)\b|\s(src|style|on[a-z]+)=|@import|url\(/;
    assert.doesNotMatch(page, loading);
    assert.equal(page.match(/<style/g)?.length, 1);
    assert.match(page, /^<!doctype html>\n<html lang="en">/);
    assert.match(page, /<body>\n<a class="skip" href="#main">Skip to the content<\/a>/);
  }
});

test('arguments and the messages of a status are nowhere on the page', async (t) => {
  const { admin, client } = await startWithPage(t, { fake: { FAKE_DRIVER_MISBEHAVE: 'by-task' } });
  const task = '{"taskInfo":{"name":"SENTINEL"}}';
  const container = '{"image":"SENTINEL","command":["SENTINEL"]}';
  await callDriver(client, containerRequest({ request_id: 'a', task, container }));
  const error = await failureOf(
    callDriver(client, containerRequest({ request_id: 'b', task, container, task_name: 'verdict' })),
  );
  const pages = (await read(admin)) + (await read(`${admin}/run?uid=uid-1`));
  assert.match(pages, /DRIVER_VERDICT/);
  assert.doesNotMatch(pages, /SENTINEL/);
  assert.ok(error.details.length > 20 && !pages.includes(error.details));
});

const faults: readonly (readonly [env: Readonly<Record<string, string>>, fault: string])[] = [
  [{ ADMIN_PAGE: 'yes' }, 'ADMIN_PAGE must be true or false, not "yes"'],
  [{ ADMIN_PAGE: 'true', ADMIN_PORT: 'off' }, 'ADMIN_PAGE needs the admin port: set ADMIN_PORT, or unset it'],
  [
    { ADMIN_TOKEN_FILE: '/dev/null' },
    'ADMIN_TOKEN_FILE guards nothing but the page: set ADMIN_PAGE to true, or unset it',
  ],
  [
    { ADMIN_PAGE: 'true', ADMIN_TOKEN_FILE: '/nonexistent' },
    'ADMIN_TOKEN_FILE names a file that cannot be read',
  ],
];
for (const [env, fault] of faults) {
  test(`a server does not start with ${JSON.stringify(env)}`, async () => {
    const ended = await runServerProgram([], {
      ENGINE: 'memory',
      ALLOW_UNAUTHENTICATED: 'true',
      NAMESPACE: 'a',
      ...env,
    });
    assert.equal(ended.exitCode, 78);
    assert.ok(ended.stderr.includes(fault), ended.stderr);
  });
}

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u001b[31m\u202e`;
/** As it may stand on the page: in content and in quoted attributes alike. */
const escaped =
  '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;amp;\ufffd[31m\u202e';

/** A server of the test's own, whose engine is a function, with a page. */
async function startInProcess(t: TestContext, drive: DriveFunction, view: Partial<ServerView> = {}) {
  const logger = collectLog();
  const page: Page = createPage({ tokenFile: undefined, limits: { maxCalls: 3, maxBytes: 1 << 20 } });
  const engine = { name: 'test', drive, close: async () => {} };
  const server = await startDriverServer({
    ...{ engine, ledger: createMemoryLedger(logger), logger, host: '127.0.0.1', port: 0 },
    followCall: page.followCall,
  });
  const routes = page.routes(() => ({
    ...{ version: '1', engine: 'test', driverVersion: undefined, namespace: 'kubeflow', unready: undefined },
    ...{ state: server.state(), load: undefined, outage: undefined, lease: undefined },
    ledger: { place: 'memory', entries: 0, bytes: 0 },
    ...view,
  }));
  const admin = await startAdminServer({ host: '127.0.0.1', port: 0, routes, logger });
  const client = createTestClient(server.address);
  t.after(async () => {
    client.close();
    await admin.close();
    await server.drain(0);
  });
  return { admin: admin.address, client, logger };
}

test('no workflow name, task, node, uid, namespace, request id or reason becomes markup', async (t) => {
  const fail = async () => {
    const errorInfo = { reason: hostile, domain: 'driver.kfp.kubeflow.org', metadata: {} };
    throw new StatusError('INTERNAL', hostile, { details: { errorInfo } });
  };
  const { admin, client, logger } = await startInProcess(t, fail);
  const names = { name: hostile, namespace: hostile, uid: hostile };
  await failureOf(callDriver(client, aRequest({ request_id: hostile, workflow: names, task_name: hostile })));
  await failureOf(
    callDriver(client, aRequest({ request_id: 'two', workflow: names, task_name: '', node_name: hostile })),
  );
  // Refused before any engine sees it, and shown all the same.
  await failureOf(callDriver(client, aRequest({ workflow: names, task_name: 'nul\0' })));
  const overview = await read(admin);
  const [, link = ''] = /href="(run\?uid=[^"]*)"/.exec(overview) ?? [];
  assert.match(link, /^run\?uid=%22%3E%3Cscript%3E/);
  // As a browser reads the attribute.
  const run = await read(`${admin}/${link.replaceAll('&#39;', "'")}`);
  assert.ok(overview.includes(`>${escaped}</a>`));
  assert.ok(run.includes(`<h1>${escaped}</h1>`));
  assert.ok(run.includes(`<title>${escaped} - kfp-driver-server</title>`));
  assert.ok(run.includes(`<th scope="row" role="rowheader">${escaped}</th>`));
  assert.ok(run.includes(`<b class="bad">INTERNAL, ${escaped}</b>`));
  assert.ok(run.includes(`<span class="id">${escaped}</span>`));
  assert.match(textOf(run), /nul\ufffd DAG INVALID_ARGUMENT /);
  for (const page of [overview, run]) {
    assert.doesNotMatch(page, /<script|<img/);
    assert.ok(!page.includes('\u001b') && !page.includes('\0'));
  }
  assert.deepEqual(
    logger.lines.filter(({ message }) => message.includes('admin port')),
    [],
  );
});

test("a Lease's holder and what Kubernetes said of it do not become markup either", async (t) => {
  const { admin } = await startInProcess(t, async () => ({ response: {} }), {
    outage: hostile,
    unready: hostile,
    lease: {
      ...{ name: hostile, identity: hostile, state: 'waiting', holder: hostile },
      ...{ transitions: 1, lost: 0, failure: hostile },
    },
  });
  const page = await read(admin);
  assert.equal(page.split(escaped).length - 1, 6);
  assert.doesNotMatch(page, /<script|<img/);
});

test('the calls that ended last are remembered, and those that have not ended', async (t) => {
  const gate = createGate();
  const { admin, client } = await startInProcess(t, async ({ request_id }) => {
    await (request_id === 'open' ? gate.opened : undefined);
    return { response: { cached: false } };
  });
  const open = callDriver(client, aRequest({ request_id: 'open' }));
  await until(async () => (await read(admin)).includes('1 call open'));
  for (let index = 1; index <= 5; index += 1) {
    await callDriver(client, aRequest({ request_id: `request-${index}` }));
  }
  const page = await read(`${admin}/run?uid=uid-1`);
  const ids = [...page.matchAll(/<span class="id">(open|request-\d)<\/span>/g)].map(([, id]) => id);
  assert.deepEqual(ids, ['open', 'request-3', 'request-4', 'request-5']);
  assert.match(textOf(await read(admin)), /4 calls in memory; 2 older ones are forgotten\./);
  gate.open();
  await open;
});

test('a path that no browser sends is no run, and breaks nothing', async (t) => {
  const { admin, logger } = await startInProcess(t, async () => ({ response: {} }));
  const { port } = new URL(admin);
  const status = await new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/run?uid=%ff%00%zz&uid=' }, ({ statusCode }) =>
      resolve(statusCode),
    );
  });
  assert.equal(status, 404);
  assert.deepEqual(
    logger.lines.filter(({ message }) => message.includes('admin port')),
    [],
  );
});
