import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { freePort } from '../../test/support/free-port.js';
import { startTcpProxy } from '../../test/support/tcp-proxy.js';
import { type ChildProgram, startChildProgram } from './child-program.js';
import type { DriverTemper, DriverUnderTest, Execution } from './driver-under-test.js';

/**
 * kfp-driver-server with a fake of KFP's driver, whose effects are counted in a file of its own, and with ML
 * Metadata's port in front of it. Without `sigkill` a SIGKILL is a SIGTERM: the server remembers what it drove in
 * memory alone, and the docs say so.
 */
export async function createServerUnderTest(folder: string, sigkill: boolean): Promise<DriverUnderTest> {
  const effectsFile = join(folder, 'effects.jsonl');
  const effectsEnv = {
    LEDGER: 'memory',
    DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_EFFECTS,FAKE_DRIVER_DELAY_MS',
    FAKE_DRIVER_EFFECTS: effectsFile,
  };
  const ports = [await freePort(), await freePort()] as const;
  const metadata = new Server();
  const metadataPort = await new Promise<number>((done, fail) => {
    metadata.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? done(port) : fail(error),
    );
  });
  const metadataProxy = await startTcpProxy(metadataPort);
  let running: ChildProgram | undefined;
  const end = async (signal: NodeJS.Signals) => {
    await running?.end(signal);
    running = undefined;
  };
  return {
    ports,
    start: async (place, temper) => {
      running = await startChildProgram({
        program: 'src/server/main.js',
        logFile: join(folder, 'driver-server.log'),
        env: { ...serverEnv(folder, ports[place], metadataProxy.port, temper), ...effectsEnv },
      });
    },
    kill: () => end(sigkill ? 'SIGKILL' : 'SIGTERM'),
    drain: () => end('SIGTERM'),
    endAll: () => end('SIGTERM'),
    setMetadata: (isThere) => {
      metadataProxy.mode = isThere ? 'forward' : 'drop';
      if (!isThere) {
        metadataProxy.cut();
      }
    },
    close: async () => {
      await metadataProxy.close();
      metadata.forceShutdown();
    },
    executions: async () => (existsSync(effectsFile) ? readExecutions(effectsFile) : []),
    calls: async () => [],
  };
}

/** Settings of a server whose drivers are the fake's. */
export function serverEnv(
  folder: string,
  port: number,
  metadataPort: number,
  temper: DriverTemper,
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    NAMESPACE: 'kubeflow',
    NAMESPACE_FILE: '/nonexistent',
    ALLOW_UNAUTHENTICATED: 'true',
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: String(port),
    ADMIN_PORT: 'off',
    // A sidecar asks again after 10 s at the most: 5 for its own backoff, 5 for the connection's; and once more, because
    // what stands between may answer in the server's place.
    REPEAT_GRACE_SECONDS: '20',
    WORK_DIR: folder,
    DRIVER_PROGRAM: resolve('test/fake-driver-program/driver.mjs'),
    FAKE_DRIVER_DELAY_MS: String(meanMs(temper)),
    MAX_PROGRAMS: '8',
    ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow',
    MLMD_SERVER_ADDRESS: '127.0.0.1',
    MLMD_SERVER_PORT: String(metadataPort),
  };
}

/** The fake's delay is the same for each run. */
function meanMs({ delay }: DriverTemper): number {
  const numbers = delay.match(/\d+/g)?.map(Number) ?? [0];
  return Math.min(400, Math.round(numbers.reduce((sum, number) => sum + number, 0) / numbers.length));
}

/** A line's number is its execution's id. */
function readExecutions(file: string): Execution[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => ({
    task: JSON.parse(line).task,
    requestId: '?',
    executionId: String(index + 1),
  }));
}
