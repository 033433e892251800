import { credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import type { ExecuteRequest } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { driverServiceOf, loadContract } from '../../../src/contract/service-definition.js';
import type { Bench } from '../scenario.js';
import { lightDriver, programs } from './programs.js';
import { type Launcher, type StartedProcess, startProcess } from './started-process.js';

/** Settings of kfp-driver-server with a fake of KFP's driver that takes `sleepMs`. */
export interface ServerSetup {
  readonly sleepMs: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Something that speaks HTTP/2 where ML Metadata would be. Returns its port. */
export async function startMetadata(bench: Bench): Promise<number> {
  const metadata = new Server();
  bench.closeLater(() => metadata.forceShutdown());
  return new Promise((resolve, reject) => {
    metadata.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

export function startServer(
  { folder }: Bench,
  metadataPort: number,
  { sleepMs, env }: ServerSetup,
  launch?: Launcher,
): Promise<StartedProcess> {
  const settings = {
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    LEDGER: 'memory',
    SERVER_HOST: '127.0.0.1',
    NAMESPACE: 'kubeflow',
    NAMESPACE_FILE: '/nonexistent',
    ALLOW_UNAUTHENTICATED: 'true',
    DRIVER_PROGRAM: lightDriver,
    DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_SLEEP_SECONDS',
    FAKE_DRIVER_SLEEP_SECONDS: `${sleepMs / 1000}`,
    MLMD_SERVER_ADDRESS: '127.0.0.1',
    MLMD_SERVER_PORT: `${metadataPort}`,
    WORK_DIR: folder,
    ...env,
  };
  return startProcess(programs.server, settings, launch);
}

export interface ServerClient {
  execute(request: ExecuteRequest): Promise<void>;
  close(): void;
}

let DriverService: ReturnType<typeof driverServiceOf> | undefined;

export function createServerClient(address: string): ServerClient {
  DriverService ??= driverServiceOf(loadContract());
  const client = new DriverService(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  return {
    execute: (request) =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + 120_000;
        client.execute(request, new Metadata(), { deadline }, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => client.close(),
  };
}

let requests = 0;

/** A request that was never sent before. */
export function nextRequest(): ExecuteRequest {
  requests += 1;
  return {
    request_id: `request-${process.pid}-${requests}`,
    workflow: { name: 'bench', namespace: 'kubeflow', uid: 'uid' },
    type: 'DRIVER_TYPE_ROOT_DAG',
    pipeline_name: 'bench',
    run_id: 'run',
    component: '{"dag":{}}',
    runtime_config: '{}',
  };
}
