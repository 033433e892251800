import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordProperty, voidedProperty } from '../../src/server/ledger/execution-record.js';
import { FakeMetadataStore, type StoredRow } from '../../test/support/fake-metadata-store.js';
import { freePort } from '../../test/support/free-port.js';
import { connectStore, listRun, type StoreKind, startRealStore } from '../../test/support/metadata-stores.js';
import { startTcpProxy } from '../../test/support/tcp-proxy.js';
import { containerArguments } from '../../test/support/templates.js';
import { type ChildProgram, startChildProgram } from './child-program.js';
import type { DriverUnderTest, DurableEnd } from './driver-under-test.js';
import { serverEnv } from './server-under-test.js';

/** ML Metadata as a process that may die: what it holds outlives it. */
interface MortalStore {
  readonly port: number;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const runId = containerArguments.run_id;

/**
 * kfp-driver-server with its ledger in ML Metadata, where the fake of KFP's driver makes its executions too. What counts
 * is what KFP would see there.
 */
export async function createDurableServerUnderTest(
  folder: string,
  kind: StoreKind,
  sigkill: boolean,
): Promise<DriverUnderTest> {
  const ports = [await freePort(), await freePort()] as const;
  const store =
    kind === 'fake' ? createFakeStore() : createRealStore(join(folder, 'mlmd.sqlite'), await freePort());
  await store.start();
  const parentId = await writeRoot(store.port);
  const proxy = await startTcpProxy(store.port);
  const logFile = join(folder, 'driver-server.log');
  let running: ChildProgram | undefined;
  let rows: readonly StoredRow[] = [];
  const end = async (signal: NodeJS.Signals) => {
    await running?.end(signal);
    running = undefined;
  };
  return {
    ports,
    parentId,
    start: async (place, temper) => {
      const env = serverEnv(folder, ports[place], proxy.port, temper);
      running = await startChildProgram({
        program: 'src/server/main.js',
        logFile,
        env: {
          ...env,
          LEDGER: 'mlmd',
          FAKE_DRIVER_METADATA: 'kubeflow',
          DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_METADATA,FAKE_DRIVER_DELAY_MS',
        },
      });
    },
    kill: () => end(sigkill ? 'SIGKILL' : 'SIGTERM'),
    drain: () => end('SIGTERM'),
    setMetadata: async (isThere) => {
      proxy.mode = isThere ? 'forward' : 'drop';
      if (isThere) {
        return store.start();
      }
      proxy.cut();
      return store.stop();
    },
    close: async () => {
      rows = await readRows(store.port);
      await proxy.close();
      await store.stop();
    },
    executions: async () =>
      rows.filter(({ custom_properties }) => isBelow(custom_properties, parentId)).map(toExecution),
    calls: async () => [],
    durableEnd: async () => countEnd(rows, parentId, logFile),
  };
}

function createFakeStore(): MortalStore {
  const fake = new FakeMetadataStore();
  return {
    get port() {
      return fake.port;
    },
    start: () => fake.start(),
    stop: async () => fake.stop(),
  };
}

function createRealStore(file: string, port: number): MortalStore {
  let running: { stop: () => Promise<void> } | undefined;
  return {
    port,
    start: async () => {
      running = await startRealStore(file, port);
    },
    stop: async () => running?.stop(),
  };
}

/** The execution of the run's root driver: all tasks are below it. */
async function writeRoot(port: number): Promise<string> {
  const file = new URL('../../../test/fake-driver-program/write-execution.mjs', import.meta.url);
  const { writeExecution } = await import(file.href);
  const root = {
    type: 'ROOT_DAG',
    pipelineName: containerArguments.pipeline_name,
    runId,
    namespace: 'kubeflow',
    name: '',
    displayName: '',
    state: 'RUNNING',
    executionName: `run/${runId}`,
  };
  return writeExecution(`127.0.0.1:${port}`, root, false);
}

async function readRows(port: number): Promise<readonly StoredRow[]> {
  const { call, close } = connectStore(port);
  try {
    return await listRun(call, runId);
  } finally {
    close();
  }
}

function isBelow(properties: StoredRow['custom_properties'], parentId: string): boolean {
  return properties['parent_dag_id']?.int_value === parentId;
}

/** The task as the agent names its node: by Argo's node where the record has it. */
function toExecution({ id, custom_properties }: StoredRow) {
  const record = JSON.parse(custom_properties[recordProperty]?.string_value ?? '{}');
  const task = record.node ?? custom_properties['task_name']?.string_value ?? '';
  return { task, requestId: record.request_id ?? '?', executionId: id };
}

function countEnd(rows: readonly StoredRow[], parentId: string, logFile: string): DurableEnd {
  const voidedAs = (how: string) =>
    rows.filter(({ custom_properties }) => custom_properties[voidedProperty]?.string_value === how).length;
  const listed = rows.filter(({ custom_properties }) => isBelow(custom_properties, parentId));
  const names = listed.map(({ custom_properties }) => custom_properties['task_name']?.string_value);
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
  return {
    twins: listed.length - new Set(names).size,
    voided: voidedAs('orphan'),
    superseded: voidedAs('superseded'),
    replayed: log.split('"outcome":"replayed"').length - 1,
  };
}
