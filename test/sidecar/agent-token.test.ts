import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createAgentTokenCheck } from '../../src/argo/agent-token.js';
import { outputsOf, startBridge } from '../support/start-bridge.js';
import { testFolder } from '../support/start-server-program.js';
import { startTestSidecar, testToken } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';
import { until } from '../support/until.js';

const ours = templateBody(containerArguments);
const foreign = { ...ours, template: { ...ours.template, plugin: { hello: {} } } };

const accepted = [
  { name: 'as the agent writes it', authorization: `Bearer ${testToken}` },
  { name: 'with spaces around it', authorization: `Bearer   ${testToken}  ` },
  { name: 'with the scheme in lower case', authorization: `bearer ${testToken}` },
];
for (const { name, authorization } of accepted) {
  test(`the token ${name} is accepted`, async (t) => {
    const { sidecar } = await startBridge(t);
    const posted = await sidecar.post(ours, { Authorization: authorization });
    assert.equal(outputsOf(posted)['cached-decision'], 'false');
  });
}

const forbidden = [
  { name: 'another token of the same length', authorization: `Bearer ${'x'.repeat(testToken.length)}` },
  { name: 'the first half of the token', authorization: `Bearer ${testToken.slice(0, 16)}` },
  { name: 'more than the token', authorization: `Bearer ${testToken}x` },
  { name: 'the token in upper case', authorization: `Bearer ${testToken.toUpperCase()}` },
  { name: 'the token without its scheme', authorization: testToken },
  { name: 'the token under another scheme', authorization: `Basic ${testToken}` },
  { name: 'an empty token', authorization: 'Bearer ' },
  { name: 'an empty header', authorization: '' },
];
for (const { name, authorization } of forbidden) {
  test(`a caller with ${name} gets 403 and the driver is not asked`, async (t) => {
    const { driver, sidecar } = await startBridge(t);

    const posted = await sidecar.post(ours, { Authorization: authorization });

    assert.equal(posted.httpStatus, 403);
    assert.equal(posted.text, `{"error":"the bearer token is not the one that Argo's agent wrote"}`);
    assert.equal(driver.requests.length, 0);
  });
}

test('a caller without a token gets 403, whatever the body is', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const response = await fetch(`${sidecar.address}/api/v1/template.execute`, { method: 'POST', body: '{' });
  await response.text();
  assert.equal(response.status, 403);
  assert.equal(driver.requests.length, 0);
});

const unreadable = [
  { name: 'missing', spoil: (path: string) => rm(path), why: /ENOENT/ },
  { name: 'empty', spoil: (path: string) => writeFile(path, ''), why: /it is empty/ },
  { name: 'blank', spoil: (path: string) => writeFile(path, ' \n'), why: /it is empty/ },
  { name: 'a folder', spoil: (path: string) => rm(path).then(() => mkdir(path)), why: /EISDIR/ },
];
for (const { name, spoil, why } of unreadable) {
  test(`a token file that is ${name} is explained in every answer, and the driver is not asked`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    await spoil(sidecar.tokenPath);

    const posted = await sidecar.post(ours);

    assert.equal(posted.httpStatus, 500);
    const { error } = JSON.parse(posted.text);
    assert.ok(error.includes(sidecar.tokenPath), error);
    assert.match(error, why);
    assert.match(error, /uid \d+ and gid \d+/);
    assert.match(error, /mode/);
    assert.match(error, /run the plugin container as uid 8737/);
    // Argo's agent would send an answer with these words again: https://github.com/argoproj/argo-workflows/blob/v4.1.2/util/errors/errors.go
    assert.doesNotMatch(error, /connection refused|i\/o timeout|EOF/);
    assert.equal(driver.requests.length, 0);
  });

  test(`while the token file is ${name}, another plugin's template still gets {}`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    await spoil(sidecar.tokenPath);

    const posted = await sidecar.post(foreign);

    assert.equal(posted.httpStatus, 200);
    assert.equal(posted.text, '{}');
    assert.equal(driver.requests.length, 0);
  });
}

test("a token file that is another user's is explained with its mode and owner", {
  skip: process.getuid?.() === 0 ? 'root reads every file' : false,
}, async (t) => {
  const { driver, sidecar } = await startBridge(t);
  await chmod(sidecar.tokenPath, 0o000);

  const posted = await sidecar.post(ours);

  assert.equal(posted.httpStatus, 500);
  assert.match(posted.text, /EACCES.*mode 00 and owner \d+:\d+/);
  assert.equal(driver.requests.length, 0);
});

test('a token file that becomes readable is used from then on', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  await rm(sidecar.tokenPath);
  const before = await sidecar.post(ours);
  await writeFile(sidecar.tokenPath, 'another-token\n');

  const withOldToken = await sidecar.post(ours);
  const withNewToken = await sidecar.post(ours, { Authorization: 'Bearer another-token' });

  assert.deepEqual([before.httpStatus, withOldToken.httpStatus, withNewToken.httpStatus], [500, 403, 200]);
  assert.equal(driver.requests.length, 1);
});

test('the process starts without a token file and says so in its answers', async (t) => {
  const sidecar = await startTestSidecar({ DRIVER_HOST: '127.0.0.1:1', TOKEN_PATH: '/nowhere/token' });
  t.after(sidecar.close);

  const posted = await sidecar.post(ours);

  assert.equal(posted.httpStatus, 500);
  assert.match(posted.text, /\/nowhere\/token/);
});

test('a token that replaces another is taken at once, and the former one no longer after a second', async (t) => {
  const folder = testFolder(t);
  const path = join(folder, 'token');
  writeFileSync(path, 'former');
  let nowMs = 0;
  const check = createAgentTokenCheck(path, () => nowMs);
  const verdicts = (...tokens: string[]) => tokens.map((token) => check(`Bearer ${token}`).kind);
  assert.deepEqual(verdicts('former'), ['allowed']);

  writeFileSync(path, 'new');
  nowMs = 999;
  assert.deepEqual(verdicts('former'), ['allowed']);
  nowMs = 1_000;
  assert.deepEqual(verdicts('former', 'new'), ['forbidden', 'allowed']);

  writeFileSync(path, 'newest');
  assert.deepEqual(verdicts('newest', 'new'), ['allowed', 'forbidden']);
});

test('a token file that is taken away while the sidecar works is told within a second, and the driver is not asked again', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  assert.equal((await sidecar.post(ours)).httpStatus, 200);
  await rm(sidecar.tokenPath);
  await until(async () => (await sidecar.post(ours)).httpStatus === 500);
  assert.equal(driver.requests.length, 1);
});

test('for a second no POST with the right token reads the file', (t) => {
  const path = join(testFolder(t), 'token');
  writeFileSync(path, 'token');
  let nowMs = 0;
  const check = createAgentTokenCheck(path, () => nowMs);
  assert.equal(check('Bearer token').kind, 'allowed');
  rmSync(path);
  nowMs = 999;
  assert.equal(check('Bearer token').kind, 'allowed');
  nowMs = 1_000;
  assert.equal(check('Bearer token').kind, 'unreadable');
});
