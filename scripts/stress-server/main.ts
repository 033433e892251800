import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';

// npm run build && node dist/scripts/stress-server/main.js
// What a caller may do to kfp-driver-server, and what it costs: memory of the server, and how long health takes meanwhile.

const { path, requestSerialize } = driverServiceOf(loadContract()).service.Execute;
const pathOf = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const workDir = mkdtempSync(join(tmpdir(), 'stress-server-'));
const metadata = await startMetadata();
const server = spawn(process.execPath, [pathOf('dist/src/server/main.js')], {
  env: {
    PATH: process.env['PATH'],
    NAMESPACE: 'kubeflow',
    NAMESPACE_FILE: '/nonexistent',
    ALLOW_UNAUTHENTICATED: 'true',
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    LOG_LEVEL: 'info',
    WORK_DIR: workDir,
    MAX_PROGRAMS: '2',
    DRIVER_PROGRAM: pathOf('test/fake-driver-program/light-driver.sh'),
    DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_SLEEP_SECONDS',
    FAKE_DRIVER_SLEEP_SECONDS: '30',
    LEDGER: 'memory',
    MLMD_SERVER_ADDRESS: '127.0.0.1',
    MLMD_SERVER_PORT: String(metadata.port),
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const address = await new Promise<string>((resolve) => {
  createInterface(server.stdout).on('line', (line) => {
    const { message, address: bound } = JSON.parse(line);
    if (message === 'listening') {
      resolve(bound);
    }
  });
});

const request = (id: string, more: object) =>
  requestSerialize({
    request_id: id,
    workflow: { name: 'w', namespace: 'kubeflow', uid: `uid-${id.length}` },
    type: 'DRIVER_TYPE_CONTAINER',
    ...{
      pipeline_name: 'p',
      run_id: 'r',
      component: '{}',
      task: '{}',
      container: '{}',
      dag_execution_id: '1',
    },
    ...more,
  });
const large = { extra_args: { unknown: 'x'.repeat(4_100_000) } };
const bomb = gzipSync(Buffer.alloc(1 << 30));

/** What it costs is mostly node:http2's and grpc-js's own: the floor is told beside it. */
const streams = {
  name: '2,000 streams without a request',
  run: (to: string) => send(2_000, () => undefined, {}, true, to),
};
const attacks: readonly { name: string; run: () => Promise<void> }[] = [
  { name: 'nothing', run: () => new Promise((resolve) => setTimeout(resolve, 2_000)) },
  { name: '200 calls of 4.1 MB', run: () => send(200, (index) => frame(request(`large-${index}`, large))) },
  { name: '200 repeats of one of 4.1 MB', run: () => send(200, () => frame(request('large-0', large))) },
  {
    name: '100 calls of 2 million unknown fields',
    run: () => send(100, () => frame(Buffer.alloc(4e6, Buffer.from([0x98, 6])))),
  },
  {
    name: '100 calls of 400,000 extra arguments',
    run: () =>
      send(100, () =>
        frame(
          Buffer.alloc(
            4e6,
            Buffer.from([0xd2, 0x01, 0x06, 0x0a, 0x01, 0x61, 0x12, 0x01, 0x62, 0x00].slice(0, 9)),
          ),
        ),
      ),
  },
  {
    name: '50 gzip bombs of 1 GiB',
    run: () => send(50, () => frame(bomb, true), { 'grpc-encoding': 'gzip' }),
  },
  { name: streams.name, run: () => streams.run(address) },
  {
    name: '200 requests that stop before their end',
    run: () => send(200, () => frame(request('half', large)).subarray(0, -1), {}, false),
  },
];

let health = await askHealth(address);

for (const { name, run } of attacks) {
  await run();
  const { asked, slowestMs } = await readHealth(health);
  const [, peak] = /^VmHWM:\s+(\d+)/m.exec(status()) ?? [];
  const [, now] = /^VmRSS:\s+(\d+)/m.exec(status()) ?? [];
  process.stdout.write(
    `${name}: health ${asked} times, ${slowestMs.toFixed(0)} ms at worst; ${mb(now)} MB now, ${mb(peak)} MB at most so far\n`,
  );
}
server.kill('SIGKILL');
await tellFloor();
metadata.close();
rmSync(workDir, { recursive: true, force: true });
process.exit(0);

/** The same streams, twice, against a server of grpc-js that does nothing: first with cold code, then with warm. */
async function tellFloor(): Promise<void> {
  await health.terminate();
  const bare = spawn(process.execPath, [fileURLToPath(new URL('./bare-server.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(bare.stdout), 'line');
  health = await askHealth(line);
  for (const age of ['fresh', 'warm']) {
    await streams.run(line);
    const { asked, slowestMs } = await readHealth(health);
    const told = `health ${asked} times, ${slowestMs.toFixed(0)} ms at worst`;
    process.stdout.write(`${streams.name}, a ${age} server of bare grpc-js: ${told}\n`);
  }
  bare.kill('SIGKILL');
}

async function askHealth(of: string): Promise<Worker> {
  const asking = new Worker(new URL('./ask-health.js', import.meta.url), { workerData: of });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await readHealth(asking);
  return asking;
}

function readHealth(asking: Worker): Promise<{ asked: number; slowestMs: number }> {
  asking.postMessage('read');
  return new Promise((resolve) => asking.once('message', resolve));
}

function mb(kib = '0'): number {
  return Math.round(Number(kib) / 1024);
}

function status(): string {
  return readFileSync(`/proc/${server.pid}/status`, 'utf8');
}

/** Sends calls over eight connections and waits until they have ended, or the time is over. */
async function send(
  count: number,
  messageOf: (index: number) => Buffer | undefined,
  headers: Record<string, string> = {},
  ends = true,
  to: string = address,
): Promise<void> {
  const sessions = Array.from({ length: 8 }, () => connect(`http://${to}`).on('error', () => {}));
  const all = Array.from({ length: count }, (_, index) => {
    const common = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    const stream = sessions[index % 8]?.request({ ...common, ...headers }, { endStream: false });
    stream?.on('error', () => {}).resume();
    const message = messageOf(index);
    if (message !== undefined) {
      stream?.write(message);
      if (ends) {
        stream?.end();
      }
    }
    return new Promise<void>((resolve) => stream?.on('close', () => resolve()));
  });
  await Promise.race([Promise.all(all), new Promise((resolve) => setTimeout(resolve, 5_000))]);
  for (const session of sessions) {
    session.destroy();
  }
}

function frame(message: Uint8Array, compressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

async function startMetadata() {
  const { createServer } = await import('node:http2');
  const http2 = createServer();
  http2.on('stream', (stream) => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' },
      { endStream: true },
    );
  });
  await new Promise<void>((resolve) => http2.listen(0, '127.0.0.1', resolve));
  const bound = http2.address();
  return { port: typeof bound === 'object' ? bound?.port : 0, close: () => http2.close() };
}
