import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import type { Environment } from '../../common/settings.js';

/** KFP's driver program, as this server knows it. */
export interface DriverProgram {
  readonly path: string;
  /** Its own flags; those of its logging library are left out. */
  readonly flags: ReadonlySet<string>;
  /** Its KFP version as far as its flags tell, e.g. "KFP 2.16". */
  readonly version: string;
}

/** What glog, klog and controller-runtime register in Go's flag set: whoever sets these writes files on the server. */
const libraryFlags: ReadonlySet<string> = new Set([
  ...['add_dir_header', 'alsologtostderr', 'kubeconfig', 'log_backtrace_at', 'log_dir', 'log_file'],
  ...['log_file_max_size', 'log_link', 'logbuflevel', 'logtostderr', 'one_output', 'skip_headers'],
  ...['skip_log_headers', 'stderrthreshold', 'v', 'vmodule'],
]);

/** Newest first: the first of these flags that a program has tells its version. */
const versionMarks: readonly (readonly [flag: string, version: string])[] = [
  ['parent_task_id', 'KFP 3.0'],
  ['pipeline_job_schedule_time_epoch_seconds', 'KFP 2.17'],
  ['pipeline_job_create_time_utc', 'KFP after 2.17'],
  ['default_run_as_user', 'KFP 2.16'],
  ['ca_cert_path', 'KFP 2.15'],
  ['cache_disabled', 'KFP 2.14'],
];

/** A driver of every version in the field has these: without them the program is not KFP's driver. */
const flagsOfEveryVersion = ['type', 'pipeline_name', 'run_id', 'iteration_index', 'condition_path'];

/**
 * Asks a program for its flags with -h, which Go's flag package answers on stderr with exit code 0. Throws an Error
 * with one sentence if the program cannot be run, does not answer within `timeoutMs`, or is not KFP's driver.
 */
export async function flagsOfProgram(
  program: string,
  env: Environment,
  timeoutMs = 30_000,
): Promise<DriverProgram> {
  // It runs in the folders of the calls: a relative path would be another one there.
  const path = program.includes('/') ? resolve(program) : program;
  const help = await askForHelp(path, env, timeoutMs);
  const flags = new Set(parseGoUsage(help).filter((name) => !libraryFlags.has(name)));
  const missing = flagsOfEveryVersion.filter((name) => !flags.has(name));
  if (missing.length > 0) {
    throw new Error(`${path} is not KFP's driver: its -h lists no ${missing.join(', ')}`);
  }
  return { path, flags, version: versionOfFlags(flags) };
}

function askForHelp(path: string, env: Environment, timeoutMs: number): Promise<string> {
  return new Promise((answer, reject) => {
    const options = { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1 << 20 } as const;
    const child = execFile(path, ['-h'], options, (error, _stdout, stderr) => {
      if (error === null) {
        answer(stderr);
      } else {
        reject(new Error(`${path} -h failed: ${reasonOf(error)}`, { cause: error }));
      }
    });
    child.stdin?.end();
  });
}

function reasonOf(error: { readonly code?: unknown; readonly killed?: boolean }): string {
  if (error.killed === true) {
    return 'it did not answer in time';
  }
  return typeof error.code === 'number' ? `exit code ${error.code}` : String(error.code ?? 'it was killed');
}

/** Names of the flags in a usage text of Go's flag package (https://pkg.go.dev/flag#PrintDefaults). */
export function parseGoUsage(usage: string): string[] {
  return [...usage.matchAll(/^ {2}-([A-Za-z0-9_.-]+)(?:[ \t].*)?$/gm)].map(([, name = '']) => name);
}

/** The KFP version that has exactly these flags, as far as flags tell. */
export function versionOfFlags(flags: ReadonlySet<string>): string {
  return versionMarks.find(([flag]) => flags.has(flag))?.[1] ?? 'KFP 2.5';
}
