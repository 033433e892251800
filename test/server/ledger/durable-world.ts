import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { Environment } from '../../../src/common/settings.js';
import type { DriverServiceClient } from '../../../src/contract/generated/kfp/driver/v1/DriverService.js';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { callDriver } from '../../support/call-driver.js';
import type { StoredRow } from '../../support/fake-metadata-store.js';
import { type StartedStore, type StoreKind, startStore } from '../../support/metadata-stores.js';
import { fake, startServerProgram, testFolder } from '../../support/start-server-program.js';
import { containerRequest, rootRequest } from '../program-engine/fixtures.js';

export interface DurableOptions {
  readonly env?: Environment;
  /** Variables of the fake driver. */
  readonly fake?: Record<string, string>;
  /** A store that is there already. */
  readonly store?: StartedStore;
}

const kfpNamespace = 'kubeflow';

/** kfp-driver-server with its ledger in ML Metadata, whose executions the fake of KFP's driver makes. */
export async function startDurable(t: TestContext, store: StartedStore, options: DurableOptions = {}) {
  const server = await startServerProgram(t, {
    fake: { FAKE_DRIVER_METADATA: kfpNamespace, ...options.fake },
    env: { LEDGER: 'mlmd', MLMD_SERVER_PORT: String(store.port), LOG_LEVEL: 'debug', ...options.env },
  });
  const client = server.connect();
  return { ...server, client, drive: (request: ExecuteRequest__Output) => callDriver(client, request) };
}

/** A store with a run in it, whose root driver a server has driven. */
export async function startWorld(t: TestContext, kind: StoreKind, options: DurableOptions = {}) {
  const store = await startStore(t, kind);
  const server = await startDurable(t, store, options);
  const { execution_id: rootId = '0' } = await server.drive(rootRequest({ request_id: 'root' }));
  const below = (more: Partial<ExecuteRequest__Output> = {}) =>
    containerRequest({ dag_execution_id: rootId, ...more });
  return {
    store,
    fake: store.fake,
    server,
    rootId,
    /** A task of the root's. */
    task: below,
    dag: (more: Partial<ExecuteRequest__Output> = {}) => asDag(below(), more),
    /** What KFP takes for the tasks of a DAG. */
    listOf: (dagId: string) => listOf(store, dagId),
    all: () => store.executionsOf('run-1'),
    /** The server dies without a word, and another one takes its place. */
    restart: async ({ env, ...again }: DurableOptions = options) => {
      server.kill('SIGKILL');
      await server.ended;
      return startDurable(t, store, { ...again, env: { WORK_DIR: server.workDir, ...env } });
    },
  };
}

export async function listOf(store: StartedStore, dagId: string): Promise<readonly StoredRow[]> {
  const all = await store.executionsOf('run-1');
  return all.filter(({ custom_properties }) => custom_properties['parent_dag_id']?.int_value === dagId);
}

export function asDag(
  { container: _, kubernetes_config: __, ...request }: ExecuteRequest__Output,
  more: Partial<ExecuteRequest__Output> = {},
): ExecuteRequest__Output {
  return { ...request, type: 'DRIVER_TYPE_DAG', runtime_config: '', ...more };
}

/** Runs the driver as its pod would, beside every server: resolves with the execution's id. */
export async function driveInPod(
  t: TestContext,
  store: StartedStore,
  request: ExecuteRequest__Output,
  variables: Record<string, string> = {},
): Promise<string> {
  const idFile = join(testFolder(t), 'execution-id');
  const type = String(request.type).replace('DRIVER_TYPE_', '');
  const names = [
    ...([
      'pipeline_name',
      'run_id',
      'run_name',
      'run_display_name',
      'task_name',
      'component',
      'task',
    ] as const),
    ...(['container', 'kubernetes_config', 'dag_execution_id', 'iteration_index', 'runtime_config'] as const),
  ];
  const given = names.filter((name) => request[name] !== undefined);
  const args = [
    `--type=${type}`,
    ...given.map((name) => `--${name}=${request[name]}`),
    ...['--mlmd_server_address=127.0.0.1', `--mlmd_server_port=${store.port}`],
    ...['--http_proxy=', '--https_proxy=', '--no_proxy=', `--execution_id_path=${idFile}`],
  ];
  // A version that requires hardly any flag.
  const own = { FAKE_DRIVER_METADATA: kfpNamespace, FAKE_DRIVER_VERSION: '2.14' };
  const env = { PATH: process.env['PATH'], ...own, ...variables };
  await promisify(execFile)(fake, args, { env });
  return readFileSync(idFile, 'utf8');
}

export type { DriverServiceClient };
