import type { DriverType } from '../../contract/driver-type.js';
import type { StatusError } from '../../contract/status-error.js';
import { type DriveFailure, toStatusError } from '../drive-failure.js';
import { driverReason, type PrintedNames, shownReason } from './driver-reason.js';
import { platformCause } from './platform-cause.js';
import type { RetryAfterWrite } from './retry-after-write.js';
import type { ProgramEnd } from './run-program.js';

/** What must be known of a run beside its end. */
export interface RunFacts extends PrintedNames {
  readonly type: DriverType;
  /** KFP version of the program. */
  readonly version: string;
  readonly timeoutMs: number;
  readonly maxMemoryBytes: number;
  readonly retryAfterWrite: RetryAfterWrite;
  /** Texts that the pipeline's author wrote and KFP may print. */
  readonly authored: readonly string[];
}

interface Row {
  readonly when: string;
  /** The failure if the row applies. */
  readonly read: (end: ProgramEnd, run: RunFacts) => DriveFailure | undefined;
}

/** Complaints of Go's flag package (https://pkg.go.dev/flag), the first line on stderr; the value is never shown. */
const flagComplaint =
  /^(?:flag provided but not defined: -(?<unknown>[\w.-]+)|invalid (?:boolean )?value "(?:[^"\\\n]|\\.)*" for (?:flag )?-(?<refused>[\w.-]+):|flag needs an argument: -(?<bare>[\w.-]+))/;
const goPanic = /^(?:panic|fatal error): ([^\n]*)/gm;
const goOutOfMemory = /^fatal error: (?:runtime: )?(?:out of memory|cannot allocate memory)/m;

/** From the end of a program to its status, first row that applies. Exit code 0 is not here: its files decide. */
export const exitTable: readonly Row[] = [
  {
    when: 'it was stopped over its budget',
    read: ({ stoppedFor }, run) =>
      stoppedFor !== 'timeout'
        ? undefined
        : {
            status: 'DEADLINE_EXCEEDED',
            reason: 'DRIVER_TIMED_OUT',
            message: `the driver was stopped after ${run.timeoutMs / 1000} s (DRIVER_PROGRAM_TIMEOUT_SECONDS)`,
            retry: 'unsafe',
          },
  },
  {
    when: 'it was stopped because the server ends',
    read: ({ stoppedFor }, run) =>
      stoppedFor !== 'shutdown'
        ? undefined
        : {
            status: 'ABORTED',
            reason: 'SERVER_ENDING',
            message: 'the driver was stopped, because the driver server ends',
            retry: run.retryAfterWrite(run.type),
          },
  },
  {
    when: 'it was stopped because the right to drive is lost',
    read: ({ stoppedFor }, run) =>
      stoppedFor !== 'lease'
        ? undefined
        : {
            status: 'ABORTED',
            reason: 'LEASE_LOST',
            message: 'the driver was stopped, because the driver server lost its lease',
            retry: run.retryAfterWrite(run.type),
          },
  },
  {
    when: 'it took too much memory',
    read: (end, { maxMemoryBytes }) =>
      ranOutOfMemory(end)
        ? {
            status: 'RESOURCE_EXHAUSTED',
            reason: 'DRIVER_OUT_OF_MEMORY',
            message: `the driver was killed for its memory, above ${maxMemoryBytes} bytes (DRIVER_PROGRAM_MEMORY) or above the pod's`,
            // It would end the same way again, a root driver too.
            retry: 'unsafe',
          }
        : undefined,
  },
  {
    when: 'a signal killed it',
    read: ({ signal }, run) =>
      signal === undefined
        ? undefined
        : {
            status: 'ABORTED',
            reason: 'DRIVER_KILLED',
            message: `the driver was killed by ${signal}`,
            retry: run.retryAfterWrite(run.type),
            metadata: { signal },
          },
  },
  {
    when: 'it refused a flag',
    read: ({ exitCode, stderr }, run) => {
      const groups = exitCode === 2 ? flagComplaint.exec(stderr)?.groups : undefined;
      const flag = groups?.['unknown'] ?? groups?.['refused'] ?? groups?.['bare'];
      if (flag === undefined) {
        return undefined;
      }
      return {
        status: 'INTERNAL',
        reason: 'FLAG_REFUSED',
        message: `the driver of ${run.version} refused the flag ${flag}`,
        retry: 'safe',
        metadata: { flag, version: run.version },
      };
    },
  },
  {
    when: 'it panicked',
    read: ({ exitCode, stderr }, run) => {
      const panic = exitCode === 2 ? [...stderr.matchAll(goPanic)].at(-1) : undefined;
      if (panic === undefined) {
        return undefined;
      }
      return {
        status: 'INTERNAL',
        reason: 'DRIVER_PANICKED',
        message: `the driver panicked: ${shownReason(panic[1] ?? '')}`,
        retry: run.retryAfterWrite(run.type),
      };
    },
  },
  { when: "it failed for a cause of the platform's", read: (end, run) => readVerdict(end, run, true) },
  { when: 'it gave its verdict', read: (end, run) => readVerdict(end, run, false) },
  {
    when: 'it ended in any other way',
    read: ({ exitCode }, run) => ({
      status: 'INTERNAL',
      reason: 'DRIVER_FAILED',
      message: `the driver ended with exit code ${exitCode} and gave no reason`,
      retry: run.retryAfterWrite(run.type),
    }),
  },
];

/** The server killed it, or the kernel did, or the system gave no more and Go's runtime gave up. */
function ranOutOfMemory({ stoppedFor, signal, kernelKilled, exitCode, stderr }: ProgramEnd): boolean {
  return (
    stoppedFor === 'memory' ||
    (signal === 'SIGKILL' && kernelKilled) ||
    (exitCode === 2 && goOutOfMemory.test(stderr))
  );
}

function readVerdict(end: ProgramEnd, run: RunFacts, isPlatforms: boolean): DriveFailure | undefined {
  const reason = end.exitCode === 1 ? driverReason(end.stderr, run) : undefined;
  if (reason === undefined) {
    return undefined;
  }
  const cause = platformCause(reason, run.authored);
  if ((cause !== undefined) !== isPlatforms) {
    return undefined;
  }
  return {
    status: isPlatforms ? 'UNAVAILABLE' : 'FAILED_PRECONDITION',
    reason: isPlatforms ? 'PLATFORM_CAUSE' : 'DRIVER_VERDICT',
    message: `KFP driver: ${shownReason(reason)}`,
    retry: run.retryAfterWrite(run.type),
    ...(cause === undefined ? {} : { metadata: { cause } }),
  };
}

/** The status of a program that did not end with exit code 0. */
export function exitToStatus(end: ProgramEnd, run: RunFacts): StatusError {
  for (const { read } of exitTable) {
    const failure = read(end, run);
    if (failure === undefined) {
      continue;
    }
    const exit = end.exitCode === undefined ? {} : { exitCode: String(end.exitCode) };
    return toStatusError({ ...failure, metadata: { ...failure.metadata, ...exit } });
  }
  throw new Error('the last row of the exit table applies to everything');
}
