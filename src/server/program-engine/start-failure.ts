import type { StatusError } from '../../contract/status-error.js';
import { toStatusError } from '../drive-failure.js';
import { tooLarge } from './argument-size.js';

const shortages: readonly string[] = ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ENOSPC'];
const retryDelayMs = 5_000;

/**
 * The status of a program, or its folder, that the system refused: nothing was driven, so a re-send is always safe.
 * `largest` is the flag with the most bytes, `bytes` those of all.
 */
export function startFailure(error: unknown, largest: string, bytes: number, limit: number): StatusError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
  if (code === 'E2BIG') {
    return tooLarge(largest, 'all arguments', bytes, limit);
  }
  const isShortage = shortages.includes(code);
  return toStatusError({
    status: isShortage ? 'RESOURCE_EXHAUSTED' : 'INTERNAL',
    reason: 'PROGRAM_NOT_STARTED',
    message: `the driver server could not start KFP's driver: ${code}`,
    retry: 'safe',
    ...(isShortage ? { retryDelayMs } : {}),
    metadata: { code },
    cause: error,
  });
}
