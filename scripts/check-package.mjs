// Packs the project, installs the tarball into an empty folder, and runs every command from there.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWell, untilListening } from './listening-child.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'driver-plugin-package-'));
const bin = (name) => join(folder, 'node_modules/.bin', name);
const installed = (path) => join(folder, 'node_modules/driver-plugin', path);
const children = [];

try {
  const [{ filename, files }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }),
  );
  checkFiles(files.map(({ path }) => path));
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--omit=dev', `./${filename}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  checkHelps();
  await checkCommands();
  console.log(`package: ${files.length} files, all commands run`);
} finally {
  for (const child of children) {
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
}

function checkFiles(paths) {
  const stray = paths.filter((path) =>
    /\.cache$|\.ts$|^(src|test|scripts|dist\/(src|test|scripts))\/|\/\.build\//.test(path),
  );
  assert.deepEqual(stray, []);
  for (const path of [
    'dist/bundles/driver-plugin.cjs',
    'dist/bundles/kfp-driver-server.cjs',
    'proto/kfp/driver/v1/driver.proto',
  ]) {
    assert.ok(paths.includes(path), path);
  }
}

/** Every command says what it is, with an example; what is no command is bad usage. */
function checkHelps() {
  const help = run('driver-plugin', ['--help']);
  const names = [...help.stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name]) => name);
  assert.ok(names.length >= 5, help.stdout);
  for (const name of names) {
    const { status, stdout } = run('driver-plugin', [name, '--help']);
    assert.equal(status, 0, name);
    assert.match(stdout, /\nExample:\n {2}\S/, name);
  }
  assert.equal(run('driver-plugin', ['nonsense']).status, 2);
  assert.match(run('kfp-driver-server', ['--help']).stdout, /\nExample:\n {2}\S/);
}

async function checkCommands() {
  const page = join(folder, 'demo.html');
  const demo = run('driver-plugin', ['demo', '--html', page]);
  assert.equal(demo.status, 0, demo.stderr);
  assert.match(demo.stdout, /\n\d+ driver pods were not needed\.\n$/);
  assert.match(readFileSync(page, 'utf8'), /<\/html>\n$/);

  const played = run('driver-plugin', ['play', installed('examples/workflows/hello-world.yaml')]);
  assert.equal(played.status, 0, played.stderr);

  const driver = await listen('driver-plugin', ['dev-driver', '--port', '0']);
  checkExecute(driver.address);
  await endWell(driver);

  const env = {
    NAMESPACE: 'kubeflow',
    ALLOW_UNAUTHENTICATED: 'true',
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
  };
  const server = await listen('kfp-driver-server', [], { ...env, ENGINE: 'memory' });
  checkExecute(server.address);

  const token = join(folder, 'token');
  writeFileSync(token, 'secret');
  const sidecar = await listen('driver-plugin', [], {
    DRIVER_HOST: server.address,
    SERVER_PORT: '0',
    TOKEN_PATH: token,
  });
  const answer = await fetch(`${sidecar.address}/api/v1/template.execute`, {
    method: 'POST',
    headers: { Authorization: 'Bearer secret', 'Content-Type': 'application/json' },
    body: readFileSync(installed('examples/template.json')),
  });
  assert.equal((await answer.json()).node.phase, 'Succeeded');
  await endWell(sidecar);
  await endWell(server);
  assert.equal(run('driver-plugin', ['serve']).status, 78);
}

function checkExecute(address) {
  const { status, stdout } = run('driver-plugin', [
    ...['execute', '--driver', address, installed('examples/template.json')],
  ]);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^Succeeded: .*\n {2}execution-id {5}\d+\n/);
}

function run(name, args) {
  return spawnSync(bin(name), args, { cwd: folder, encoding: 'utf8', timeout: 120_000 });
}

/** Starts a program and waits for its line "listening". */
async function listen(name, args, env = {}) {
  const child = spawn(bin(name), args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return untilListening(child, `${name} ${args.join(' ')}`);
}
