import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ChannelCredentials, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Environment } from '../../src/common/settings.js';
import { createTestClient } from './call-driver.js';
import { driverServerFile } from './program-files.js';
import { type EndedProgram, waitForEnd } from './start-program.js';

const fakeFile = (name: string) =>
  fileURLToPath(new URL(`../../../test/fake-driver-program/${name}`, import.meta.url));
export const fake = fakeFile('driver.mjs');
export const lightFake = fakeFile('light-driver.sh');

/** Tests run in pods too, whose service account has a namespace of its own. */
const noServiceAccount = '/nonexistent/namespace';

/** One line of the server's log. */
export type ServerLogLine = Readonly<Record<string, unknown>>;

/** A folder that the test's end removes. */
export function testFolder(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'driver-server-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A gRPC server without services: enough of ML Metadata for a connection. `port` 0 is any. */
export async function startMetadataServer(t: Pick<TestContext, 'after'>, port = 0) {
  const server = new Server();
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, boundPort) =>
      error === null ? resolve(boundPort) : reject(error),
    );
  });
  const close = () => server.forceShutdown();
  t.after(close);
  return { port: bound, close };
}

/** Runs kfp-driver-server with these arguments and this environment alone, to its end. */
export function runServerProgram(args: readonly string[], env: Environment): Promise<EndedProgram> {
  return waitForEnd(
    spawn(process.execPath, [driverServerFile, ...args], {
      env: { PATH: process.env['PATH'], NAMESPACE_FILE: noServiceAccount, ...env },
    }),
  );
}

export interface ServerProgramOptions {
  /** Settings of the server, over those of a laptop. */
  readonly env?: Environment;
  /** Variables for the fake. */
  readonly fake?: Record<string, string>;
}

/**
 * Starts kfp-driver-server as a process, with the fake of KFP's driver and a connection for its ML Metadata, and
 * waits until it listens. The test's end kills it.
 */
export async function startServerProgram(t: TestContext, options: ServerProgramOptions = {}) {
  const workDir = testFolder(t);
  const metadata = await startMetadataServer(t);
  const variables = options.fake ?? {};
  const env = {
    PATH: process.env['PATH'],
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    NAMESPACE: 'kubeflow',
    NAMESPACE_FILE: noServiceAccount,
    ALLOW_UNAUTHENTICATED: 'true',
    // startMetadataServer is no store.
    LEDGER: 'memory',
    WORK_DIR: workDir,
    DRIVER_PROGRAM: fake,
    DRIVER_PROGRAM_ENV: Object.keys(variables).join(','),
    ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow',
    MLMD_SERVER_ADDRESS: '127.0.0.1',
    MLMD_SERVER_PORT: String(metadata.port),
    ...variables,
    ...options.env,
  };
  const child = spawn(process.execPath, [driverServerFile], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const log: ServerLogLine[] = [];
  const listening = new Promise<ServerLogLine>((resolve, reject) => {
    createInterface(child.stdout).on('line', (text) => {
      const line: ServerLogLine = JSON.parse(text);
      log.push(line);
      if (line['message'] === 'listening') {
        resolve(line);
      }
    });
    child.once('exit', (code) => reject(new Error(`kfp-driver-server ended with ${code}`)));
  });
  const address = String((await listening)['address']);
  return {
    pid: child.pid ?? 0,
    address,
    log,
    workDir,
    metadata,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended: once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    /** A client of it, closed at the test's end. */
    connect: (credentials?: ChannelCredentials) => {
      const client = createTestClient(address, credentials);
      t.after(() => client.close());
      return client;
    },
  };
}
