import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { token } from '../load/connection.js';
import type { Bench } from '../scenario.js';
import { buildGoBridge } from './go-bridge.js';
import { floors, pathOf, programs } from './programs.js';
import { type Launcher, type StartedProcess, startProcess } from './started-process.js';

/** Something that answers the agent's POSTs. */
export interface Bridge {
  readonly name: string;
  readonly start: (launch?: Launcher) => Promise<StartedProcess>;
}

export const names = {
  bareHttp: 'bare node:http',
  expressGrpc: 'Express + grpc-js',
  go: 'Go bridge',
  fastApi: 'FastAPI stand-in',
  sidecar: 'sidecar',
  sidecarAdmin: 'sidecar, admin port on',
} as const;

/** A driver server behind the bridges that costs as little as it can. */
export async function startAnsweringDriver(bench: Bench): Promise<string> {
  const driver = await startProcess(floors.answeringDriver);
  bench.closeLater(driver.stop);
  return driver.address;
}

/** The sidecar as in a pod, but for `env`. */
export function sidecarBridge(
  { folder }: Bench,
  driver: string,
  env: Readonly<Record<string, string>> = {},
  name: string = names.sidecar,
): Bridge {
  const tokenPath = join(folder, 'token');
  mkdirSync(folder, { recursive: true });
  writeFileSync(tokenPath, token, { mode: 0o600 });
  const settings = { SERVER_PORT: '0', DRIVER_HOST: driver, TOKEN_PATH: tokenPath, ...env };
  return { name, start: (launch) => startProcess(programs.sidecar, settings, launch) };
}

/** The same with metrics, which are off unless asked for. */
export function adminSidecarBridge(
  bench: Bench,
  driver: string,
  env: Readonly<Record<string, string>> = {},
): Bridge {
  return sidecarBridge(
    bench,
    driver,
    { ...env, ADMIN_HOST: '127.0.0.1', ADMIN_PORT: '0' },
    names.sidecarAdmin,
  );
}

/**
 * For load that no agent makes: it sends its next task at once, where an agent patches first and has no more tasks than
 * one task set holds. Without these the sidecar would do what it is there for, and let them wait.
 */
export const loadSettings = {
  AGENT_WORKERS: '64',
  AGENT_PATCH_RATE_SECONDS: '0.001',
  TAKE_UP_SECONDS: '0.001',
  MAX_OUTPUT_BYTES: `${1 << 30}`,
} as const;

export function floorBridge(name: string, words: readonly string[], driver: string): Bridge {
  const env = { SERVER_PORT: '0', DRIVER_HOST: driver };
  return { name, start: (launch) => startProcess(words, env, launch) };
}

/** None where Go is not there. */
export async function goBridges(bench: Bench, driver: string): Promise<readonly Bridge[]> {
  const words = await buildGoBridge(bench.folder);
  if (typeof words === 'string') {
    bench.skip(words);
    return [];
  }
  return [floorBridge(names.go, words, driver)];
}

/** None where Python has no FastAPI. */
export async function fastApiBridges(bench: Bench): Promise<readonly Bridge[]> {
  try {
    await promisify(execFile)(bench.python, ['-c', 'import fastapi, uvicorn']);
  } catch {
    bench.skip(
      `the FastAPI stand-in: ${bench.python} cannot import fastapi and uvicorn (--python names another)`,
    );
    return [];
  }
  const words = [bench.python, pathOf('scripts/bench/floors/fastapi-mock.py')];
  return [floorBridge(names.fastApi, words, '')];
}

/** Express + grpc-js, the Go bridge and the sidecar: what answers POSTs by asking a driver. */
export async function drivingBridges(bench: Bench, driver: string): Promise<readonly Bridge[]> {
  return [
    floorBridge(names.expressGrpc, floors.expressGrpc, driver),
    ...(await goBridges(bench, driver)),
    sidecarBridge(bench, driver, loadSettings),
  ];
}
