import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';
import { callDriver, createTestClient } from '../support/call-driver.js';
import { driverPluginFile } from '../support/program-files.js';
import { aRequest } from '../support/start-server.js';

const examples = new URL('../../../examples/grpcurl/', import.meta.url);

const { Execute } = driverServiceOf(loadContract()).service;
const overTheWire = (request: ExecuteRequest) =>
  Execute.requestDeserialize(Execute.requestSerialize(request));

interface JsonLine {
  message: string;
  address?: string;
}

async function startProgram(t: TestContext, ...args: string[]) {
  const child = spawn(process.execPath, [driverPluginFile, 'dev-driver', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const lines: JsonLine[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line));
    if (lines.at(-1)?.message === 'listening') {
      break;
    }
  }
  const address = lines.at(-1)?.address ?? '';
  const client = createTestClient(address);
  t.after(() => client.close());
  return { child, address, client };
}

/** Exit code and signal of a child that somebody ended. */
const endOf = async (child: ChildProcess): Promise<unknown[]> => once(child, 'exit');

test('it says where it listens, answers, and ends with 0 on SIGTERM', async (t) => {
  const { child, address, client } = await startProgram(t);
  assert.match(address, /^127\.0\.0\.1:[1-9]\d*$/);
  assert.equal((await callDriver(client, aRequest())).execution_id, '1');
  child.kill('SIGTERM');
  assert.deepEqual(await endOf(child), [0, null]);
});

test('a running drive is answered after SIGTERM', async (t) => {
  const { child, client } = await startProgram(t, '--delay-ms', '300');
  const answer = callDriver(client, aRequest());
  await callDriver(client, aRequest({ type: 'DRIVER_TYPE_UNSPECIFIED' })).catch(() => {});
  child.kill('SIGTERM');
  assert.equal((await answer).execution_id, '1');
  assert.deepEqual(await endOf(child), [0, null]);
});

test('a killed one remembers what it drove, and drives it no second time', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dev-driver-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const idsFile = join(folder, 'ids.jsonl');
  const before = await startProgram(t, '--ids-file', idsFile);
  const answer = await callDriver(before.client, aRequest());
  before.child.kill('SIGKILL');
  await endOf(before.child);

  const after = await startProgram(t, '--ids-file', idsFile);
  assert.deepEqual(await callDriver(after.client, aRequest()), answer);
  assert.equal(readFileSync(idsFile, 'utf8').split('\n').length, 2);
});

const failures = [
  {
    name: 'a bad flag',
    exitCode: 2,
    args: ['--port', 'x', '--nonsense'],
    stderr: /--nonsense is unknown.*--port must be/s,
  },
  { name: 'an ids file that cannot be read', exitCode: 1, args: ['--ids-file', '/'], stderr: /EISDIR/ },
];
for (const { name, exitCode, args, stderr } of failures) {
  test(`${name} ends it with ${exitCode} and a sentence`, async (t) => {
    const child = spawn(process.execPath, [driverPluginFile, 'dev-driver', '--port', '0', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.after(() => child.kill('SIGKILL'));
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    assert.deepEqual(await once(child, 'close'), [exitCode, null]);
    assert.match(text, stderr);
  });
}

test('every grpcurl example is answered, and holds only names that the contract has', async (t) => {
  const { client } = await startProgram(t);
  const files = readdirSync(examples).sort();
  assert.deepEqual(files, ['container.json', 'dag.json', 'root-dag.json']);
  const counts: (number | undefined)[] = [];
  for (const file of files) {
    const request = JSON.parse(readFileSync(new URL(file, examples), 'utf8'));
    assert.deepEqual(Object.keys(overTheWire(request)).sort(), Object.keys(request).sort());
    const answer = await callDriver(client, request);
    assert.ok(Number(answer.execution_id) > 0);
    counts.push(answer.iteration_count);
  }
  assert.deepEqual(counts, [undefined, 3, 0]);
});
