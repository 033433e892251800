// Starts kfp-driver-server with the fake of KFP's driver and plays workflows through it, with `npm run play`'s
// program and a sidecar of its own: node scripts/play-driver-server.mjs [options of play] FILE...
// Needs a build. The exit code is play's. FAKE_DRIVER_* variables reach the fake.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const pathOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

// Enough of ML Metadata to answer: it knows no method.
const unimplemented = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' };
const metadata = createServer().listen(0, '127.0.0.1');
metadata.on('stream', (stream) => stream.respond(unimplemented, { endStream: true }));
await once(metadata, 'listening');
const workDir = mkdtempSync(join(tmpdir(), 'driver-server-play-'));
const server = spawn(process.execPath, [pathOf('dist/src/server/main.js')], {
  env: {
    ...process.env,
    NAMESPACE: process.env.NAMESPACE ?? 'kubeflow',
    NAMESPACE_FILE: process.env.NAMESPACE_FILE ?? '/nonexistent',
    ALLOW_UNAUTHENTICATED: 'true',
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    WORK_DIR: workDir,
    LOG_LEVEL: 'info',
    DRIVER_PROGRAM: process.env.DRIVER_PROGRAM ?? pathOf('test/fake-driver-program/driver.mjs'),
    DRIVER_PROGRAM_ENV: Object.keys(process.env)
      .filter((name) => /^(FAKE_DRIVER|RECORD)_/.test(name))
      .join(','),
    KFP_POD_NAME: 'play',
    KFP_POD_UID: 'play',
    ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow',
    LEDGER: 'memory',
    MLMD_SERVER_ADDRESS: '127.0.0.1',
    MLMD_SERVER_PORT: String(metadata.address().port),
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  process.exitCode = await play(await addressOf(server));
} finally {
  const ended = server.exitCode === null ? once(server, 'exit') : undefined;
  server.kill('SIGTERM');
  await ended;
  metadata.close();
  rmSync(workDir, { recursive: true, force: true });
}

/** HOST:PORT of its line "listening"; what it logs afterwards is read and dropped, as a full pipe would stop it. */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`kfp-driver-server ended with ${code}`)));
    createInterface(child.stdout).on('line', (line) => {
      const { message, address } = JSON.parse(line);
      if (message === 'listening') {
        resolve(address);
      }
    });
  });
}

async function play(driver) {
  const args = [pathOf('dist/src/main.js'), 'play', '--driver', driver, ...process.argv.slice(2)];
  const [exitCode] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  return exitCode ?? 1;
}
