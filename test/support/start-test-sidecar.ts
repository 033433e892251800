import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, readSettings } from '../../src/common/settings.js';
import { sidecarSettings } from '../../src/sidecar/sidecar-settings.js';
import { startSidecar } from '../../src/sidecar/start-sidecar.js';
import { collectLog, type LogLine } from './collect-log.js';

export const testToken = 'abcdefghijklmnopqrstuvwxyz012345';

/** What came back for one POST, as bytes and as JSON. */
export interface Posted {
  readonly httpStatus: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Starts a sidecar on a port of its own with a token file of its own; settings by their environment names. */
export async function startTestSidecar(env: Environment) {
  const folder = await mkdtemp(join(tmpdir(), 'driver-plugin-test-'));
  const tokenPath = join(folder, 'token');
  await writeFile(tokenPath, `${testToken}\n`);
  const log: LogLine[] = [];
  const { values, faults } = readSettings(sidecarSettings, {
    SERVER_PORT: '0',
    TOKEN_PATH: tokenPath,
    ...env,
  });
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  const sidecar = await startSidecar(values, collectLog(log));
  return {
    address: sidecar.address,
    adminAddress: sidecar.adminAddress ?? '',
    tokenPath,
    log,
    ledger: sidecar.ledger,
    stop: () => sidecar.stop(),
    post: (body: string | object, headers: Record<string, string> = {}) =>
      post(sidecar.address, body, headers),
    close: async () => {
      await sidecar.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type TestSidecar = Awaited<ReturnType<typeof startTestSidecar>>;

/** POSTs as Argo's agent does. */
async function post(
  address: string,
  body: string | object,
  headers: Record<string, string>,
): Promise<Posted> {
  const response = await fetch(`${address}/api/v1/template.execute`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${testToken}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { httpStatus: response.status, headers: response.headers, text: await response.text() };
}
