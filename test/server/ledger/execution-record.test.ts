import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { drivenTaskOf } from '../../../src/server/ledger/driven-task.js';
import {
  answerOf,
  readRecord,
  recordProperty,
  writeRecord,
} from '../../../src/server/ledger/execution-record.js';
import { createMemoryLedger } from '../../../src/server/ledger/memory-ledger.js';
import { createMetadataLedger } from '../../../src/server/ledger/metadata-ledger.js';
import type { MetadataStore, StoredExecution } from '../../../src/server/metadata-store/metadata-store.js';
import { collectLog } from '../../support/collect-log.js';
import { containerRequest } from '../program-engine/fixtures.js';

const request = containerRequest({
  node_name: 'n',
  // Nothing that could be compressed by itself.
  container: JSON.stringify({ image: 'python', command: ['sh', '-c', randomBytes(3_000).toString('hex')] }),
});
const task = drivenTaskOf(request, true);
assert.ok(task);

const executionWith = (name: string, value: string): StoredExecution => ({
  id: '7',
  type: 'system.ContainerExecution',
  name: '',
  state: 'RUNNING',
  properties: { [name]: { string_value: value } },
});

test('a record holds request_id, fingerprint, node and the answer to the last byte', () => {
  const response = randomBytes(5_000);
  const record = readRecord(executionWith(recordProperty, writeRecord(task, request, response)));
  assert.ok(record !== undefined && record !== 'unreadable');
  const { requestId, fingerprint, node } = record;
  assert.deepEqual([requestId, fingerprint, node], ['request-1', task.fingerprint, 'n']);
  assert.deepEqual(answerOf(record, request, 10_000), response);
});

test('what the answer has from the request is not kept again: a patch of 5 KB takes some 100 characters', () => {
  const patch = Buffer.from(
    JSON.stringify({ containers: [{ name: 'main', ...JSON.parse(request.container ?? '') }] }),
  );
  assert.ok(patch.length > 5_000);
  const { answer } = JSON.parse(writeRecord(task, request, patch));
  assert.ok(answer.length < 150, `${answer.length}`);
});

const unreadable: { name: string; execution: StoredExecution }[] = [
  { name: 'of another version', execution: executionWith('driver_plugin_record_v2', '{}') },
  { name: 'that is no JSON', execution: executionWith(recordProperty, '{') },
  { name: 'that is no object', execution: executionWith(recordProperty, '[]') },
  { name: 'without a fingerprint', execution: executionWith(recordProperty, '{"request_id":"a"}') },
];
for (const { name, execution } of unreadable) {
  test(`a record ${name} is unreadable, which is not the same as none`, () => {
    assert.equal(readRecord(execution), 'unreadable');
  });
}

test('an answer that is no answer, or would unpack to more than is allowed, is none', () => {
  const record = { requestId: 'a', fingerprint: 'f', node: undefined };
  assert.equal(answerOf({ ...record, packed: 'garbage' }, request, 1_000), undefined);
  const written = readRecord(executionWith(recordProperty, writeRecord(task, request, Buffer.alloc(2_000))));
  assert.ok(written !== undefined && written !== 'unreadable');
  assert.equal(answerOf(written, request, 1_000), undefined);
});

test('an answer that is too large for the store goes to memory alone, and the log says so once', async () => {
  const logger = collectLog();
  const changes: unknown[] = [];
  const outcomes: string[] = [];
  const store = { change: async (change: unknown) => void changes.push(change) } as unknown as MetadataStore;
  const memory = createMemoryLedger(logger);
  const ledger = createMetadataLedger({
    store,
    memory,
    namespace: 'kubeflow',
    knowsTaskName: true,
    serialize: () => Buffer.alloc(0),
    deserialize: () => ({ execution_id: '7' }),
    maxAnswerBytes: 1_000_000,
    logger,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const asked = { key: 'k', fingerprint: 'f', request };
  await ledger.finish(asked, { kind: 'answered', response: randomBytes(400_000) });
  assert.deepEqual(changes, []);
  assert.deepEqual(outcomes, ['not_written']);
  assert.deepEqual(
    logger.lines.map(({ level, message }) => [level, message]),
    [['warn', 'an answer is kept in memory alone']],
  );
  assert.match(String(logger.lines[0]?.facts['reason']), /^its record has \d+ characters, over 262144$/);
  assert.equal((await memory.lookUp(asked))?.kind, 'finished');
});
