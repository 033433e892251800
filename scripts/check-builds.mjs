// Two `npm run play` at once, ten times, each time after a source has changed: both must build, or wait, and then play
// to the end. Then SIGTERM to `npm start` must end the program that it started. Works on a copy of the project.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const rounds = 10;
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'driver-plugin-builds-'));

try {
  for (const name of ['package.json', 'tsconfig.json', 'src', 'scripts', 'test', 'proto', 'examples']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (let round = 1; round <= rounds; round += 1) {
    appendFileSync(join(folder, 'src/play/run-play.ts'), `export const round${round} = ${round};\n`);
    const runs = await Promise.all([play(), play()]);
    for (const { exitCode, output } of runs) {
      assert.equal(exitCode, 0, output);
      assert.match(output, /\n2 driver pods were not needed\.\n$/);
    }
  }
  console.log(`builds: two at once, ${rounds} times: no failure`);
  await checkSignal('SIGTERM');
  await checkSignal('SIGINT');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function play() {
  const child = npm(['run', '--silent', 'play', '--', 'examples/workflows/hello-world.yaml']);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode, output };
}

async function checkSignal(signal) {
  const token = join(folder, 'token');
  writeFileSync(token, 'secret');
  const child = npm(['start', '--silent'], { DRIVER_HOST: 'localhost', SERVER_PORT: '0', TOKEN_PATH: token });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { message, address } = JSON.parse((await lines.next()).value);
  assert.equal(message, 'listening');
  child.kill(signal);
  await once(child, 'exit');
  // The program has npm's pipe: it ends with the program, and nothing listens any more.
  for (let line = await lines.next(); !line.done; line = await lines.next()) {}
  await assert.rejects(fetch(address));
  assert.equal(existsSync(join(folder, 'dist/.lock')), false);
  console.log(`builds: ${signal} to npm start ends the program`);
}

function npm(args, env = {}) {
  return spawn('npm', args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
