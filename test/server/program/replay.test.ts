import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DriverType } from '../../../src/contract/generated/kfp/driver/v1/DriverType.js';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { StatusError } from '../../../src/contract/status-error.js';
import { flagsOfProgram } from '../../../src/server/program/flags-of-program.js';
import { patientContext, replay, scratchFolder, startEngine } from './fixtures.js';

interface RecordedRun {
  readonly workflow: string;
  readonly argv: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly rc: number;
  readonly error: readonly string[];
}

const recordsFile = fileURLToPath(
  new URL('../../../../../shared/kfp-driver-runs/runs.jsonl', import.meta.url),
);
const skip = existsSync(recordsFile) ? false : 'the recorded runs are not in this clone';
const apiServerFlag = '--ml_pipeline_server_address=';
const apiServerAddress = 'ml-pipeline.kubeflow.svc.cluster.local';
const atOnce = 6;

test('each recorded run of the real driver is answered with its outputs or the right status', {
  skip,
}, async (t) => {
  const records = readRecords();
  const replays = scratchFolder(t);
  const { recordName } = await import(pathToFileURL(replay).href);
  for (const record of records) writeFileSync(join(replays, recordName(record.argv)), JSON.stringify(record));
  const { engine } = await startEngine(t, {
    standIn: { REPLAY_RECORDS: replays },
    program: await flagsOfProgram(replay, process.env),
    settings: {
      MAX_PROGRAMS: String(atOnce),
      // What the recording gave where a template had wishes of its own.
      ML_PIPELINE_SERVER_ADDRESS: apiServerAddress,
      MLMD_SERVER_ADDRESS: '127.0.0.1',
      MLMD_SERVER_PORT: '18080',
      CACHE_DISABLED: 'true',
    },
  });
  const answers = records.map(async (record) => {
    const answer = engine.drive(requestOf(record), patientContext());
    return answer.then(({ response }) => response, endOf);
  });
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
  assert.equal(records.length, 217);
});

/** The records, as if one setting for the address of the API server had been used for all of them. */
function readRecords(): RecordedRun[] {
  const lines = readFileSync(recordsFile, 'utf8').trim().split('\n');
  const withSetting = (arg: string) =>
    arg.startsWith(apiServerFlag) ? `${apiServerFlag}${apiServerAddress}` : arg;
  return lines
    .map((line): RecordedRun => JSON.parse(line))
    .map((record) => ({ ...record, argv: record.argv.map(withSetting) }));
}

/** The request that the sidecar would send for a recorded run. */
function requestOf(record: RecordedRun): ExecuteRequest__Output {
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
    request_id: args.get('run_id') ?? '',
    workflow: { name: record.workflow, namespace: 'kubeflow', uid: args.get('run_id') ?? '' },
    type: `DRIVER_TYPE_${args.get('type')}` as Extract<DriverType, string>,
    ...Object.fromEntries(texts.filter((name) => args.has(name)).map((name) => [name, args.get(name)])),
    iteration_index: Number(args.get('iteration_index')),
    cache_disabled: false,
    wishes: { mlmd_server_address: 'metadata-grpc-service.kubeflow', mlmd_server_port: '1' },
  };
}

type End = Pick<StatusError, 'status' | 'message'> & { readonly resend: string | undefined };

function endOf(error: unknown): End {
  assert.ok(error instanceof StatusError, String(error));
  return {
    status: error.status,
    message: error.message,
    resend: error.details.errorInfo?.metadata['resend'],
  };
}

function expectedOf({ rc, files, error }: RecordedRun): ExecuteResponse | End {
  if (rc === 2) {
    const message = 'the driver panicked: runtime error: invalid memory address or nil pointer dereference';
    return { status: 'INTERNAL', message, resend: 'may-drive-twice' };
  }
  if (rc === 1) {
    const [, reason = ''] = /componentSpec\) failed: (.*)$/s.exec(error.at(-1) ?? '') ?? [];
    const message = `KFP driver: ${reason.replace(/\{.*?\}/, '{...}')}`;
    return { status: 'FAILED_PRECONDITION', message, resend: 'may-drive-twice' };
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
