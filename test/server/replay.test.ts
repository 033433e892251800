import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import type { DriverType } from '../../src/contract/generated/kfp/driver/v1/DriverType.js';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { readStatusDetails } from '../../src/contract/status-details.js';
import { callDriver } from '../support/call-driver.js';
import { sharedFolder } from '../support/shared-folder.js';
import { startServerProgram, testFolder } from '../support/start-server-program.js';
import { replay } from './program-engine/fixtures.js';

interface RecordedRun {
  readonly workflow: string;
  readonly argv: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly rc: number;
  readonly error: readonly string[];
}

/** Runs of KFP's real driver, which only some have, and runs of the fake, which all have (scripts/record-runs.mjs). */
const { path: recordsFolder, skip } = sharedFolder('kfp-driver-runs');
const recordings: readonly { name: string; file: string; runs: number; skip: string | false }[] = [
  { name: 'the real driver', file: join(recordsFolder, 'runs.jsonl'), runs: 217, skip },
  {
    name: 'the fake',
    file: fileURLToPath(new URL('../../../test/fake-driver-program/runs.jsonl', import.meta.url)),
    runs: 24,
    skip: false,
  },
];
const apiServerAddress = 'ml-pipeline.kubeflow.svc.cluster.local';

for (const { name, file, runs, skip } of recordings) {
  test(
    `each recorded run of ${name} is answered over gRPC with its outputs or the right status`,
    {
      skip,
    },
    (t) => replayAll(t, file, runs),
  );
}

async function replayAll(t: TestContext, file: string, runs: number): Promise<void> {
  const replays = testFolder(t);
  const { connect, metadata } = await startServerProgram(t, {
    fake: { REPLAY_RECORDS: replays },
    env: {
      DRIVER_PROGRAM: replay,
      MAX_PROGRAMS: '4',
      CACHE_DISABLED: 'true',
      ML_PIPELINE_SERVER_ADDRESS: apiServerAddress,
    },
  });
  const records = readRecords(file, metadata.port);
  const { recordName } = await import(pathToFileURL(replay).href);
  for (const record of records) {
    writeFileSync(join(replays, recordName(record.argv)), JSON.stringify(record));
  }
  const client = connect();
  const answers = records.map((record, index) =>
    callDriver(client, { ...requestOf(record), request_id: `run-${index}` }).catch(endOf),
  );
  const wrong: string[] = [];
  for (const [index, answer] of (await Promise.all(answers)).entries()) {
    const record = records[index];
    assert.ok(record);
    try {
      assert.deepEqual(answer, expectedOf(record));
    } catch (error) {
      wrong.push(`${record.workflow}: ${String(error)}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.equal(records.length, runs);
}

/** The records, as if one setting had been used for each address of all of them. */
function readRecords(file: string, metadataPort: number): RecordedRun[] {
  const own: readonly [flag: string, value: string][] = [
    ['--ml_pipeline_server_address=', apiServerAddress],
    ['--mlmd_server_port=', String(metadataPort)],
  ];
  const withSetting = (arg: string) => {
    const [flag, value] = own.find(([name]) => arg.startsWith(name)) ?? [arg, ''];
    return `${flag}${value}`;
  };
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines
    .map((line): RecordedRun => JSON.parse(line))
    .map((record) => ({ ...record, argv: record.argv.map(withSetting) }));
}

/** The request that the sidecar would send for a recorded run. */
function requestOf(record: RecordedRun): ExecuteRequest {
  const args = new Map(record.argv.map((arg) => /^--(\w+)=(.*)$/s.exec(arg)?.slice(1) as [string, string]));
  const texts = [
    ...['pipeline_name', 'run_id', 'run_name', 'run_display_name', 'task_name', 'component', 'task'],
    ...[
      'container',
      'runtime_config',
      'kubernetes_config',
      'dag_execution_id',
      'pipeline_job_create_time_utc',
    ],
  ];
  return {
    workflow: { name: record.workflow, namespace: 'kubeflow', uid: args.get('run_id') ?? '' },
    type: `DRIVER_TYPE_${args.get('type')}` as Extract<DriverType, string>,
    ...Object.fromEntries(texts.filter((name) => args.has(name)).map((name) => [name, args.get(name)])),
    iteration_index: Number(args.get('iteration_index')),
    cache_disabled: false,
    untrusted_overrides: { mlmd_server_address: 'metadata-grpc-service.kubeflow', mlmd_server_port: '1' },
  };
}

interface End {
  readonly status: string | undefined;
  readonly message: string;
  readonly retry: string | undefined;
}

function endOf({ code, details, metadata }: ServiceError): End {
  const retry = readStatusDetails(metadata).errorInfo?.metadata['retry'];
  return { status: grpcStatus[code], message: details, retry };
}

function expectedOf({ argv, rc, files, error }: RecordedRun): ExecuteResponse | End {
  // The root driver of 2.17 finds its execution again.
  const retry = argv.includes('--type=ROOT_DAG') ? 'safe' : 'unsafe';
  if (rc === 2) {
    const message = 'the driver panicked: runtime error: invalid memory address or nil pointer dereference';
    return { status: 'INTERNAL', message, retry };
  }
  if (rc === 1) {
    const [, reason = ''] = /componentSpec\) failed: (.*)$/s.exec(error.at(-1) ?? '') ?? [];
    const message = `KFP driver: ${reason.replace(/\{.*?\}/, '{...}')}`;
    return { status: 'FAILED_PRECONDITION', message, retry };
  }
  const condition = files['condition'];
  return {
    ...(files['execution-id'] === undefined ? {} : { execution_id: files['execution-id'] }),
    ...(files['iteration-count'] === undefined ? {} : { iteration_count: Number(files['iteration-count']) }),
    ...(condition === undefined || condition === 'nil' ? {} : { condition: condition === 'true' }),
    ...(files['cached-decision'] === undefined ? {} : { cached: files['cached-decision'] === 'true' }),
    ...(files['pod-spec-patch'] === undefined ? {} : { pod_spec_patch: files['pod-spec-patch'] }),
  };
}
