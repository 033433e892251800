import { constants, realpathSync } from 'node:fs';
import { access, lstat, mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { toStatusError } from '../drive-failure.js';

const namePattern = /^kfp-driver-call-(\d+)-/;

/** A folder of one call: only this process's user may look into it. */
export interface CallFolder {
  readonly path: string;
  /** Path of a file in it. */
  readonly file: (name: string) => string;
  readonly write: (name: string, text: string) => Promise<void>;
  /** Text of a file; undefined if it is not there. Throws a StatusError that names the file, never its content. */
  readonly read: (name: string, maxBytes: number) => Promise<string | undefined>;
  readonly remove: () => Promise<void>;
}

/** What the paths of all folders of this process begin with, links resolved: `workDir` must be there. */
export function callFolderPrefix(workDir: string): string {
  return join(realpathSync(workDir), `kfp-driver-call-${process.pid}-`);
}

/** Makes a private folder (0700) under `workDir`. Its name carries this process's id, for the sweep of a later start. */
export async function makeCallFolder(workDir: string): Promise<CallFolder> {
  const path = await mkdtemp(join(resolve(workDir), `kfp-driver-call-${process.pid}-`));
  const file = (name: string) => join(path, name);
  return {
    path,
    file,
    write: (name, text) => writeFile(file(name), text, { mode: 0o600, flag: 'wx' }),
    read: (name, maxBytes) => readText(file(name), name, maxBytes),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/**
 * Makes `workDir` if needed and removes the folders of calls that a dead server left behind; those of a living one
 * stay. Resolves with their number. Throws an Error with one sentence if this process cannot work there.
 */
export async function sweepCallFolders(workDir: string): Promise<number> {
  await openWorkDir(workDir);
  let removed = 0;
  for (const name of await readdir(workDir)) {
    const path = join(workDir, name);
    if (ownerOfCallFolder(name) !== 'dead' || !(await isOwnFolder(path))) {
      continue;
    }
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

/** What became of the server that made a folder of this name; undefined for a name that no server gives. */
export function ownerOfCallFolder(name: string): 'alive' | 'dead' | undefined {
  const [, pid] = namePattern.exec(name) ?? [];
  if (pid === undefined) {
    return undefined;
  }
  return isAnotherProcess(Number(pid)) ? 'alive' : 'dead';
}

async function openWorkDir(workDir: string): Promise<void> {
  try {
    await mkdir(workDir, { recursive: true });
    await access(workDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`WORK_DIR must be a folder that the server can write: ${code}`, { cause: error });
  }
}

/** In a container a server has the same process id as the one before it: its own id is no other process. */
function isAnotherProcess(pid: number): boolean {
  if (pid === process.pid) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isOwnFolder(path: string): Promise<boolean> {
  const stats = await lstat(path);
  return stats.isDirectory() && stats.uid === process.getuid?.();
}

async function readText(path: string, name: string, maxBytes: number): Promise<string | undefined> {
  const bytes = await readBytes(path, name, maxBytes);
  if (bytes === undefined) {
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(name, 'is not UTF-8 text');
  }
}

async function readBytes(path: string, name: string, maxBytes: number): Promise<Uint8Array | undefined> {
  // O_NONBLOCK: a pipe in the file's place must not hold a thread.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw unreadable(name, `cannot be read (${error.code})`);
  });
  if (file === undefined) {
    return undefined;
  }
  try {
    if (!(await file.stat()).isFile()) {
      throw unreadable(name, 'is no file');
    }
    const buffer = Buffer.alloc(Math.min((await file.stat()).size, maxBytes) + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > maxBytes) {
      throw unreadable(name, `is larger than ${maxBytes} bytes`);
    }
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The driver ran and wrote; what it wrote is not known here, so a re-send is not called safe. */
function unreadable(name: string, what: string) {
  return toStatusError({
    status: 'INTERNAL',
    reason: 'OUTPUT_UNREADABLE',
    message: `the driver ended well, but its ${name} ${what}`,
    retry: 'unsafe',
    metadata: { file: name },
  });
}
