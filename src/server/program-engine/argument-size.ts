import type { Environment } from '../../common/settings.js';
import { toStatusError } from '../drive-failure.js';

/** How much the system and the server take. */
export interface ArgumentLimits {
  /** One argument, with `--name=` and the NUL at its end: MAX_ARG_STRLEN of Linux. */
  readonly argumentBytes: number;
  /** All arguments together. */
  readonly allBytes: number;
  /** All specs together, indented as the driver prints them. */
  readonly specBytes: number;
}

/** MAX_ARG_STRLEN of linux/binfmts.h: 32 pages. */
const maxArgumentBytes = 131_072;
/** A quarter of the usual 8 MiB stack, which arguments, environment and a pointer for each may fill (execve(2)). */
const maxExecBytes = 2_097_152;
const pointerBytes = 8;
/** For the program's path and the flags of its output files, which are added when the call has its folder. */
const reservedBytes = 16_384;

/** What is left for a program's flags beside this environment; `specBytes` is the server's own limit. */
export function argumentLimits(env: Environment, specBytes: number): ArgumentLimits {
  const variables = Object.entries(env);
  const envBytes = variables.reduce(
    (sum, [name, value = '']) => sum + pointerBytes + sizeOf([name, value]),
    0,
  );
  const allBytes = maxExecBytes - reservedBytes - envBytes;
  return { argumentBytes: maxArgumentBytes, allBytes, specBytes };
}

/** Bytes of `--name=value` and the NUL after it. */
export function sizeOf([name, value]: readonly [name: string, value: string]): number {
  return '--='.length + Buffer.byteLength(name) + Buffer.byteLength(value) + 1;
}

/** The bytes of all flags; INVALID_ARGUMENT with argument, size and limit where the system would say E2BIG. */
export function refuseTooLarge(
  flags: readonly (readonly [name: string, value: string])[],
  limits: ArgumentLimits,
): number {
  let bytes = 0;
  let largest = { name: '', size: 0 };
  for (const flag of flags) {
    const size = sizeOf(flag);
    if (size > limits.argumentBytes) {
      throw tooLarge(flag[0], 'the argument', size, limits.argumentBytes);
    }
    if (size > largest.size) {
      largest = { name: flag[0], size };
    }
    bytes += size + pointerBytes;
  }
  if (bytes > limits.allBytes) {
    throw tooLarge(largest.name, 'all arguments', bytes, limits.allBytes);
  }
  return bytes;
}

/** What is too large, and the sentence that says so. */
const sentences = {
  'the argument': (flag: string, size: number, limit: number) =>
    `${flag} has ${size} bytes as an argument of the driver; the system takes ${limit}`,
  'all arguments': (flag: string, size: number, limit: number) =>
    `the driver's arguments have ${size} bytes together, ${flag} the most; the system takes ${limit}`,
  'its depth': (flag: string, size: number, limit: number) =>
    `${flag} has ${size} objects and lists inside each other; the driver server takes ${limit}`,
  'all specs': (flag: string, size: number, limit: number) =>
    `the specs have ${size} bytes when the driver prints them, ${flag} the most; ` +
    `DRIVER_PROGRAM_MAX_SPEC_BYTES is ${limit}`,
} as const;

/** The refusal, also for the system's own E2BIG. */
export function tooLarge(flag: string, what: keyof typeof sentences, size: number, limit: number) {
  return toStatusError({
    status: 'INVALID_ARGUMENT',
    reason: 'ARGUMENT_TOO_LARGE',
    message: sentences[what](flag, size, limit),
    retry: 'safe',
    metadata: { argument: flag, size: String(size), limit: String(limit) },
  });
}
