import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { DriverType } from '../../../src/contract/driver-type.js';
import type { ExecuteResponse } from '../../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { outputFlags, readAnswer } from '../../../src/server/program-engine/read-answer.js';
import { createRetryAfterWrite } from '../../../src/server/program-engine/retry-after-write.js';
import { learnFake, statusErrorOf } from './fixtures.js';

const retryAfterWrite = createRetryAfterWrite(true);

type Files = Record<string, string>;
let known: ReadonlySet<string>;
let known30: ReadonlySet<string>;

before(async () => {
  known = (await learnFake('2.17')).flags;
  known30 = (await learnFake('3.0')).flags;
});

const dagFiles = { 'execution-id': '7', 'iteration-count': '0', condition: 'nil' };

const good: [name: string, type: DriverType, files: Files, response: ExecuteResponse][] = [
  ['a DAG', 'DAG', dagFiles, { execution_id: '7', iteration_count: 0 }],
  ['the root', 'ROOT_DAG', dagFiles, { execution_id: '7', iteration_count: 0 }],
  ['a loop', 'DAG', { ...dagFiles, 'iteration-count': '3' }, { execution_id: '7', iteration_count: 3 }],
  [
    'a DAG that is not triggered',
    'DAG',
    { ...dagFiles, condition: 'false' },
    { execution_id: '7', iteration_count: 0, condition: false },
  ],
  ['a DAG of KFP 2.5, which writes its id alone', 'DAG', { 'execution-id': '9' }, { execution_id: '9' }],
  [
    'the largest execution id',
    'DAG',
    { 'execution-id': '9223372036854775807' },
    { execution_id: '9223372036854775807' },
  ],
  [
    'a task',
    'CONTAINER',
    { 'execution-id': '8', condition: 'true', 'cached-decision': 'false', 'pod-spec-patch': '{"a": 1}' },
    { execution_id: '8', condition: true, cached: false, pod_spec_patch: '{"a": 1}' },
  ],
  ['a cached task', 'CONTAINER', { condition: 'nil', 'cached-decision': 'true' }, { cached: true }],
  ['a PVC task, which writes its condition alone', 'CONTAINER', { condition: 'nil' }, {}],
];

for (const [name, type, files, response] of good) {
  test(`${name} is read as KFP wrote it`, async () => {
    assert.deepEqual(await readAnswer(known, type, async (file) => files[file], retryAfterWrite), response);
  });
}

test('the task id of KFP 3.0 is read, and its DAGs need one', async () => {
  const read = async (file: string) =>
    ({ 'task-id': 'b7c9-1', 'iteration-count': '2', condition: 'nil' })[file];
  assert.deepEqual(await readAnswer(known30, 'DAG', read, retryAfterWrite), {
    task_id: 'b7c9-1',
    iteration_count: 2,
  });
  const error = await statusErrorOf(readAnswer(known30, 'DAG', async () => undefined, retryAfterWrite));
  assert.match(error.message, /the DAG driver ended well, but wrote no task-id/);
});

const broken: [name: string, type: DriverType, files: Files, file: string, retry: string][] = [
  ['a DAG without its execution id', 'DAG', { condition: 'nil' }, 'execution-id', 'unsafe'],
  ['a root without its execution id', 'ROOT_DAG', {}, 'execution-id', 'safe'],
  ['a root without its iteration count', 'ROOT_DAG', { 'execution-id': '1' }, 'iteration-count', 'safe'],
  [
    'a root without its condition',
    'ROOT_DAG',
    { 'execution-id': '1', 'iteration-count': '0' },
    'condition',
    'safe',
  ],
  ['a task without any file', 'CONTAINER', {}, 'condition', 'unsafe'],
  ['an empty execution id', 'DAG', { 'execution-id': '' }, 'execution-id', 'unsafe'],
  ['an execution id of 0', 'DAG', { 'execution-id': '0' }, 'execution-id', 'unsafe'],
  ['an execution id above 2^63', 'DAG', { 'execution-id': '9223372036854775808' }, 'execution-id', 'unsafe'],
  ['a bad iteration count', 'DAG', { ...dagFiles, 'iteration-count': 'SECRET' }, 'iteration-count', 'unsafe'],
  ['a bad condition', 'CONTAINER', { condition: 'SECRET' }, 'condition', 'unsafe'],
  [
    'a bad cached decision',
    'CONTAINER',
    { condition: 'nil', 'cached-decision': 'nil' },
    'cached-decision',
    'unsafe',
  ],
  [
    'a patch that is not valid JSON',
    'CONTAINER',
    { condition: 'nil', 'pod-spec-patch': 'SECRET' },
    'pod-spec-patch',
    'unsafe',
  ],
  [
    'a patch that is a list',
    'CONTAINER',
    { condition: 'nil', 'pod-spec-patch': '[]' },
    'pod-spec-patch',
    'unsafe',
  ],
];

for (const [name, type, files, file, retry] of broken) {
  test(`${name} is INTERNAL and names the file, never its content`, async () => {
    const error = await statusErrorOf(readAnswer(known, type, async (name) => files[name], retryAfterWrite));
    assert.equal(error.status, 'INTERNAL');
    assert.ok(error.message.endsWith(file), error.message);
    assert.ok(!error.message.includes('SECRET'));
    assert.deepEqual(error.details.errorInfo?.metadata, { file, retry });
  });
}

test('execution_id_path is given for every type, the others where KFP has them', () => {
  const flagsOf = (flags: ReadonlySet<string>, type: DriverType) =>
    outputFlags(flags, type, (name) => `/f/${name}`).map(([flag]) => flag);
  assert.deepEqual(flagsOf(known, 'DAG'), ['execution_id_path', 'iteration_count_path', 'condition_path']);
  assert.deepEqual(flagsOf(known, 'CONTAINER'), [
    ...['execution_id_path', 'condition_path', 'cached_decision_path', 'pod_spec_patch_path'],
  ]);
  assert.deepEqual(flagsOf(known30, 'ROOT_DAG'), [
    ...['parent_task_id_path', 'iteration_count_path', 'condition_path'],
  ]);
});
