import type { TestContext } from 'node:test';
import type { DriverServiceClient } from '../../src/contract/generated/kfp/driver/v1/DriverService.js';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { Engine } from '../../src/server/engine.js';
import { createMemoryLedger, type MemoryLedgerOptions } from '../../src/server/ledger/memory-ledger.js';
import { type DriverServerOptions, startDriverServer } from '../../src/server/start-driver-server.js';
import { createTestClient } from './call-driver.js';
import { collectLog } from './collect-log.js';

export interface TestServerOptions
  extends Partial<
    Pick<
      DriverServerOptions,
      'readTimeoutMs' | 'host' | 'credentials' | 'authenticate' | 'resolveReferences' | 'measures'
    >
  > {
  readonly ledger?: MemoryLedgerOptions;
  readonly outage?: () => string | undefined;
  readonly begin?: () => Promise<void>;
}

export type DriveFunction = Engine['drive'];

/** Starts the driver server with an engine that is a function, and a client of it; the test's end closes both. */
export async function startServer(
  t: TestContext,
  drive: DriveFunction,
  { ledger = {}, outage, begin, ...options }: TestServerOptions = {},
) {
  const logger = collectLog();
  const drives: Parameters<DriveFunction>[] = [];
  const engine: Engine = {
    name: 'test',
    drive: (...call) => {
      drives.push(call);
      return drive(...call);
    },
    close: async () => {},
    ...(outage !== undefined && { outage }),
    ...(begin !== undefined && { begin }),
  };
  const server = await startDriverServer({
    engine,
    ledger: createMemoryLedger(logger, ledger),
    logger,
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  const client: DriverServiceClient = createTestClient(server.address);
  t.after(async () => {
    client.close();
    await server.drain(0);
  });
  return { ...server, client, drives, lines: logger.lines };
}

/** A request that every engine can be given. */
export function aRequest(changes: ExecuteRequest = {}): ExecuteRequest {
  return {
    request_id: 'request-1',
    workflow: { name: 'hello', namespace: 'kubeflow', uid: 'uid-1' },
    type: 'DRIVER_TYPE_DAG',
    task_name: 'train',
    ...changes,
  };
}

export { gate as createGate, until } from './agent.js';
