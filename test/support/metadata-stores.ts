import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Client, credentials } from '@grpc/grpc-js';
import { FakeMetadataStore, loadMetadataStore, type StoredRow } from './fake-metadata-store.js';
import { freePort } from './free-port.js';
import { sharedFolder } from './shared-folder.js';
import { until } from './until.js';

export type StoreKind = 'fake' | 'real';

const harness = sharedFolder('harness');
/** Python 3 with the packages ml-metadata and grpcio. */
const python = process.env['ML_METADATA_PYTHON'] ?? 'python3';

/** Python loads 23 MB for it, which takes 2 s on an idle machine. */
const mostStartMs = 120_000;

/** Why the real store cannot run here; false if it can. */
export function skipOf(kind: StoreKind): string | false {
  if (kind === 'fake') {
    return false;
  }
  if (harness.skip) {
    return harness.skip;
  }
  const { status } = spawnSync(python, ['-c', 'import ml_metadata, grpc'], { stdio: 'ignore' });
  return status === 0
    ? false
    : 'no Python with ml-metadata and grpcio: pip install them, and name that Python in ML_METADATA_PYTHON';
}

/** A store that a test began, and a client of it that may write whatever KFP writes. */
export interface StartedStore {
  readonly port: number;
  /** Calls a method; rejects with grpc-js's ServiceError. */
  // biome-ignore lint/suspicious/noExplicitAny: each method has its own messages
  readonly call: (method: string, request: object) => Promise<any>;
  /** All executions of a run, by id. */
  readonly executionsOf: (runId: string) => Promise<readonly StoredRow[]>;
}

export async function startStore(
  t: Pick<TestContext, 'after'>,
  kind: StoreKind,
): Promise<StartedStore & { readonly fake: FakeMetadataStore | undefined }> {
  if (kind === 'fake') {
    const fake = new FakeMetadataStore();
    await fake.start();
    t.after(() => fake.stop());
    return { ...clientOf(t, fake.port), fake };
  }
  const { port, stop } = await startRealStore();
  t.after(stop);
  return { ...clientOf(t, port), fake: undefined };
}

/** ML Metadata's own store on a database in memory, or in `file`. Never outlives this process. */
export async function startRealStore(file?: string, port?: number) {
  const bound = port ?? (await freePort());
  const script = join(harness.path, 'mlmd_server.py');
  const child = spawn(python, [script, String(bound), ...(file === undefined ? [] : [file])], {
    stdio: 'ignore',
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  };
  const probe = connectStore(bound);
  const answers = () =>
    probe.call('GetExecutionsByID', { execution_ids: [] }).then(
      () => true,
      () => false,
    );
  await until(answers, mostStartMs);
  probe.close();
  return { port: bound, stop };
}

export function connectStore(port: number) {
  const service = loadMetadataStore();
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  // biome-ignore lint/suspicious/noExplicitAny: each method has its own messages
  const call = (method: string, request: object): Promise<any> =>
    new Promise((resolve, reject) => {
      const definition = service[method];
      if (definition === undefined) {
        throw new Error(`there is no method ${method}`);
      }
      const { path, requestSerialize, responseDeserialize } = definition;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  return { call, close: () => client.close() };
}

function clientOf(t: Pick<TestContext, 'after'>, port: number): StartedStore {
  const { call, close } = connectStore(port);
  t.after(close);
  return { port, call, executionsOf: (runId) => listRun(call, runId) };
}

/** Every page of a run's executions. */
export async function listRun(call: StartedStore['call'], runId: string): Promise<readonly StoredRow[]> {
  const named = { type_name: 'system.PipelineRun', context_name: runId };
  const { context } = await call('GetContextByTypeAndName', named);
  const rows: StoredRow[] = [];
  let token: string | undefined;
  do {
    const options = { max_result_size: 100, ...(token && { next_page_token: token }) };
    const page = await call('GetExecutionsByContext', { context_id: context?.id ?? '0', options });
    rows.push(...(page.executions ?? []));
    token = page.next_page_token;
  } while (token);
  return rows.sort((left, right) => Number(left.id) - Number(right.id));
}
