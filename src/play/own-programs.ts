import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isJsonObject } from '../common/json.js';

const startTimeoutMs = 20_000;
const stopTimeoutMs = 10_000;
const keptLines = 20;

export interface OwnSidecar {
  readonly address: string;
  readonly token: string;
  /** Ends what was started with SIGTERM and waits for it. */
  stop(): Promise<void>;
}

export interface OwnSidecarOptions {
  /** Path of the compiled driver-plugin, whose commands are started. */
  readonly program: string;
  /** Absent: a dev-driver is started, too. */
  readonly driver?: { readonly host: string; readonly port: string };
  /** Further options of that dev-driver. */
  readonly devDriverArgs?: readonly string[];
  /** Where that dev-driver reads workflows. */
  readonly kubernetesApi?: string;
}

/** Starts a sidecar on a free port, with a token of its own, and a dev-driver if it needs one. */
export async function startOwnSidecar(options: OwnSidecarOptions): Promise<OwnSidecar> {
  const folder = await mkdtemp(join(tmpdir(), 'driver-plugin-play-'));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.toReversed().map(stopChild));
    await rm(folder, { recursive: true, force: true });
  };
  const killAll = (): void => {
    for (const child of children) {
      child.kill('SIGTERM');
    }
  };
  process.once('exit', killAll);
  try {
    const token = randomBytes(16).toString('hex');
    const tokenPath = join(folder, 'token');
    await writeFile(tokenPath, token, { mode: 0o600 });
    const driver = options.driver ?? (await startDevDriver(options, children));
    const address = await start(children, 'the sidecar', [options.program, 'serve'], {
      SERVER_PORT: '0',
      DRIVER_HOST: driver.host,
      DRIVER_PORT: driver.port,
      TOKEN_PATH: tokenPath,
    });
    return {
      address,
      token,
      stop: async () => {
        process.off('exit', killAll);
        await stop();
      },
    };
  } catch (error) {
    process.off('exit', killAll);
    await stop();
    throw error;
  }
}

async function startDevDriver(
  { program, devDriverArgs = [], kubernetesApi = '' }: OwnSidecarOptions,
  children: ChildProcess[],
) {
  const args = [program, 'dev-driver', '--port', '0', ...devDriverArgs];
  const address = await start(children, 'the dev-driver', args, { KUBERNETES_API: kubernetesApi });
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: address.slice(colon + 1) };
}

/** Resolves with the address of the program's "listening" line. */
async function start(
  children: ChildProcess[],
  what: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(process.execPath, args, {
    env: { ...inheritedSettings(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: string[] = [];
  return await new Promise<string>((resolve, reject) => {
    const fail = (reason: string): void => reject(new Error(`${what} ${reason}${quoteLast(lines)}`));
    const timer = setTimeout(() => fail(`did not listen within ${startTimeoutMs} ms`), startTimeoutMs);
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      action();
    };
    // Both streams are read to the end: a full pipe would stop the program.
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.splice(0, lines.length - keptLines + 1);
        lines.push(line);
        const address = listeningAddress(line);
        if (address !== undefined) {
          settle(() => resolve(address));
        }
      });
    }
    child.once('error', (error) => settle(() => fail(`cannot be started: ${error.message}`)));
    child.once('close', (code) => settle(() => fail(`ended with code ${code}`)));
  });
}

/** The user's own settings hold for the programs as well, but for what would make two of them collide. */
function inheritedSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ADMIN')));
}

function listeningAddress(line: string): string | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    const isListening = isJsonObject(entry) && entry['message'] === 'listening';
    return isListening && typeof entry['address'] === 'string' ? entry['address'] : undefined;
  } catch {
    return undefined;
  }
}

function quoteLast(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `; its last words: ${lines.slice(-3).join(' | ')}`;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    return;
  }
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
