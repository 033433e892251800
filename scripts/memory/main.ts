import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Logger } from '../../src/common/logger.js';
import { readSettings } from '../../src/common/settings.js';
import { createPluginClient, type PluginClient } from '../../src/play/agent/plugin-client.js';
import { sidecarSettings } from '../../src/sidecar/sidecar-settings.js';
import { type Sidecar, startSidecar } from '../../src/sidecar/start-sidecar.js';
import { containerArguments, templateBody } from '../../test/support/templates.js';
import { startChildProgram } from '../chaos/child-program.js';

/** Tasks that go through one process, and after how many it is measured. */
const tasks = 100_000;
const measureEvery = 10_000;
const workers = 32;
/** How much larger than at the first measurement the heap may be at the last one. */
const allowedGrowth = 1.1;
const token = 'a-token-of-thirty-two-characters';
const silent: Logger = { error() {}, warn() {}, info() {}, debug() {} };

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(130));
}
const folder = await mkdtemp(join(tmpdir(), 'memory-'));
try {
  const driver = await startChildProgram({
    program: 'src/main.js',
    args: ['dev-driver', '--port', '0', '--log-level', 'info'],
    logFile: '/dev/null',
  });
  const sidecar = await start(folder, driver.address);
  const heaps = await measure(sidecar);
  await sidecar.close();
  await driver.end('SIGTERM');
  const [first = 0] = heaps;
  const growth = (heaps.at(-1) ?? 0) / first;
  process.stdout.write(`heap after collection, last to first measurement: ${growth.toFixed(3)}\n`);
  process.exitCode = growth <= allowedGrowth ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** The ledger's bound is reached before the first measurement; the rest is large enough never to be in the way. */
async function start(tokenFolder: string, driverHost: string): Promise<Sidecar> {
  const tokenPath = join(tokenFolder, 'token');
  await writeFile(tokenPath, token, { mode: 0o600 });
  const { values } = readSettings(sidecarSettings, {
    SERVER_PORT: '0',
    TOKEN_PATH: tokenPath,
    DRIVER_HOST: driverHost,
    MAX_LEDGER_ENTRIES: '5000',
    AGENT_WORKERS: `${2 * workers}`,
    AGENT_PATCH_RATE_SECONDS: '0.1',
    MAX_OUTPUT_BYTES: `${1 << 30}`,
  });
  return startSidecar(values, silent);
}

/** Drives all tasks, and returns the heap's bytes after each measurement's collection. */
async function measure(sidecar: Sidecar): Promise<number[]> {
  const collect = exposeGc();
  const client = createPluginClient({ address: sidecar.address, token });
  const heaps: number[] = [];
  for (let done = 0; done < tasks; done += measureEvery) {
    await driveMany(client, done, done + measureEvery);
    // Twice: what the first collection finalizes, the second one frees.
    collect();
    collect();
    const { heapUsed } = process.memoryUsage();
    heaps.push(heapUsed);
    const { entries, bytes } = sidecar.ledger();
    const mib = (heapUsed / 2 ** 20).toFixed(1);
    process.stdout.write(
      `${done + measureEvery} tasks: ledger ${entries} entries, ${bytes} bytes; heap ${mib} MiB\n`,
    );
  }
  client.close();
  return heaps;
}

async function driveMany(client: PluginClient, from: number, to: number): Promise<void> {
  let next = from;
  const never = new AbortController().signal;
  const work = async () => {
    while (next < to) {
      const index = next;
      next += 1;
      const { text } = await client.post(bodyOf(index), never);
      if (!text.includes('"Succeeded"')) {
        throw new Error(`task ${index} did not succeed: ${text}`);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

function bodyOf(index: number): string {
  return JSON.stringify(
    templateBody({ ...containerArguments, dag_execution_id: '0', task_name: `task-${index}` }),
  );
}

/** The collector, without a flag on the command line. */
function exposeGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
