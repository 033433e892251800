import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordProperty, voidedProperty } from '../../src/server/ledger/execution-record.js';
import { asLauncher } from '../../test/support/as-launcher.js';
import type { StoredRow } from '../../test/support/fake-metadata-store.js';
import { connectStore, listRun, type StoreKind } from '../../test/support/metadata-stores.js';
import { startTcpProxy } from '../../test/support/tcp-proxy.js';
import { containerArguments } from '../../test/support/templates.js';
import type { DriverTemper, DriverUnderTest, DurableEnd } from './driver-under-test.js';
import { createMortalStore } from './mortal-store.js';
import { serverEnv } from './server-under-test.js';

/** A run in ML Metadata, where the fake of KFP's driver makes its executions too. What counts is what KFP would see there. */
export interface DurableWorld
  extends Required<
    Pick<DriverUnderTest, 'parentId' | 'setMetadata' | 'launch' | 'executions' | 'calls' | 'close'>
  > {
  /** Settings of a server whose ledger is there; `folder` is its own. */
  readonly envOf: (folder: string, port: number, temper: DriverTemper) => Record<string, string>;
  /** After `close`, with the logs of all servers. */
  readonly endOf: (logFiles: readonly string[]) => DurableEnd;
}

const runId = containerArguments.run_id;
/** How often a launcher tries what ML Metadata does not take, and its pause. */
const launcherTries = 600;
const launcherPauseMs = 200;

export async function createDurableWorld(folder: string, kind: StoreKind): Promise<DurableWorld> {
  const store = await createMortalStore(kind, join(folder, 'mlmd.sqlite'));
  await store.start();
  const parentId = await writeRoot(store.port);
  const proxy = await startTcpProxy(store.port);
  const { call, close: disconnect } = connectStore(store.port);
  let rows: readonly StoredRow[] = [];
  return {
    parentId,
    envOf: (own, port, temper) => ({
      ...serverEnv(own, port, proxy.port, temper),
      LEDGER: 'mlmd',
      FAKE_DRIVER_METADATA: 'kubeflow',
      DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_METADATA,FAKE_DRIVER_DELAY_MS',
    }),
    setMetadata: async (isThere) => {
      proxy.mode = isThere ? 'forward' : 'drop';
      if (isThere) {
        return store.start();
      }
      proxy.cut();
      return store.stop();
    },
    launch: async (executionId, end) => {
      await persist(() => asLauncher({ call }, executionId, 'RUNNING'));
      await persist(() => asLauncher({ call }, executionId, end));
    },
    close: async () => {
      rows = await listRun(call, runId);
      disconnect();
      await proxy.close();
      await store.stop();
    },
    executions: async () => rows.filter((row) => isBelow(row, parentId)).map(toExecution),
    calls: async () => [],
    endOf: (logFiles) => countEnd(rows, parentId, logFiles),
  };
}

/** A launcher does not give up while ML Metadata is away. */
async function persist(write: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (thrown) {
      if (tries === launcherTries) {
        throw thrown;
      }
      await sleep(launcherPauseMs);
    }
  }
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

function isBelow({ custom_properties }: StoredRow, parentId: string): boolean {
  return custom_properties['parent_dag_id']?.int_value === parentId;
}

/** The task as the agent names its node: by Argo's node where the record has it. */
function toExecution({ id, custom_properties }: StoredRow) {
  const record = JSON.parse(custom_properties[recordProperty]?.string_value ?? '{}');
  const task = record.node ?? custom_properties['task_name']?.string_value ?? '';
  return { task, requestId: record.request_id ?? '?', executionId: id };
}

function countEnd(rows: readonly StoredRow[], parentId: string, logFiles: readonly string[]): DurableEnd {
  const voidedAs = (how: string) =>
    rows.filter(({ custom_properties }) => custom_properties[voidedProperty]?.string_value === how).length;
  const listed = rows.filter((row) => isBelow(row, parentId));
  const names = listed.map(({ custom_properties }) => custom_properties['task_name']?.string_value);
  const logs = logFiles.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''));
  return {
    twins: listed.length - new Set(names).size,
    voided: voidedAs('orphan'),
    superseded: voidedAs('superseded'),
    replayed: logs.join('').split('"outcome":"replayed"').length - 1,
  };
}
