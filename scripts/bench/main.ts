import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';
import { rootArguments, rootOutputs, templateBody } from '../../test/support/templates.js';
import { startChild } from './children.js';
import { describeSpread, measurePair, type Series } from './measure.js';

/**
 * What the two programs add, each measured in turn with what they stand before, in the same run: `npm run bench`.
 * Ratios and added times hold on any machine more or less; milliseconds only on this one.
 */
const rounds = 5;
const driverServerProgram = 'dist/src/server/main.js';
const driverProgram = resolve('test/fake-driver-program/light-driver.sh');
const folder = await mkdtemp(join(tmpdir(), 'bench-'));
let tasks = 0;

await benchSidecar();
await benchDriverServer();
await benchQueue();
await rm(folder, { recursive: true });

/** One POST through the sidecar against the gRPC call that it makes. */
async function benchSidecar(): Promise<void> {
  const driver = await startChild('dist/src/main.js', ['dev-driver', '--port', '0'], {});
  const tokenPath = join(folder, 'token');
  await writeFile(tokenPath, 'token');
  const sidecar = await startChild('dist/src/main.js', [], {
    SERVER_PORT: '0',
    DRIVER_HOST: driver.address,
    TOKEN_PATH: tokenPath,
  });
  const client = createClient(driver.address);
  const direct = () => client.execute(nextRequest());
  const bridged = async () => {
    const body = JSON.stringify(templateBody({ ...rootArguments, run_name: `run-${tasks++}` }, rootOutputs));
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer token' };
    const response = await fetch(`${sidecar.address}/api/v1/template.execute`, {
      method: 'POST',
      headers,
      body,
    });
    await response.text();
  };
  await compare('sidecar: POST against its gRPC call', 300, direct, bridged);
  console.log(`sidecar: resident memory ${sidecar.rssMb().toFixed(0)} MB`);
  client.close();
  await sidecar.stop();
  await driver.stop();
}

/** One call of the driver server against the program that it runs. */
async function benchDriverServer(): Promise<void> {
  const { server, client, stop } = await startDriverServer({});
  const bare = () =>
    runProgram([
      '--type=ROOT_DAG',
      `--execution_id_path=${join(folder, 'execution-id')}`,
      `--iteration_count_path=${join(folder, 'iteration-count')}`,
      `--condition_path=${join(folder, 'condition')}`,
    ]);
  await compare('driver server: call against its program (50 ms)', 40, bare, () =>
    client.execute(nextRequest()),
  );
  console.log(`driver server: resident memory ${server.rssMb().toFixed(0)} MB`);
  await stop();
}

/** Memory of the driver server while 500 calls of 8 KB wait in its queue. */
async function benchQueue(): Promise<void> {
  const { server, client, stop } = await startDriverServer({ MAX_PROGRAMS: '2', MAX_QUEUE: '1000' });
  await client.execute(nextRequest());
  const before = server.rssMb();
  const component = JSON.stringify({ dag: {}, filler: 'x'.repeat(8_000) });
  const calls = Array.from({ length: 500 }, () => client.execute({ ...nextRequest(), component }));
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, server.rssMb());
  }, 50);
  await Promise.all(calls);
  clearInterval(look);
  console.log(
    `driver server: 500 queued calls of 8 KB, resident memory ${before.toFixed(0)} MB before, ${most.toFixed(0)} MB at most`,
  );
  await stop();
}

async function compare(
  what: string,
  runs: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<void> {
  await measurePair(Math.ceil(runs / 5), first, second);
  const pairs: (readonly [Series, Series])[] = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push(await measurePair(runs, first, second));
  }
  for (const part of ['p50Ms', 'p99Ms'] as const) {
    const added = pairs.map(([bare, through]) => through[part] - bare[part]);
    const ratio = pairs.map(([bare, through]) => through[part] / bare[part]);
    const bare = describeSpread(
      pairs.map(([series]) => series[part]),
      2,
    );
    console.log(
      `${what}: ${part.slice(0, 3)} ratio ${describeSpread(ratio, 2)}, added ${describeSpread(added, 2)} ms, to ${bare} ms; ${rounds} rounds of ${runs}`,
    );
  }
}

/** The driver server with the benchmark's program, and something that speaks HTTP/2 where ML Metadata would be. */
async function startDriverServer(env: Readonly<Record<string, string>>) {
  const metadata = new Server();
  const port = await new Promise<number>((done, fail) => {
    metadata.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? fail(error) : done(bound),
    );
  });
  const server = await startChild(driverServerProgram, [], {
    SERVER_PORT: '0',
    SERVER_HOST: '127.0.0.1',
    NAMESPACE: 'kubeflow',
    NAMESPACE_FILE: '/nonexistent',
    ALLOW_UNAUTHENTICATED: 'true',
    DRIVER_PROGRAM: driverProgram,
    DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_SLEEP_SECONDS',
    FAKE_DRIVER_SLEEP_SECONDS: '0.05',
    LEDGER: 'memory',
    MLMD_SERVER_ADDRESS: '127.0.0.1',
    MLMD_SERVER_PORT: String(port),
    WORK_DIR: folder,
    ...env,
  });
  const client = createClient(server.address);
  const stop = async () => {
    client.close();
    await server.stop();
    metadata.forceShutdown();
  };
  return { server, client, stop };
}

function nextRequest(): ExecuteRequest {
  tasks += 1;
  return {
    request_id: `request-${tasks}`,
    workflow: { name: 'bench', namespace: 'kubeflow', uid: 'uid' },
    type: 'DRIVER_TYPE_ROOT_DAG',
    pipeline_name: 'bench',
    run_id: 'run',
    component: '{"dag":{}}',
    runtime_config: '{}',
  };
}

function createClient(address: string) {
  const client = new (driverServiceOf(loadContract()))(address, credentials.createInsecure());
  return {
    execute: (request: ExecuteRequest) =>
      new Promise<void>((done, fail) => {
        const deadline = Date.now() + 120_000;
        client.execute(request, new Metadata(), { deadline }, (error) => (error ? fail(error) : done()));
      }),
    close: () => client.close(),
  };
}

function runProgram(args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const program = spawn(driverProgram, args, {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], FAKE_DRIVER_SLEEP_SECONDS: '0.05' },
    });
    program.once('error', fail);
    program.once('close', () => done());
  });
}
