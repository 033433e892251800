// There is no Docker engine here: assembles what each image has in /app, as its Dockerfile does and from what
// .dockerignore lets through, and runs it as its user below a root that is read-only throughout: no /tmp, no /proc, no
// /dev, no capabilities. Not checked: the Dockerfiles' own syntax, the base images, tini, KFP's driver.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWell, untilListening } from './listening-child.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const images = JSON.parse(readFileSync(join(root, 'scripts/images.json'), 'utf8'));
const maxCompressedBytes = 60_000_000;
const argoUid = 8737;
const tokenPath = '/var/run/argo/token';
const token = 'the-token-of-the-agent';
const otherCommands = ['play', 'demo', 'dev-driver'];
const children = [];

const lacking = whatIsLacking();
if (lacking === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'driver-plugin-images-'));
  // mkdtemp keeps others out, and the images' users are others.
  chmodSync(folder, 0o755);
  try {
    await check(folder);
  } finally {
    for (const child of children) {
      child.kill('SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  }
} else {
  console.log(`skipped: ${lacking}`);
}

function whatIsLacking() {
  if (process.platform !== 'linux') {
    return 'images are checked on Linux alone';
  }
  if (process.getuid() !== 0) {
    return 'mounting and changing the user need root';
  }
  const tried = spawnSync('unshare', ['--mount', 'setpriv', '--reuid', '1000', '--clear-groups', 'true']);
  return tried.status === 0
    ? undefined
    : 'unshare --mount and setpriv (util-linux) are not there or not allowed';
}

async function check(folder) {
  const context = makeContext(join(folder, 'context'));
  const [sidecar, server] = ['sidecar', 'server'].map((kind) => {
    const tree = join(folder, kind);
    execFileSync(process.execPath, [join(context, 'scripts/image-tree.mjs'), kind, tree], {
      stdio: 'inherit',
    });
    reportSize(kind, tree);
    return makeRoot(join(folder, `${kind}-root`), tree);
  });
  checkNothingWritable(sidecar, argoUid);
  checkCommands(sidecar);
  const driver = await listen(server, 1000, 'dist/bundles/kfp-driver-server.cjs', {
    ENGINE: 'memory',
    NAMESPACE: 'kubeflow',
    ALLOW_UNAUTHENTICATED: 'true',
    SERVER_HOST: '127.0.0.1',
  });
  const environment = { DRIVER_HOST: driver.address, SERVER_HOST: '127.0.0.1' };
  await checkAnswer(sidecar, argoUid, environment, ({ status, text }) => {
    assert.equal(status, 200, text);
    assert.equal(JSON.parse(text).node.phase, 'Succeeded', text);
  });
  await checkAnswer(sidecar, 1000, environment, ({ status, text }) => {
    assert.equal(status, 500, text);
    assert.ok(text.includes(`runAsUser: ${argoUid}`), text);
  });
  await endWell(driver);
  console.log(
    `images: the sidecar answers as uid ${argoUid}, refuses as uid 1000, and asks the server of the other image`,
  );
}

/** What .dockerignore lets through; and the development packages, which the Dockerfiles install from the same lock. */
function makeContext(context) {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').trim().split('\n');
  assert.equal(lines[0], '*');
  for (const line of lines.slice(1)) {
    assert.match(line, /^![\w./-]+$/);
    const name = line.slice(1);
    mkdirSync(dirname(join(context, name)), { recursive: true });
    cpSync(join(root, name), join(context, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(context, 'node_modules'));
  return context;
}

function reportSize(kind, tree) {
  const [bytes] = execFileSync('du', ['-sb', tree], { encoding: 'utf8' }).split('\t');
  const compressed = execFileSync('sh', ['-c', 'tar -cf - -C "$0" . | gzip | wc -c', tree], {
    encoding: 'utf8',
  });
  console.log(`${kind}: ${Number(bytes)} bytes in files, ${Number(compressed)} as tar.gz, beside its base`);
  assert.ok(Number(compressed) <= maxCompressedBytes, `${kind} is larger than ${maxCompressedBytes} bytes`);
}

/** Mount points for one image's root: Node.js and its libraries are the host's. */
function makeRoot(folder, tree) {
  for (const name of ['app', 'usr', 'nodejs', 'var/run/argo']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  for (const name of ['lib', 'lib64', 'bin']) {
    symlinkSync(`usr/${name}`, join(folder, name));
  }
  writeFileSync(join(folder, 'nodejs/node'), '');
  // As Argo's agent leaves it.
  const file = join(folder, tokenPath);
  writeFileSync(file, token);
  chmodSync(file, 0o440);
  chownSync(file, argoUid, argoUid);
  return { folder, tree };
}

/** The words that run a program below that root, as that user and group. */
function below({ folder, tree }, uid, words) {
  const script = `set -e
    readonly_bind() { mount --bind "$1" "$2"; mount -o remount,bind,ro,nosuid "$2"; }
    mount --make-rprivate /
    readonly_bind "$0" "$0"
    readonly_bind "$1" "$0/app"
    readonly_bind /usr "$0/usr"
    readonly_bind "$2" "$0/nodejs/node"
    folder=$0 uid=$3
    shift 3
    exec chroot "$folder" /usr/bin/setpriv --reuid "$uid" --regid "$uid" --clear-groups --no-new-privs \\
      --bounding-set=-all --inh-caps=-all /usr/bin/env --chdir=/app "$@"`;
  return ['--mount', 'sh', '-c', script, folder, tree, process.execPath, String(uid), ...words];
}

function runBelow(image, uid, words, input = '') {
  return spawnSync('unshare', below(image, uid, words), {
    encoding: 'utf8',
    env: {},
    input,
    timeout: 60_000,
  });
}

function checkNothingWritable(image, uid) {
  // The host's /usr is a read-only mount, like all the rest: its first folders stand for it.
  const words = ['/usr/bin/find', '/', '-maxdepth', '3', '-writable', '!', '-type', 'l'];
  const { status, stdout, stderr } = runBelow(image, uid, words);
  assert.deepEqual([status, stdout], [0, ''], stderr);
  const asRoot = runBelow(image, 0, ['/usr/bin/touch', '/app/dist/new']);
  assert.match(asRoot.stderr, /Read-only file system/);
}

function checkCommands(image) {
  const runCommand = (args, input) =>
    runBelow(image, argoUid, ['/nodejs/node', 'dist/bundles/driver-plugin.cjs', ...args], input);
  for (const name of images.sidecar.commands) {
    const { status, stderr } = runCommand([name, '--help']);
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
  for (const name of otherCommands) {
    const { status, stderr } = runCommand([name, '--help']);
    assert.equal(status, 1, name);
    assert.match(stderr, RegExp(`^driver-plugin: "${name}" is not part of this installation`));
  }
  const stock = readFileSync(join(root, 'examples/stock/clean-and-report.yaml'), 'utf8');
  const converted = runCommand(['convert'], stock);
  assert.equal(converted.status, 0, converted.stderr);
  assert.match(converted.stderr, /driver pods saved: 3 per run\n/);
  assert.match(converted.stderr, /largest moment in the task set: \d+ bytes/);
}

async function checkAnswer(image, uid, environment, verify) {
  const sidecar = await listen(image, uid, 'dist/bundles/driver-plugin.cjs', environment);
  const response = await fetch(`${sidecar.address}/api/v1/template.execute`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: readFileSync(join(root, 'examples/template.json')),
  });
  verify({ status: response.status, text: await response.text() });
  await endWell(sidecar);
}

/** Starts a program below that root and waits for its line "listening". */
async function listen(image, uid, program, environment) {
  const variables = Object.entries({
    NODE_ENV: 'production',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    ...environment,
  });
  const words = [...variables.map(([name, value]) => `${name}=${value}`), '/nodejs/node', program];
  const child = spawn('unshare', below(image, uid, words), { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return untilListening(child, `${program} as uid ${uid}`);
}
