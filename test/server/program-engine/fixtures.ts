import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Log, LogFacts, Logger } from '../../../src/common/logger.js';
import { type Environment, readSettings } from '../../../src/common/settings.js';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../../src/contract/status-error.js';
import type { DriveContext } from '../../../src/server/engine.js';
import { type DriverProgram, flagsOfProgram } from '../../../src/server/program-engine/flags-of-program.js';
import { createProgramEngine } from '../../../src/server/program-engine/program-engine.js';
import { programSettings } from '../../../src/server/program-engine/program-settings.js';
import type { MetadataWatch } from '../../../src/server/program-engine/watch-metadata.js';
import { fake, startMetadataServer, testFolder } from '../../support/start-server-program.js';

export const replay = fileURLToPath(
  new URL('../../../../test/fake-driver-program/replay.mjs', import.meta.url),
);

/** The program as its -h tells, with the fake's own settings. */
export function learnFake(version: string): Promise<DriverProgram> {
  return flagsOfProgram(fake, { ...process.env, FAKE_DRIVER_VERSION: version });
}

export const path = { PATH: process.env['PATH'] };

/** A task in a container, as the sidecar asks for it. */
export function containerRequest(more: Partial<ExecuteRequest__Output> = {}): ExecuteRequest__Output {
  return {
    request_id: 'request-1',
    workflow: { name: 'hello-abc', namespace: 'kubeflow', uid: 'uid-1' },
    type: 'DRIVER_TYPE_CONTAINER',
    pipeline_name: 'hello',
    run_id: 'run-1',
    run_name: 'hello-abc',
    run_display_name: 'Hello',
    task_name: 'print',
    component: '{"executorLabel":"exec-print"}',
    task: '{"taskInfo":{"name":"print"}}',
    container: '{"image":"python:3.11","command":["python3"]}',
    kubernetes_config: '',
    dag_execution_id: '7',
    iteration_index: -1,
    cache_disabled: false,
    pipeline_job_create_time_utc: '2026-01-01T00:00:00Z',
    ...more,
  };
}

/** The pipeline's own driver. */
export function rootRequest(more: Partial<ExecuteRequest__Output> = {}): ExecuteRequest__Output {
  const { container: _, kubernetes_config: __, ...request } = containerRequest();
  return {
    ...request,
    type: 'DRIVER_TYPE_ROOT_DAG',
    task: '',
    task_name: '',
    runtime_config: '{}',
    dag_execution_id: '0',
    ...more,
  };
}

/** A caller who waits for ever. */
export function patientContext(more: Partial<DriveContext> = {}): DriveContext {
  return {
    deadlineMs: Number.POSITIVE_INFINITY,
    requestBytes: 1_000,
    joined: () => false,
    signal: new AbortController().signal,
    ...more,
  };
}

export const reachable: MetadataWatch = {
  outage: () => undefined,
  settled: async () => undefined,
  close: () => {},
};

/** Settings of the engine as the environment gives them, over the defaults. */
export function settingsOf(env: Environment) {
  const { values, faults } = readSettings(programSettings, {
    ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow',
    MLMD_SERVER_ADDRESS: '127.0.0.1',
    ...env,
  });
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  return values;
}

export interface EngineOptions {
  /** FAKE_DRIVER_* variables and the like: they are handed through to the program. */
  readonly fake?: Record<string, string>;
  readonly settings?: Environment;
  readonly watch?: MetadataWatch;
  readonly program?: DriverProgram;
}

/** An engine over the fake, closed at the test's end; its folders are under `workDir`. */
export async function startEngine(t: TestContext, options: EngineOptions = {}) {
  const workDir = testFolder(t);
  const variables = options.fake ?? {};
  const { port } = await startMetadataServer(t);
  const settings = settingsOf({
    WORK_DIR: workDir,
    MLMD_SERVER_PORT: String(port),
    DRIVER_PROGRAM_ENV: Object.keys(variables).join(','),
    ...options.settings,
  });
  const log: [string, LogFacts][] = [];
  const program = options.program ?? (await learnFake(variables['FAKE_DRIVER_VERSION'] ?? '2.17'));
  const engine = await createProgramEngine(settings, {
    program,
    env: { ...process.env, ...variables },
    logger: loggerInto(log),
    watch: options.watch ?? reachable,
  });
  t.after(() => engine.close());
  return { engine, workDir, log };
}

export const silentLogger: Logger = loggerInto([]);

function loggerInto(log: [string, LogFacts][]): Logger {
  const add: Log = (message, ...facts) => void log.push([message, Object.assign({}, ...facts)]);
  return { error: add, warn: add, info: add, debug: add };
}

/** What a promise is rejected with, which must be a StatusError. */
export async function statusErrorOf(promise: Promise<unknown>): Promise<StatusError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StatusError) {
      return error;
    }
    throw error;
  }
  throw new Error('a StatusError was expected');
}

/** Lines of a file that holds one JSON value a line; none if it is not there. */
export function readJsonLines(file: string): Record<string, unknown>[] {
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}
