// Compiles the project into dist/, only if something changed: `npm start`, `npm test` and the like begin with it.
//
// Any number of these, and of programs that run from dist/, may be at work at once: the compiler writes into a folder
// of this process alone, and what differs is renamed into its place, file by file, so that nobody ever reads half a
// file, and a file that did not change is not touched. The lock only saves the others from compiling the same again.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');
const compiled = ['src', 'test', 'scripts'];
/** What the last build left for the next one: the compiler's own notes and its output. */
const cache = join(dist, '.build');
const stamp = join(cache, 'stamp');
const lock = join(dist, '.lock');
const waitMs = 50;

mkdirSync(dist, { recursive: true });
if (!isCurrent(fingerprint())) {
  const unlock = await takeLock();
  try {
    // Another process may have built while this one waited.
    const before = fingerprint();
    if (!isCurrent(before)) {
      build(before);
    }
  } finally {
    unlock();
  }
}

/** What the compiler reads, by name, size and time of change. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  const files = compiled
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => filesOf(join(root, folder)))
    .filter((path) => path.endsWith('.ts'));
  for (const path of [...files.sort(), join(root, 'tsconfig.json'), join(root, 'package.json')]) {
    const { size, mtimeNs } = statSync(path, { bigint: true });
    hash.update(`${relative(root, path)} ${size} ${mtimeNs}\n`);
  }
  return hash.digest('hex');
}

function isCurrent(print) {
  return existsSync(join(dist, 'src/main.js')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === print;
}

function build(print) {
  const work = join(dist, `.work-${process.pid}`);
  for (const name of readdirSync(dist)) {
    const [, pid] = /^\.work-(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
      rmSync(join(dist, name), { recursive: true, force: true });
    }
  }
  if (existsSync(cache)) {
    cpSync(cache, work, { recursive: true, preserveTimestamps: true });
    rmSync(join(work, 'stamp'), { force: true });
  }
  const out = join(work, 'out');
  try {
    compile(out, join(work, 'tsbuildinfo'));
    publish(out);
    writeFileSync(join(work, 'stamp'), print);
    rmSync(cache, { recursive: true, force: true });
    renameSync(work, cache);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    if (error.status === undefined) {
      throw error;
    }
    // The compiler has said what is wrong.
    process.exitCode = error.status;
  }
}

function compile(out, notes) {
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  const args = ['-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', notes, '--outDir', out];
  execFileSync(process.execPath, [tsc, ...args], { cwd: root, stdio: 'inherit' });
  // What has no source any more.
  for (const path of filesOf(out)) {
    const source = join(root, relative(out, path)).replace(/\.js(\.map)?$/, '.ts');
    if (!existsSync(source)) {
      rmSync(path);
    }
  }
}

function publish(out) {
  const names = new Set(filesOf(out).map((path) => relative(out, path)));
  for (const name of names) {
    const [from, to] = [join(out, name), join(dist, name)];
    const text = readFileSync(from);
    if (!existsSync(to) || !text.equals(readFileSync(to))) {
      mkdirSync(dirname(to), { recursive: true });
      const whole = `${to}.${process.pid}`;
      writeFileSync(whole, text);
      renameSync(whole, to);
    }
  }
  for (const path of compiled.flatMap((folder) => filesOf(join(dist, folder)))) {
    if (!names.has(relative(dist, path))) {
      rmSync(path, { force: true });
    }
  }
}

function filesOf(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    : [];
}

/** Waits for its turn; the lock of a process that is gone counts for nothing. Resolves with what gives the lock back. */
async function takeLock() {
  for (;;) {
    try {
      writeFileSync(lock, `${process.pid}`, { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    }
    if (!isAlive(holder())) {
      rmSync(lock, { force: true });
    } else {
      await delay(waitMs);
    }
  }
}

function holder() {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return process.pid;
  }
}

function isAlive(pid) {
  try {
    // 0 is a lock whose holder has yet to write its id.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
